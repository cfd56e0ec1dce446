import Foundation
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemFiles

/// What is written, as pyarrow reads it.
@Suite(.enabled(if: Checkers.hasArrow || Checkers.areRequired, "pyarrow is not installed: bash .ci/fetch-checkers.sh"))
struct ArrowJudgeTests {
  @Test(arguments: ["known", "other"])
  func `pyarrow reads what it wrote itself, after it was read and written again`(name: String) throws {
    let folder = try TemporaryFolder()
    let original = Fixtures.path("arrow/\(name).arrow")
    let (schema, batches) = try ArrowStreamReader.read(Fixtures.bytes("arrow/\(name).arrows"))
    try ArrowFileWriter.write(batches, schema, to: folder("x.arrow"))
    var stream: [UInt8] = []
    let writer = try ArrowStreamWriter(schema) { stream += $0 }
    for batch in batches { try writer.write(batch) }
    try writer.finish()
    let text = try Checkers.python(
      """
      import sys, pyarrow as pa
      whole = pa.ipc.open_file(sys.argv[1]).read_all()
      for read in (lambda: pa.ipc.open_file(sys.argv[2]), lambda: pa.ipc.open_stream(sys.argv[3])):
          table = read().read_all()
          table.validate(full=True)
          assert table.schema.equals(whole.schema, check_metadata=True), table.schema
          assert table.equals(whole)
      print("equal")
      """, [original, folder("x.arrow"), try folder.write(stream, "x.arrows")])
    #expect(text == "equal\n")
  }

  @Test func `columns that are made here are what pyarrow makes of the same values`() throws {
    let folder = try TemporaryFolder()
    let schema = ArrowSchema(
      [
        ArrowField("id", .utf8, isNullable: false),
        .list("maps", of: .float32, metadata: [ArrowMetadata("shape", "[2]")]),
        ArrowField("count", .int64), ArrowField("bits", .bool), ArrowField("raw", .binary), .list("flags", of: .bool),
      ], metadata: [ArrowMetadata("model", "größe")])
    let floats = try HostArray([1, 2, 3, 4] as [Float], shape: [4]).bytes
    let integers = try HostArray([-1, 0, 1 << 40] as [Int64], shape: [3]).bytes
    let isValid = [true, false, true]
    let batch = try ArrowRecordBatch(
      schema,
      [
        .strings(["a", "größe", ""]), .lists(of: 2, .numbers(floats, count: 4), count: 3, isValid: isValid),
        .numbers(integers, count: 3, isValid: isValid), .bools([true, false, false], isValid: isValid),
        .bytes([[1, 255], nil, []]), .lists(of: 1, .bools([true, false]), count: 3, isValid: isValid),
      ], count: 3)
    try ArrowFileWriter.write([batch, batch], schema, to: folder("x.arrow"))
    let text = try Checkers.python(
      """
      import sys, pyarrow as pa
      table = pa.ipc.open_file(sys.argv[1]).read_all()
      table.validate(full=True)
      fields = [pa.field("id", pa.string(), nullable=False),
          pa.field("maps", pa.list_(pa.float32()), metadata={"shape": "[2]"}), ("count", pa.int64()),
          ("bits", pa.bool_()), ("raw", pa.binary()), ("flags", pa.list_(pa.bool_()))]
      schema = pa.schema(fields, metadata={"model": "größe"})
      assert table.schema.equals(schema, check_metadata=True), table.schema
      rows = [dict(id="a", maps=[1, 2], count=-1, bits=True, raw=b"\\x01\\xff", flags=[True]),
          dict(id="größe", maps=None, count=None, bits=None, raw=None, flags=None),
          dict(id="", maps=[3, 4], count=1 << 40, bits=False, raw=b"", flags=[False])]
      assert table.to_pylist() == rows + rows, table.to_pylist()
      print("equal")
      """, [folder("x.arrow")])
    #expect(text == "equal\n")
  }
}
