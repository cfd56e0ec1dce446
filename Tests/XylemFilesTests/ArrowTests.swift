import Foundation
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemFiles

/// Arrow's IPC format. The files in `Fixtures/arrow` are pyarrow's.
@Suite struct ArrowTests {
  private static func stream(_ name: String) throws -> (schema: ArrowSchema, batches: [ArrowRecordBatch]) {
    try ArrowStreamReader.read(Fixtures.bytes("arrow/\(name).arrows"), path: name)
  }

  private static func column(
    _ name: String, of batch: ArrowRecordBatch
  ) throws -> (field: ArrowField, column: ArrowColumn, index: Int) {
    let index = try #require(batch.schema.index(of: name))
    return (batch.schema.fields[index], batch.columns[index], index)
  }

  /// The bytes of a stream with the batches.
  private static func bytes(_ schema: ArrowSchema, _ batches: [ArrowRecordBatch]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let writer = try ArrowStreamWriter(schema) { bytes += $0 }
    for batch in batches { try writer.write(batch) }
    try writer.finish()
    return bytes
  }

  @Test func `names, types, nullability and notes are those that pyarrow wrote`() throws {
    let schema = try Self.stream("known").schema
    #expect(schema.metadata == [ArrowMetadata("made by", "pyarrow")])
    let types: [(String, ArrowType)] = [
      ("null", .null), ("bool", .bool), ("int8", .int8), ("int16", .int16), ("int32", .int32), ("int64", .int64),
      ("uint8", .uint8), ("uint16", .uint16), ("uint32", .uint32), ("uint64", .uint64), ("float16", .float16),
      ("float32", .float32), ("float64", .float64), ("utf8", .utf8), ("large_utf8", .largeUtf8), ("binary", .binary),
      ("large_binary", .largeBinary), ("list", .list), ("large_list", .largeList),
      ("fixed_size_list", .fixedSizeList(2)), ("struct", .structure), ("id", .utf8),
    ]
    #expect(schema.fields.map(\.name) == types.map(\.0))
    #expect(schema.fields.map(\.type) == types.map(\.1))
    #expect(schema.fields.map(\.isNullable) == types.map { $0.0 != "id" })
    #expect(schema.fields.dropLast().map { $0.note("note") } == types.dropLast().map { "of " + $0.0 })
    #expect(schema.fields[20].children.map(\.name) == ["bytes", "path"])
    #expect(schema.fields[17].children.map(\.type) == [.float32])
  }

  @Test func `values and nulls are those that pyarrow wrote, in streams and in files`() throws {
    let batches = try Self.stream("known").batches
    let file = try ArrowFileReader(Fixtures.path("arrow/known.arrow"))
    #expect(try (0..<file.count).map { try file.recordBatch($0) } == batches)
    #expect(batches.map(\.count) == [3, 2, 0])
    for (batch, rows) in [(batches[0], 0..<3), (batches[1], 1..<3)] {
      for (index, column) in batch.columns.enumerated() {
        let name = batch.schema.fields[index].name
        let nulls = [name == "null", name != "id", name == "null"]
        #expect((0..<batch.count).map { column.isNull($0) } == Array(nulls[rows]), "\(name)")
      }
    }
    let batch = batches[0]
    #expect(try batch.strings(at: 13) == ["größe", nil, ""])
    #expect(try batch.strings(at: 14) == ["a", nil, "bc"])
    #expect(try batches[1].strings(at: 21) == ["y", "z"])
    #expect(try batch.strings(at: 15) == nil)
    for index in [15, 16] {
      let bytes = try #require(batch.bytes(at: index))
      #expect((0..<3).map { bytes[$0].map { Array($0) } } == [[0xFF, 0], nil, []])
    }
    for dtype in [DType.int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64] {
      let column = try Self.column(dtype.rawValue, of: batch).column
      let array = HostArray(checked: dtype, shape: [1], bytes: column.elements(2..<3, of: dtype))
      #expect(try array.doubles() == [100], "\(dtype)")
    }
    for dtype in [DType.float16, .float32, .float64] {
      let column = try Self.column(dtype.rawValue, of: batch).column
      let array = HostArray(checked: dtype, shape: [1], bytes: column.elements(2..<3, of: dtype))
      #expect(try array.doubles() == [-2], "\(dtype)")
    }
    #expect(try Self.column("bool", of: batch).column.elements(0..<1, of: .bool) == [1])
    for (name, ranges) in [
      ("list", [0..<2, nil, 2..<2]), ("large_list", [0..<2, nil, 2..<2]), ("fixed_size_list", [0..<2, nil, 4..<6]),
    ] {
      let (field, column, _) = try Self.column(name, of: batch)
      #expect((0..<3).map { column.list($0, of: field.type) } == ranges, "\(name)")
    }
    let structure = try Self.column("struct", of: batch)
    let paths = try #require(ArrowBytes(structure.column.children[1], .utf8))
    #expect(paths[2].map { String(decoding: $0, as: UTF8.self) } == "b.png")
  }

  @Test(arguments: ["known", "other"])
  func `columns of any type pass from a reader to a writer as they are`(name: String) throws {
    let (schema, batches) = try Self.stream(name)
    let again = try ArrowStreamReader.read(Self.bytes(schema, batches))
    #expect(again.schema == schema && again.batches == batches)
    let folder = try TemporaryFolder()
    try ArrowFileWriter.write(batches, schema, to: folder("x.arrow"))
    let file = try ArrowFileReader(folder("x.arrow"))
    #expect(try file.schema == schema && (0..<file.count).map { try file.recordBatch($0) } == batches)
  }

  @Test func `types that are only passed on keep their names`() throws {
    #expect(
      try Self.stream("other").schema.fields.map(\.type.name) == [
        "decimal", "decimal", "date", "date", "time", "timestamp", "duration", "interval", "fixed_size_binary", "map",
        "run_end_encoded", "utf8_view", "binary_view", "list_view",
      ])
  }

  @Test func `a stream is read from a file as it is from memory, one batch at a time`() throws {
    var reader = try ArrowStreamReader(Fixtures.path("arrow/known.arrows"))
    var batches: [ArrowRecordBatch] = []
    while let batch = try reader.next() { batches.append(batch) }
    #expect(try batches == Self.stream("known").batches)
  }

  @Test func `a stream may end without its mark, but not within a message`() throws {
    let whole = try Fixtures.bytes("arrow/known.arrows")
    let batches = try Self.stream("known").batches
    #expect(try ArrowStreamReader.read(Array(whole.dropLast(8))).batches == batches)
    expectError(.fileMalformed) { _ = try ArrowStreamReader.read(Array(whole.dropLast(9))) }
  }

  @Test(arguments: [
    ("dictionary.arrows", "the column 'word' is encoded with a dictionary, which is not supported"),
    ("compressed.arrows", "the Arrow data is compressed, which is not supported"),
    ("union.arrows", "the column 'u' has the type union, which is not supported"),
  ])
  func `what is not supported is refused`(name: String, message: String) throws {
    let error = expectError(.fileUnsupported) { _ = try ArrowStreamReader.read(Fixtures.bytes("arrow/" + name)) }
    #expect(error?.message == message)
  }

  @Test func `batches whose columns do not fit their schema are refused`() throws {
    let schema = ArrowSchema([ArrowField("a", .int32), .list("b", of: .float32)])
    let (numbers, lists) = (
      ArrowColumn.numbers([UInt8](repeating: 0, count: 8), count: 2),
      ArrowColumn.lists(of: 1, .numbers([UInt8](repeating: 0, count: 8), count: 2), count: 2)
    )
    _ = try ArrowRecordBatch(schema, [numbers, lists], count: 2)
    for (columns, count) in [
      ([numbers], 2), ([numbers, numbers], 2), ([numbers, lists], 3), ([lists, lists], 2),
      ([ArrowColumn.numbers([0, 0, 0, 0], count: 2), lists], 2), ([numbers, lists], -1),
    ] {
      expectError(.runtimeTensor) { _ = try ArrowRecordBatch(schema, columns, count: count) }
    }
  }
}
