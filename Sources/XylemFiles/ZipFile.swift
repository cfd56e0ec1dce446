internal import CZlib
package import XylemErrors

/// An opened zip file: the names of its entries, and their contents on demand.
///
/// For `.npz` files, for recognising files, for the source code in archives, and for archives of torch.export. Sizes are checked against the file
/// before memory is allocated.
///
/// The format: PKWARE's APPNOTE 6.3, with the extension for more than 4 GiB; stored and deflated entries.
package final class ZipFile: Sendable {
  /// An entry.
  package struct Entry: Sendable, Hashable {
    /// Its name, with folders.
    package let name: String
    /// Its uncompressed size, as the file claims.
    package let byteCount: Int
    fileprivate let method: Int
    fileprivate let packedByteCount: Int
    /// The checksum of its contents (CRC-32), as the file claims. Reading the entry verifies it.
    package let checksum: UInt32
    fileprivate let headerOffset: Int
  }

  /// The path the file was opened with.
  package let path: String
  /// The entries in the directory's order.
  package let entries: [Entry]
  private let file: InputFileBox
  private let byteCount: Int

  /// The maximum number of entries.
  private static let entryLimit = 1 << 20

  /// Opens the file at `path` and reads its directory.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `file.malformed` if it is not a zip file or is damaged.
  package init(_ path: String) throws(XylemError) {
    self.path = path
    file = InputFileBox(try InputFile(path, regularOnly: true))
    byteCount = file.file.size ?? 0
    let directory = try Self.directory(file.file, byteCount: byteCount, path: path)
    var entries: [Entry] = []
    var cursor = Cursor(try file.file.read(directory.byteCount, at: directory.offset, "the zip file's directory"), path)
    for _ in 0..<directory.count { entries.append(try Self.entry(&cursor)) }
    self.entries = entries
  }

  /// Finds the directory from the file's end.
  private static func directory(
    _ file: borrowing InputFile, byteCount: Int, path: String
  ) throws(XylemError) -> (offset: Int, byteCount: Int, count: Int) {
    let tailStart = max(0, byteCount - 22 - Int(UInt16.max))
    let tail = try file.read(byteCount - tailStart, at: tailStart, "the zip file's end")
    let last = tail.count - 22
    guard last >= 0, let end = (0...last).last(where: { tail[$0...].starts(with: [0x50, 0x4B, 5, 6]) }) else {
      throw XylemError.malformed(path, .zipDirectory)
    }
    var cursor = Cursor(Array(tail[(end + 10)...]), path)
    var (count, size, offset) = (try cursor.number(2), 0, 0)
    (size, offset) = (try cursor.number(4), try cursor.number(4))
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, end >= 20,
      tail[(end - 20)...].starts(with: [0x50, 0x4B, 6, 7])
    {
      var locator = Cursor(Array(tail[(end - 12)..<end]), path)
      let place = try locator.number(8)
      guard place <= byteCount - 56 else { throw XylemError.malformed(path, .zipDirectory) }
      var record = Cursor(try file.read(56, at: place, "the zip file's end"), path)
      guard try record.number(4) == 0x0606_4B50 else { throw XylemError.malformed(path, .zipDirectory) }
      try record.skip(28)
      (count, size, offset) = (try record.number(8), try record.number(8), try record.number(8))
    }
    // An entry of the directory has at least 46 bytes.
    guard count <= entryLimit, size <= byteCount, offset <= byteCount - size, count <= size / 46 else {
      throw XylemError.malformed(path, .zipDirectory)
    }
    return (offset, size, count)
  }

  private static func entry(_ cursor: inout Cursor) throws(XylemError) -> Entry {
    guard try cursor.number(4) == 0x0201_4B50 else { throw XylemError.malformed(cursor.path, .zipDirectory) }
    try cursor.skip(6)
    let method = try cursor.number(2)
    try cursor.skip(4)
    let checksum = UInt32(truncatingIfNeeded: try cursor.number(4))
    var (packed, size) = (try cursor.number(4), try cursor.number(4))
    let (nameLength, extraLength, commentLength) = (try cursor.number(2), try cursor.number(2), try cursor.number(2))
    try cursor.skip(8)
    var offset = try cursor.number(4)
    let name = String(decoding: try cursor.bytes(nameLength), as: UTF8.self)
    var extra = Cursor(try cursor.bytes(extraLength), cursor.path)
    while extra.remaining >= 4 {
      let kind = try extra.number(2)
      var field = Cursor(try extra.bytes(min(try extra.number(2), extra.remaining)), cursor.path)
      guard kind == 1 else { continue }
      if size == 0xFFFF_FFFF { size = try field.number(8) }
      if packed == 0xFFFF_FFFF { packed = try field.number(8) }
      if offset == 0xFFFF_FFFF { offset = try field.number(8) }
    }
    try cursor.skip(commentLength)
    return Entry(
      name: name, byteCount: size, method: method, packedByteCount: packed, checksum: checksum, headerOffset: offset)
  }

  /// The contents of an entry.
  ///
  /// - Throws: `file.malformed` if they are missing or damaged; `file.unsupported` if they are encrypted or use a
  ///   compression other than deflate; `file.unreadable`.
  package func read(_ entry: Entry) throws(XylemError) -> [UInt8] {
    guard entry.headerOffset <= byteCount - 30 else { throw XylemError.malformed(path, .zipEntry(entry.name)) }
    var header = Cursor(try file.file.read(30, at: entry.headerOffset, "'\(entry.name.printable)'"), path)
    guard try header.number(4) == 0x0403_4B50 else { throw XylemError.malformed(path, .zipEntry(entry.name)) }
    try header.skip(2)
    let flags = try header.number(2)
    guard flags & 1 == 0 else { throw XylemError.unsupported(path, .zipMethod(entry.name)) }
    try header.skip(18)
    let start = entry.headerOffset + 30 + (try header.number(2)) + (try header.number(2))
    guard start <= byteCount, entry.packedByteCount <= byteCount - start else {
      throw XylemError.malformed(path, .zipEntry(entry.name))
    }
    let packed = try file.file.read(entry.packedByteCount, at: start, "'\(entry.name.printable)'")
    let bytes: [UInt8]
    switch entry.method {
    case 0:
      guard packed.count == entry.byteCount else { throw XylemError.malformed(path, .zipEntry(entry.name)) }
      bytes = packed
    case 8: bytes = try inflated(packed, entry)
    default: throw XylemError.unsupported(path, .zipMethod(entry.name))
    }
    guard Self.checksum(bytes) == entry.checksum else { throw XylemError.malformed(path, .zipEntry(entry.name)) }
    return bytes
  }

  private func inflated(_ packed: [UInt8], _ entry: Entry) throws(XylemError) -> [UInt8] {
    // Deflate compresses at most 1,032 bytes into one.
    guard entry.byteCount / 1032 <= packed.count, entry.byteCount <= Int(UInt32.max), packed.count <= Int(UInt32.max)
    else { throw XylemError.malformed(path, .zipEntry(entry.name)) }
    var isWhole = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: entry.byteCount) { buffer, filled in
      unsafe packed.withUnsafeBufferPointer { source in
        var stream = unsafe z_stream()
        unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(buffer.count)
        guard unsafe inflateInit2_(&stream, -15, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
          return
        }
        isWhole = unsafe inflate(&stream, Z_FINISH) == Z_STREAM_END
        filled = unsafe Int(stream.total_out)
        unsafe inflateEnd(&stream)
      }
    }
    guard isWhole, bytes.count == entry.byteCount else { throw XylemError.malformed(path, .zipEntry(entry.name)) }
    return bytes
  }

  /// The checksum of zip files (CRC-32) of some bytes, continuing from that of previous bytes.
  static func checksum(_ bytes: [UInt8], after start: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe UInt32(truncatingIfNeeded: crc32_z(UInt(start), buffer.baseAddress, buffer.count))
    }
  }
}

/// Reads little-endian numbers from bytes, in order.
private struct Cursor {
  private let content: [UInt8]
  private var position = 0
  let path: String

  init(_ content: [UInt8], _ path: String) {
    self.content = content
    self.path = path
  }

  var remaining: Int { content.count - position }

  mutating func bytes(_ count: Int) throws(XylemError) -> [UInt8] {
    guard count >= 0, count <= remaining else { throw XylemError.malformed(path, .zipDirectory) }
    defer { position += count }
    return Array(content[position..<position + count])
  }

  mutating func skip(_ count: Int) throws(XylemError) { _ = try bytes(count) }

  /// An unsigned number. If it overflows `Int`, the largest `Int`.
  mutating func number(_ count: Int) throws(XylemError) -> Int {
    Int(clamping: try bytes(count).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
  }
}
