internal import XylemErrors
internal import XylemFiles

/// Image files, by their paths. Paths need not be UTF-8.
///
/// Holds about 15 bytes for each path of a sorted list. The identifier of an input is its path, in which bytes that are
/// not UTF-8 are written as `\xff`, or what a list gives it.
public struct ImageFiles: InputSource {
  /// The largest file that is read, in bytes.
  static let maximumByteCount = 1 << 30

  private var paths = ByteStrings()
  /// The identifiers. Nil while all are the paths.
  private var ids: ByteStrings?
  private var content = ContentDigest()
  /// The SHA-256 of the inputs' identifiers and places.
  public private(set) var digest = ""

  init() {}

  /// Creates a source of files, in the given order.
  public init(paths: some Sequence<String>) {
    for path in paths { append(PathBytes(path)) }
    finish()
  }

  /// Adds a file.
  ///
  /// - Parameter id: the identifier; nil for the path.
  mutating func append(_ path: PathBytes, id: String? = nil) {
    let own = path.text
    if ids == nil, let id, id != own {
      var all = ByteStrings()
      for index in 0..<paths.count { all.append(Array(PathBytes(paths[index]).text.utf8)) }
      ids = all
    }
    paths.append(path.bytes)
    let id = Array((id ?? own).utf8)
    ids?.append(id)
    content.add(id + [0] + path.bytes + [0])
  }

  /// Computes the digest. No file can be added afterwards.
  mutating func finish() { digest = content.finish() }

  /// The number of inputs.
  public var count: Int { paths.count }

  /// The identifier of an input.
  public func id(at index: Int) -> String {
    ids.map { String(decoding: $0[index], as: UTF8.self) } ?? PathBytes(paths[index]).text
  }

  /// The bytes of an input's file.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `file.unsupported` for more than 1 GiB.
  public func bytes(at index: Int) throws -> [UInt8] {
    var file = try InputFile(PathBytes(paths[index]), regularOnly: true)
    let bytes = try file.rest(upTo: Self.maximumByteCount + 1)
    guard bytes.count <= Self.maximumByteCount else {
      throw DatasetErrors.inputTooLarge(file.path, limit: Self.maximumByteCount)
    }
    return bytes
  }
}
