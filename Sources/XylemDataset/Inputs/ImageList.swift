internal import XylemErrors
internal import XylemFiles

/// Reads a list of image files: a path on each line, or a JSON object with `path` and, if wanted, `id`.
///
/// A line that begins with `{` is an object. Empty lines are passed over. Paths are relative to the current folder.
/// Paths that have line breaks, or begin or end with spaces, need JSON.
struct ImageList {
  /// The longest line in bytes.
  static let longestLine = 1 << 20

  private let path: String
  private var number = 0
  private(set) var files = ImageFiles()

  /// Reads the list, which may be a pipe of the shell.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `dataset.input` for a malformed line, with its number.
  init(path: String) throws(XylemError) {
    self.path = path
    var file = try InputFile(path, regularOnly: false)
    var rest: [UInt8] = []
    while true {
      let block = try file.rest(upTo: 1 << 20)
      if block.isEmpty { break }
      rest += block
      var start = 0
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        try add(rest[start..<end])
        start = end + 1
      }
      rest.removeFirst(start)
      guard rest.count <= Self.longestLine else { throw fault("the line has more than \(Self.longestLine) bytes") }
    }
    if !rest.isEmpty { try add(rest[...]) }
    files.finish()
  }

  private mutating func add(_ line: ArraySlice<UInt8>) throws(XylemError) {
    number += 1
    let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    guard let first = line.first else { return }
    guard first == UInt8(ascii: "{") else { return files.append(PathBytes(line)) }
    let document: JSONDocument
    do throws(XylemError) {
      document = try JSONDocument(parsing: Array(line), path: path, part: "line \(number)")
    } catch {
      throw fault(error.message)
    }
    guard case .object(let members) = document else { throw fault("it is not an object") }
    var (file, id): (String?, String?)
    for member in members {
      switch (member.key, member.value) {
      case ("path", .string(let text)): file = text
      case ("id", .string(let text)): id = text
      case ("id", .int(let number)): id = String(number)
      case ("path", let other): throw fault("'path' is \(other.kind), not a string")
      case ("id", let other): throw fault("'id' is \(other.kind), not a string or an integer")
      default: break
      }
    }
    guard let file, !file.isEmpty else { throw fault("it has no 'path'") }
    files.append(PathBytes(file), id: id)
  }

  private func fault(_ reason: String) -> XylemError { DatasetErrors.badLine(number, of: path, reason) }
}
