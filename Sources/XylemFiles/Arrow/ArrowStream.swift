public import XylemErrors

/// Reads Arrow's IPC streams: a schema, and record batches one after another.
///
/// ```swift
/// var reader = try ArrowStreamReader("features.arrows")
/// while let batch = try reader.next() { print(batch.count) }
/// ```
///
/// Reads the format V5, little-endian, without compression and dictionaries. A damaged stream is an error, never a trap.
/// Holds one record batch at a time. Not safe to use from several threads at once.
public struct ArrowStreamReader: ~Copyable {
  /// The columns.
  public let schema: ArrowSchema
  private var file: InputFile

  /// Opens a file or pipe, and reads the schema.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`, `file.unsupported`.
  public init(_ path: String) throws(XylemError) { try self.init(InputFile(path, regularOnly: false)) }

  /// Reads the schema of an open file.
  ///
  /// - Throws: `file.unreadable`, `file.malformed`, `file.unsupported`.
  package init(_ file: consuming InputFile) throws(XylemError) {
    schema = try ArrowMessage.schema(&file)
    self.file = file
  }

  /// The next record batch. Nil at the end.
  ///
  /// - Throws: `file.malformed` also for a stream that ends within a message; `file.unsupported`, `file.unreadable`.
  public mutating func next() throws(XylemError) -> ArrowRecordBatch? {
    try ArrowMessage(&file)?.recordBatch(schema, path: file.path)
  }

  /// The schema and all record batches of a stream in memory.
  ///
  /// - Parameter path: the name of the stream in errors.
  /// - Throws: `file.malformed`, `file.unsupported`.
  public static func read(
    _ bytes: [UInt8], path: String = "the stream"
  ) throws(XylemError) -> (schema: ArrowSchema, batches: [ArrowRecordBatch]) {
    var source = MemoryInput(bytes, path: path)
    let schema = try ArrowMessage.schema(&source)
    var batches: [ArrowRecordBatch] = []
    while let message = try ArrowMessage(&source) { batches.append(try message.recordBatch(schema, path: path)) }
    return (schema, batches)
  }
}

/// Writes Arrow's IPC streams.
///
/// ```swift
/// var writer = try ArrowStreamWriter(schema) { try file.append($0) }
/// try writer.write(batch)
/// try writer.finish()
/// ```
public struct ArrowStreamWriter {
  /// Takes the next bytes.
  public typealias Sink = ([UInt8]) throws -> Void

  /// The columns.
  public let schema: ArrowSchema
  private let sink: Sink

  /// Writes the schema.
  ///
  /// - Parameter sink: takes the bytes of each message in one call.
  /// - Throws: the errors of `sink`.
  public init(_ schema: ArrowSchema, to sink: @escaping Sink) throws {
    (self.schema, self.sink) = (schema, sink)
    try sink(ArrowMessage.bytes(of: schema))
  }

  /// Writes a record batch.
  ///
  /// - Throws: `runtime.tensor` for a batch with another schema; the errors of the sink.
  public func write(_ batch: ArrowRecordBatch) throws {
    guard batch.schema == schema else { throw XylemError.arrowColumns("they are those of another schema") }
    try sink(ArrowMessage.bytes(of: batch).bytes)
  }

  /// Writes the end of the stream. Nothing can be written afterwards.
  ///
  /// - Throws: the errors of the sink.
  public func finish() throws { try sink(ArrowMessage.end) }
}
