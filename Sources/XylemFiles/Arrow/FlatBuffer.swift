import XylemErrors

/// The bytes of a FlatBuffer from an untrusted source: the form in which Arrow describes its messages.
///
/// Every offset is checked before it is followed. Offsets of a damaged buffer can lead to the same place many times, so
/// that a few bytes describe very much: what is read in total is limited by the size of the buffer.
final class FlatBuffer {
  let path: String
  private let bytes: [UInt8]
  private var budget: Int

  init(_ bytes: [UInt8], path: String) {
    (self.bytes, self.path) = (bytes, path)
    budget = bytes.count
  }

  /// The root table.
  ///
  /// - Throws: `file.malformed`.
  func root() throws(XylemError) -> FlatTable { try FlatTable(self, at: target(of: 0)) }

  /// The integer at a position.
  func load<Word: FixedWidthInteger>(_ type: Word.Type, at position: Int) throws(XylemError) -> Word {
    let size = Word.bitWidth / 8
    guard position >= 0, position <= bytes.count - size else { throw XylemError.malformedArrow(path, .metadataOffset) }
    var word: Word = 0
    for index in (0..<size).reversed() { word = word << 8 | Word(truncatingIfNeeded: bytes[position + index]) }
    // One-byte words overshift to zero before each `or`, as they should.
    return word
  }

  /// The position to which the offset at a position leads.
  func target(of position: Int) throws(XylemError) -> Int { position + Int(try load(UInt32.self, at: position)) }

  /// The vector to which the offset at a position leads.
  func vector(of position: Int, elementByteCount: Int) throws(XylemError) -> FlatVector {
    let start = try target(of: position)
    let count = Int(try load(UInt32.self, at: start))
    guard count <= (bytes.count - start - 4) / elementByteCount else {
      throw XylemError.malformedArrow(path, .metadataOffset)
    }
    try spend(count * elementByteCount)
    return FlatVector(buffer: self, start: start + 4, count: count, elementByteCount: elementByteCount)
  }

  /// The bytes of the string to which the offset at a position leads.
  func string(of position: Int) throws(XylemError) -> [UInt8] {
    let vector = try vector(of: position, elementByteCount: 1)
    return Array(bytes[vector.start..<vector.start + vector.count])
  }

  private func spend(_ count: Int) throws(XylemError) {
    budget -= count
    guard budget >= 0 else { throw XylemError.malformedArrow(path, .metadataOffset) }
  }
}

/// Elements of one size in a FlatBuffer.
struct FlatVector {
  let buffer: FlatBuffer
  /// The position of the first element.
  let start: Int
  let count: Int
  let elementByteCount: Int

  /// An integer within an element.
  func load<Word: FixedWidthInteger>(_ type: Word.Type, _ index: Int, at offset: Int = 0) throws(XylemError) -> Word {
    try buffer.load(type, at: start + index * elementByteCount + offset)
  }
}

/// A table of a FlatBuffer. Fields are numbered by slots, and may be missing.
struct FlatTable {
  let buffer: FlatBuffer
  private let position: Int
  private let slots: Int
  private let slotCount: Int

  /// Reads where the fields are.
  init(_ buffer: FlatBuffer, at position: Int) throws(XylemError) {
    (self.buffer, self.position) = (buffer, position)
    slots = position - Int(try buffer.load(Int32.self, at: position))
    slotCount = max(0, Int(try buffer.load(UInt16.self, at: slots)) / 2 - 2)
  }

  /// The position of a field. Nil if it is missing.
  private func field(_ slot: Int) throws(XylemError) -> Int? {
    guard slot < slotCount else { return nil }
    let offset = Int(try buffer.load(UInt16.self, at: slots + 4 + 2 * slot))
    return offset == 0 ? nil : position + offset
  }

  /// An integer, or its default if it is missing.
  func integer<Word: FixedWidthInteger>(_ slot: Int, default value: Word) throws(XylemError) -> Word {
    guard let field = try field(slot) else { return value }
    return try buffer.load(Word.self, at: field)
  }

  /// A string. Nil if it is missing.
  func string(_ slot: Int) throws(XylemError) -> [UInt8]? {
    guard let field = try field(slot) else { return nil }
    return try buffer.string(of: field)
  }

  /// A table. Nil if it is missing.
  func table(_ slot: Int) throws(XylemError) -> FlatTable? {
    guard let field = try field(slot) else { return nil }
    return try FlatTable(buffer, at: buffer.target(of: field))
  }

  /// A vector. Nil if it is missing.
  func vector(_ slot: Int, elementByteCount: Int) throws(XylemError) -> FlatVector? {
    guard let field = try field(slot) else { return nil }
    return try buffer.vector(of: field, elementByteCount: elementByteCount)
  }

  /// The tables of a vector; none if it is missing.
  func tables(_ slot: Int) throws(XylemError) -> [FlatTable] {
    guard let vector = try vector(slot, elementByteCount: 4) else { return [] }
    var tables: [FlatTable] = []
    for index in 0..<vector.count {
      tables.append(try FlatTable(buffer, at: buffer.target(of: vector.start + 4 * index)))
    }
    return tables
  }
}
