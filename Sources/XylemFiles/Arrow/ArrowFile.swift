public import XylemErrors

/// The ends of an Arrow file.
private enum ArrowFileForm {
  static let mark = Array("ARROW1".utf8)
  /// The first bytes: the mark, padded.
  static let start = mark + [0, 0]
  /// The sizes of a block of the footer and of what follows the footer.
  static let (blockSize, endSize) = (24, 10)
}

/// Where a record batch is in a file.
private struct ArrowBlock {
  let offset: Int
  /// The size of the message without its data.
  let metadataSize: Int
  let bodySize: Int

  /// The words of the struct `Block` of `File.fbs`; the second one holds 32 bits and padding.
  var words: [Int64] { [Int64(offset), Int64(metadataSize), Int64(bodySize)] }
}

/// Writes Arrow files, which programs such as pyarrow, Polars and DuckDB map into memory.
///
/// ```swift
/// var writer = try ArrowFileWriter(schema) { try file.append($0) }
/// try writer.write(batch)
/// try writer.finish()
/// ```
///
/// Holds nothing but the places of the record batches.
public struct ArrowFileWriter {
  /// The columns.
  public let schema: ArrowSchema
  private let sink: ArrowStreamWriter.Sink
  private var position = 0
  private var blocks: [ArrowBlock] = []

  /// Writes the schema.
  ///
  /// - Parameter sink: takes the bytes of the file in order.
  /// - Throws: the errors of `sink`.
  public init(_ schema: ArrowSchema, to sink: @escaping ArrowStreamWriter.Sink) throws {
    (self.schema, self.sink) = (schema, sink)
    try put(ArrowFileForm.start + ArrowMessage.bytes(of: schema))
  }

  private mutating func put(_ bytes: [UInt8]) throws {
    try sink(bytes)
    position += bytes.count
  }

  /// Writes a record batch.
  ///
  /// - Throws: `runtime.tensor` for a batch with another schema; the errors of the sink.
  public mutating func write(_ batch: ArrowRecordBatch) throws {
    guard batch.schema == schema else { throw XylemError.arrowColumns("they are those of another schema") }
    let (bytes, metadataSize) = ArrowMessage.bytes(of: batch)
    blocks.append(ArrowBlock(offset: position, metadataSize: metadataSize, bodySize: bytes.count - metadataSize))
    try put(bytes)
  }

  /// Writes the end of the file. Nothing can be written afterwards.
  ///
  /// - Throws: the errors of the sink.
  public mutating func finish() throws {
    let footer = FlatEncoder.bytes([
      .int16(ArrowMessage.version), schema.flat, .structs([], count: 0),
      .structs(blocks.flatMap(\.words), count: blocks.count),
    ])
    try put(ArrowMessage.end + footer + UInt32(footer.count).littleEndianBytes + ArrowFileForm.mark)
  }

  /// Writes record batches to a file, completely or not at all; see ``AtomicFile``.
  ///
  /// - Throws: `runtime.tensor` for a batch with another schema; `file.unwritable`.
  public static func write(_ batches: [ArrowRecordBatch], _ schema: ArrowSchema, to path: String) throws {
    let file = try PendingFile(path)
    var end = 0
    var writer = try ArrowFileWriter(schema) { bytes in
      try file.write(bytes, at: end)
      end += bytes.count
    }
    for batch in batches { try writer.write(batch) }
    try writer.finish()
    _ = try file.finish()
    try file.commit()
  }
}

/// Reads Arrow files: their record batches in any order.
///
/// ```swift
/// let file = try ArrowFileReader("00000.arrow")
/// let batch = try file.recordBatch(0)
/// ```
///
/// Record batches are read and not mapped, so that a file that is truncated meanwhile is an error and not a signal.
public struct ArrowFileReader: Sendable {
  /// The columns.
  public let schema: ArrowSchema
  /// The number of record batches.
  public var count: Int { blocks.count }
  private let box: InputFileBox
  private let blocks: [ArrowBlock]

  /// Opens a file, and reads its footer.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`, `file.unsupported`.
  public init(_ path: String) throws(XylemError) {
    box = InputFileBox(try InputFile(path, regularOnly: true))
    let size = box.file.size ?? 0
    let (start, endSize) = (ArrowFileForm.start.count, ArrowFileForm.endSize)
    let first = try box.file.read(min(size, ArrowFileForm.mark.count), at: 0, "the file's first bytes")
    guard first == ArrowFileForm.mark else { throw XylemError.malformedArrow(path, .fileStart) }
    guard size >= start + endSize else { throw XylemError.malformedArrow(path, .fileEnd) }
    let end = try box.file.read(endSize, at: size - endSize, "the end of the file")
    guard Array(end[4...]) == ArrowFileForm.mark else { throw XylemError.malformedArrow(path, .fileEnd) }
    let footerSize = Int(end[..<4].reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) })
    guard footerSize <= size - start - endSize else { throw XylemError.malformedArrow(path, .footer(footerSize)) }
    let footer = try FlatBuffer(
      box.file.read(footerSize, at: size - endSize - footerSize, "the footer"), path: path
    ).root()
    guard let table = try footer.table(1) else { throw XylemError.malformedArrow(path, .noSchema) }
    schema = try ArrowSchema(table)
    if let dictionaries = try footer.vector(2, elementByteCount: ArrowFileForm.blockSize), dictionaries.count > 0 {
      throw XylemError.unsupportedArrow(path, .message("dictionary"))
    }
    blocks = try Self.blocks(footer, dataEnd: size - endSize - footerSize)
  }

  private static func blocks(_ footer: FlatTable, dataEnd: Int) throws(XylemError) -> [ArrowBlock] {
    guard let vector = try footer.vector(3, elementByteCount: ArrowFileForm.blockSize) else { return [] }
    var blocks: [ArrowBlock] = []
    for index in 0..<vector.count {
      let offset = try vector.load(Int64.self, index)
      let metadataSize = try vector.load(Int32.self, index, at: 8)
      let bodySize = try vector.load(Int64.self, index, at: 16)
      guard offset >= 0, offset <= dataEnd, metadataSize > 8, metadataSize <= dataEnd - Int(offset), bodySize >= 0,
        bodySize <= dataEnd - Int(offset) - Int(metadataSize)
      else { throw XylemError.malformedArrow(footer.buffer.path, .block(index)) }
      blocks.append(ArrowBlock(offset: Int(offset), metadataSize: Int(metadataSize), bodySize: Int(bodySize)))
    }
    return blocks
  }

  /// Reads a record batch.
  ///
  /// - Parameter index: from 0 to less than ``count``.
  /// - Throws: `file.malformed`, `file.unsupported`, `file.unreadable`.
  public func recordBatch(_ index: Int) throws(XylemError) -> ArrowRecordBatch {
    let block = blocks[index]
    let bytes = try box.file.read(block.metadataSize + block.bodySize, at: block.offset, "a record batch")
    var source = MemoryInput(bytes, path: box.file.path)
    guard let message = try ArrowMessage(&source) else { throw XylemError.malformedArrow(box.file.path, .block(index)) }
    return try message.recordBatch(schema, path: box.file.path)
  }
}
