import XylemErrors

/// Bytes that are read in order.
protocol ByteSource: ~Copyable {
  /// The file that errors name.
  var path: String { get }
  /// The number of bytes read so far.
  var position: Int { get }

  /// The next `count` bytes.
  ///
  /// - Parameter what: a description of these bytes for the error, as in `the header`.
  /// - Throws: `file.malformed` if the data ends before, `file.unreadable`.
  mutating func read(_ count: Int, _ what: String) throws(XylemError) -> [UInt8]

  /// The next `count` bytes. Nil if there are none at all.
  ///
  /// - Throws: as ``read(_:_:)``.
  mutating func readUnlessEnded(_ count: Int, _ what: String) throws(XylemError) -> [UInt8]?

  /// The number of remaining bytes. For a stream, it looks for at most one byte.
  mutating func remaining() throws(XylemError) -> Int
}

extension InputFile: ByteSource {}

/// The bytes of a file, in memory.
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

  mutating func readUnlessEnded(_ count: Int, _ what: String) throws(XylemError) -> [UInt8]? {
    position == bytes.count ? nil : try read(count, what)
  }

  mutating func remaining() throws(XylemError) -> Int { bytes.count - position }
}
