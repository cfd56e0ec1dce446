internal import XylemErrors
internal import XylemFiles

/// Reads the headers of a tar file: POSIX's ustar and pax, GNU's and the old form.
struct TarReader: ~Copyable {
  /// A regular file in the archive.
  struct Member {
    let name: [UInt8]
    let offset: Int
    let size: Int
  }

  private static let blockSize = 512
  /// The longest name, and the largest record of further properties, in bytes.
  private static let longestExtra = 1 << 20

  private let file: InputFile
  private let byteCount: Int
  private var position = 0

  /// Creates a reader at the start of a regular file.
  ///
  /// - Throws: `file.unsupported` for a compressed archive.
  init(_ file: consuming InputFile) throws(XylemError) {
    byteCount = file.size ?? 0
    self.file = file
    guard byteCount >= 6 else { return }
    let start = try self.file.read(6, at: 0, "the start")
    for (program, signature) in [
      ("gzip", [0x1F, 0x8B]), ("bzip2", [0x42, 0x5A, 0x68]), ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A]),
      ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
    ] as [(String, [UInt8])] where start.starts(with: signature) {
      throw DatasetErrors.compressedTar(self.file.path, program: program)
    }
  }

  /// The next regular file. Nil at the end of the archive.
  ///
  /// - Throws: `file.malformed`, `file.unreadable`.
  mutating func next() throws(XylemError) -> Member? {
    // Names and sizes that do not fit into a header come in members before it.
    var (longName, longSize): ([UInt8]?, Int?)
    while true {
      let start = position
      guard byteCount - position >= Self.blockSize else {
        throw DatasetErrors.truncatedTar(file.path, at: byteCount, "it has no end")
      }
      let header = try file.read(Self.blockSize, at: position, "a header")
      position += Self.blockSize
      if header.allSatisfy({ $0 == 0 }) { return nil }
      guard Self.hasRightChecksum(header) else { throw DatasetErrors.damagedTar(file.path, at: start) }
      guard var size = Self.number(header[124..<136]) else { throw DatasetErrors.damagedTar(file.path, at: start) }
      let kind = header[156]
      if let longSize, kind != UInt8(ascii: "x") { size = longSize }
      guard size <= byteCount - position else {
        throw DatasetErrors.truncatedTar(
          file.path, at: byteCount,
          "the member at byte \(start) needs \(size) bytes, and \(byteCount - position) are left")
      }
      let offset = position
      // The last member's padding may be missing where the file was cut right behind it; then its end is, too.
      position += (size + Self.blockSize - 1) / Self.blockSize * Self.blockSize
      switch kind {
      case UInt8(ascii: "L"): longName = Array(try extra(size, at: offset, start).prefix { $0 != 0 })
      case UInt8(ascii: "x"):
        for (key, value) in Self.records(try extra(size, at: offset, start)) {
          if key == Array("path".utf8) { longName = value }
          if key == Array("size".utf8) { longSize = Int(String(decoding: value, as: UTF8.self)) }
        }
      case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
        return Member(name: longName ?? Self.name(header), offset: offset, size: size)
      // Links, folders, devices, and properties of the whole archive.
      default: if kind != UInt8(ascii: "g"), kind != UInt8(ascii: "K") { (longName, longSize) = (nil, nil) }
      }
    }
  }

  private func extra(_ size: Int, at offset: Int, _ start: Int) throws(XylemError) -> [UInt8] {
    guard size <= Self.longestExtra else { throw DatasetErrors.damagedTar(file.path, at: start) }
    return try file.read(size, at: offset, "the properties of a member")
  }

  /// The sum of the header's bytes, with spaces in place of the sum itself. Some programs add signed bytes.
  private static func hasRightChecksum(_ header: [UInt8]) -> Bool {
    guard let written = number(header[148..<156]) else { return false }
    var (unsigned, signed) = (8 * 32, 8 * 32)
    for (index, byte) in header.enumerated() where !(148..<156).contains(index) {
      unsigned += Int(byte)
      signed += Int(Int8(bitPattern: byte))
    }
    return written == unsigned || written == signed
  }

  /// An octal number, or one in base 256 with the first bit set. Nil for anything else.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 {
      // Negative numbers, and those of more than 63 bits, are none of a size.
      guard first == 0x80, field.dropFirst().dropLast(7).allSatisfy({ $0 == 0 }) else { return nil }
      return field.suffix(7).reduce(0) { $0 << 8 | Int($1) }
    }
    let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
    return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
  }

  private static func name(_ header: [UInt8]) -> [UInt8] {
    let name = header[0..<100].prefix { $0 != 0 }
    // GNU's own form has other fields where POSIX has the first part of a long name.
    guard header[257..<263].elementsEqual(Array("ustar\0".utf8)) else { return Array(name) }
    let prefix = header[345..<500].prefix { $0 != 0 }
    return prefix.isEmpty ? Array(name) : prefix + [UInt8(ascii: "/")] + name
  }

  /// The records of pax, each `LENGTH KEY=VALUE` and a line break.
  private static func records(_ bytes: [UInt8]) -> [(key: [UInt8], value: [UInt8])] {
    var found: [(key: [UInt8], value: [UInt8])] = []
    var rest = bytes[...]
    while let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > 0, length <= rest.count,
      rest.startIndex + length > space
    {
      let record = rest[(space + 1)..<(rest.startIndex + length)].dropLast()
      if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
        found.append((Array(record[..<equals]), Array(record[(equals + 1)...])))
      }
      rest = rest.dropFirst(length)
    }
    return found
  }
}
