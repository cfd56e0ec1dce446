internal import XylemErrors
internal import XylemFiles

/// A pattern for paths, as shells have it: `photos/**/*.jpg`.
///
/// `*`, `?` and `[a-z]` match within a name, `**` any number of folders, and a name that begins with a dot is matched only
/// by a pattern that does.
struct PathPattern {
  private let components: [[UInt8]]
  private let isAbsolute: Bool

  /// Whether a path has characters of a pattern.
  static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[".utf8.contains($0) } }

  init(_ text: String) {
    isAbsolute = text.hasPrefix("/")
    components = text.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }
  }

  /// The paths that match, sorted.
  ///
  /// - Throws: `file.unreadable` for a folder that can't be read.
  func matches() throws(XylemError) -> [PathBytes] {
    var found: [PathBytes] = []
    try match(components[...], in: PathBytes(isAbsolute ? "/" : ""), &found)
    return Set(found).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  private func match(
    _ rest: ArraySlice<[UInt8]>, in folder: PathBytes, _ found: inout [PathBytes]
  ) throws(XylemError) {
    guard let component = rest.first else { return found.append(folder) }
    guard Self.isPattern(String(decoding: component, as: UTF8.self)) else {
      let path = folder.appending(component)
      guard Folder.kind(of: path) != nil else { return }
      return try match(rest.dropFirst(), in: path, &found)
    }
    let isDeep = component == Array("**".utf8)
    if isDeep { try match(rest.dropFirst(), in: folder, &found) }
    let place = folder.bytes.isEmpty ? PathBytes(".") : folder
    guard Folder.kind(of: place) == .folder else { return }
    for entry in try Folder.entries(of: place) {
      let path = folder.appending(entry.name)
      if isDeep {
        // A link may lead to a folder above.
        guard entry.kind == .folder, entry.name.first != UInt8(ascii: "."), !Folder.isLink(path) else { continue }
        try match(rest, in: path, &found)
      } else if NamePattern.matches(entry.name, component) {
        try match(rest.dropFirst(), in: path, &found)
      }
    }
  }
}

/// A pattern for one name, byte by byte.
enum NamePattern {
  /// Whether a name matches.
  static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
    if name.first == UInt8(ascii: "."), pattern.first != UInt8(ascii: ".") { return false }
    var (position, next) = (0, 0)
    // Where the last star is, and what it has taken so far.
    var star: (next: Int, position: Int)?
    while position < name.count {
      if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
        star = (next + 1, position)
        next += 1
      } else if next < pattern.count, let length = matchLength(name[position], pattern[next...]) {
        position += 1
        next += length
      } else if let last = star {
        star = (last.next, last.position + 1)
        (next, position) = (last.next, last.position + 1)
      } else {
        return false
      }
    }
    return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
  }

  /// The number of bytes of the pattern that match a byte. Nil if none do.
  private static func matchLength(_ byte: UInt8, _ pattern: ArraySlice<UInt8>) -> Int? {
    let first = pattern[pattern.startIndex]
    if first == UInt8(ascii: "?") { return 1 }
    guard first == UInt8(ascii: "["), let set = members(pattern) else { return first == byte ? 1 : nil }
    return set.contains(byte) ? set.length : nil
  }

  /// A set as in `[a-z_]` or `[!0]`. Nil if the bracket is not closed: it then stands for itself.
  private static func members(_ pattern: ArraySlice<UInt8>) -> (length: Int, contains: (UInt8) -> Bool)? {
    var index = pattern.startIndex + 1
    guard index < pattern.endIndex else { return nil }
    let isNegated = pattern[index] == UInt8(ascii: "!") || pattern[index] == UInt8(ascii: "^")
    if isNegated { index += 1 }
    let start = index
    // A bracket right at the start is a member.
    guard let end = pattern[min(start + 1, pattern.endIndex)...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
    var ranges: [ClosedRange<UInt8>] = []
    while index < end {
      let low = pattern[index]
      if index + 2 < end, pattern[index + 1] == UInt8(ascii: "-") {
        let high = pattern[index + 2]
        if low <= high { ranges.append(low...high) }
        index += 3
      } else {
        ranges.append(low...low)
        index += 1
      }
    }
    return (end + 1 - pattern.startIndex, { byte in ranges.contains { $0.contains(byte) } != isNegated })
  }
}
