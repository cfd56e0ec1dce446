import XylemErrors

/// Bytes that are read in order.
protocol ByteSource: ~Copyable {
  /// The file that errors name.
  var path: String { get }
  /// How many bytes were read.
  var position: Int { get }

  /// The next `count` bytes.
  ///
  /// - Parameter what: What these bytes are, for the error, as in `the header`.
  /// - Throws: `file.malformed` where the bytes end before, `file.unreadable`.
  mutating func read(_ count: Int, _ what: String) throws(XylemError) -> [UInt8]

  /// How many bytes follow; of a stream, at most one is looked for.
  mutating func remaining() throws(XylemError) -> Int
}

extension InputFile: ByteSource {}

/// Bytes of a file that lie in memory.
struct MemoryInput: ByteSource {
  let path: String
  private(set) var position = 0
  private let bytes: [UInt8]

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  mutating func read(_ count: Int, _ what: String) throws(XylemError) -> [UInt8] {
    guard count <= bytes.count - position else {
      throw XylemError.malformed(path, .shorter(bytes: bytes.count - position, needed: count, what: what))
    }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  mutating func remaining() throws(XylemError) -> Int { bytes.count - position }
}
