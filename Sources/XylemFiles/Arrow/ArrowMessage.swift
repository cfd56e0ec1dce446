import XylemErrors

/// A message of Arrow's encapsulated format: what it is, in a FlatBuffer, and its data.
struct ArrowMessage {
  /// What starts a message.
  static let marker: UInt32 = 0xFFFF_FFFF
  /// The end of a stream.
  static let end = marker.littleEndianBytes + [0, 0, 0, 0]
  /// Arrow's number for the format V5.
  static let version: Int16 = 4

  enum Header {
    case schema(FlatTable)
    case recordBatch(FlatTable)
  }

  let header: Header
  let body: [UInt8]

  /// The next message. Nil at the end of the stream, also if it ends without a mark.
  ///
  /// - Throws: `file.malformed`, `file.unsupported`, `file.unreadable`.
  init?<Source: ByteSource & ~Copyable>(_ source: inout Source) throws(XylemError) {
    let path = source.path
    guard let start = try source.readUnlessEnded(4, "a message") else { return nil }
    guard start == Self.marker.littleEndianBytes else { throw XylemError.malformedArrow(path, .noMessage) }
    let sizeBytes = try source.read(4, "a message")
    let size = Int(Int32(truncatingIfNeeded: sizeBytes.reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }))
    if size == 0 { return nil }
    guard size > 0 else { throw XylemError.malformedArrow(path, .metadataSize(size)) }
    let metadata = try source.read(size, "the metadata of a message")
    let table = try FlatBuffer(metadata, path: path).root()
    let version = try table.integer(0, default: 0 as Int16)
    // V4 differs in unions alone, which are refused.
    guard version == Self.version || version == Self.version - 1 else {
      throw XylemError.unsupportedArrow(path, .version(Int(version) + 1))
    }
    let code = try table.integer(1, default: 0 as UInt8)
    guard let header = try table.table(2) else { throw XylemError.malformedArrow(path, .missing("header")) }
    switch code {
    case 1: self.header = .schema(header)
    case 2: throw XylemError.unsupportedArrow(path, .message("dictionary"))
    case 3: self.header = .recordBatch(header)
    case 4, 5: throw XylemError.unsupportedArrow(path, .message("tensor"))
    default: throw XylemError.malformedArrow(path, .header(code))
    }
    let bodySize = try table.integer(3, default: 0 as Int64)
    guard bodySize >= 0 else { throw XylemError.malformedArrow(path, .bodySize(Int(bodySize))) }
    body = try source.read(Int(bodySize), "the data of a record batch")
  }

  /// The schema that a stream begins with.
  ///
  /// - Throws: `file.malformed`, `file.unsupported`, `file.unreadable`.
  static func schema<Source: ByteSource & ~Copyable>(_ source: inout Source) throws(XylemError) -> ArrowSchema {
    guard let message = try ArrowMessage(&source), case .schema(let table) = message.header else {
      throw XylemError.malformedArrow(source.path, .noSchema)
    }
    return try ArrowSchema(table)
  }

  /// The message as a record batch.
  ///
  /// - Throws: `file.malformed`, `file.unsupported`.
  func recordBatch(_ schema: ArrowSchema, path: String) throws(XylemError) -> ArrowRecordBatch {
    guard case .recordBatch(let table) = header else { throw XylemError.malformedArrow(path, .secondSchema) }
    var decoder = try ArrowBatchDecoder(table, body)
    return try decoder.recordBatch(schema)
  }

  // MARK: Writing

  /// The bytes of a message.
  ///
  /// - Parameter code: what it is: 1 for a schema, 3 for a record batch.
  static func bytes(_ code: UInt8, _ header: FlatValue, bodySize: Int) -> [UInt8] {
    let metadata = FlatEncoder.bytes([.int16(version), .uint8(code), header, .int64(Int64(bodySize))])
    return marker.littleEndianBytes + UInt32(metadata.count).littleEndianBytes + metadata
  }

  /// The message of a schema.
  static func bytes(of schema: ArrowSchema) -> [UInt8] { bytes(1, schema.flat, bodySize: 0) }

  /// The message of a record batch, and how many of its bytes come before the data.
  static func bytes(of batch: ArrowRecordBatch) -> (bytes: [UInt8], metadataSize: Int) {
    var encoder = ArrowBatchEncoder()
    for (column, field) in zip(batch.columns, batch.schema.fields) { encoder.add(column, field) }
    var bytes = bytes(3, encoder.header(count: batch.count), bodySize: encoder.bodySize)
    let metadataSize = bytes.count
    bytes.reserveCapacity(metadataSize + encoder.bodySize)
    for buffer in encoder.buffers {
      bytes += buffer
      while (bytes.count - metadataSize) % 8 != 0 { bytes.append(0) }
    }
    return (bytes, metadataSize)
  }
}

/// Takes a record batch apart into columns.
private struct ArrowBatchDecoder {
  private let path: String
  private let body: [UInt8]
  private let count: Int64
  private let nodes: FlatVector?
  private let buffers: FlatVector?
  private let variadic: FlatVector?
  private var (node, buffer, variadicColumn) = (0, 0, 0)

  init(_ table: FlatTable, _ body: [UInt8]) throws(XylemError) {
    (path, self.body) = (table.buffer.path, body)
    count = try table.integer(0, default: 0)
    nodes = try table.vector(1, elementByteCount: 16)
    buffers = try table.vector(2, elementByteCount: 16)
    if try table.table(3) != nil { throw XylemError.unsupportedArrow(path, .compressed) }
    variadic = try table.vector(4, elementByteCount: 8)
  }

  mutating func recordBatch(_ schema: ArrowSchema) throws(XylemError) -> ArrowRecordBatch {
    var columns: [ArrowColumn] = []
    for field in schema.fields { columns.append(try column(field)) }
    guard node == nodes?.count ?? 0, buffer == buffers?.count ?? 0 else {
      throw XylemError.malformedArrow(path, .columns)
    }
    let path = path
    return try ArrowRecordBatch(schema, columns, count: Int(count)) { XylemError.malformedArrow(path, $0) }
  }

  private mutating func column(_ field: ArrowField) throws(XylemError) -> ArrowColumn {
    guard let nodes, node < nodes.count else { throw XylemError.malformedArrow(path, .columns) }
    let length = Int(try nodes.load(Int64.self, node))
    var nulls = Int(try nodes.load(Int64.self, node, at: 8))
    node += 1
    // Some writers count no nulls in columns that have nothing else.
    if case .null = field.type { nulls = length }
    var count = field.type.bufferCount
    if field.type.hasVariadicBuffers {
      guard let variadic, variadicColumn < variadic.count else { throw XylemError.malformedArrow(path, .columns) }
      let further = try variadic.load(Int64.self, variadicColumn)
      variadicColumn += 1
      guard further >= 0, further <= buffers?.count ?? 0 else { throw XylemError.malformedArrow(path, .columns) }
      count += Int(further)
    }
    var slices: [ArraySlice<UInt8>] = []
    for _ in 0..<count { slices.append(try slice(field)) }
    var children: [ArrowColumn] = []
    for child in field.children { children.append(try column(child)) }
    return ArrowColumn(count: length, nullCount: nulls, buffers: slices, children: children)
  }

  private mutating func slice(_ field: ArrowField) throws(XylemError) -> ArraySlice<UInt8> {
    guard let buffers, buffer < buffers.count else { throw XylemError.malformedArrow(path, .columns) }
    let offset = try buffers.load(Int64.self, buffer)
    let length = try buffers.load(Int64.self, buffer, at: 8)
    buffer += 1
    guard offset >= 0, offset <= body.count, length >= 0, length <= body.count - Int(offset) else {
      throw XylemError.malformedArrow(path, .buffer(field.name))
    }
    return body[Int(offset)..<Int(offset) + Int(length)]
  }
}

/// Collects what describes the columns of a record batch.
private struct ArrowBatchEncoder {
  private(set) var buffers: [ArraySlice<UInt8>] = []
  private(set) var bodySize = 0
  private var nodes: [Int64] = []
  private var places: [Int64] = []
  private var variadic: [Int64] = []

  mutating func add(_ column: ArrowColumn, _ field: ArrowField) {
    nodes += [Int64(column.count), Int64(column.nullCount)]
    if field.type.hasVariadicBuffers { variadic.append(Int64(column.buffers.count - field.type.bufferCount)) }
    for buffer in column.buffers {
      buffers.append(buffer)
      places += [Int64(bodySize), Int64(buffer.count)]
      bodySize += (buffer.count + 7) / 8 * 8
    }
    for (child, field) in zip(column.children, field.children) { add(child, field) }
  }

  func header(count: Int) -> FlatValue {
    .table([
      .int64(Int64(count)), .structs(nodes, count: nodes.count / 2), .structs(places, count: places.count / 2), nil,
      variadic.isEmpty ? nil : .structs(variadic, count: variadic.count),
    ])
  }
}
