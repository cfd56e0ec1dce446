import Foundation
import Glibc
import Testing
import XylemErrors
import XylemFiles
import XylemImage
import XylemTensor
import XylemTestSupport

@testable import XylemDataset

/// Features for other programs, as ``DatasetRun`` computes them.
@Suite(.needsRuntime, .serialized) struct WorkerTests {
  private static let images = ArrowSchema([ArrowField("id", .utf8, isNullable: false), ArrowField("bytes", .binary)])

  private static func worker(
    transform: ImageTransform? = RunSetting.transform, _ change: (inout WorkerOptions) -> Void = { _ in }
  ) throws -> FeatureWorker {
    var options = WorkerOptions(batchSize: 4, workers: 2, reductions: ["body": .gap])
    change(&options)
    return try FeatureWorker(
      of: RunSetting.extractor(), preparing: ImageDecoding(try #require(transform)), options: options)
  }

  private static func batch(_ range: Range<Int>, broken: [Int] = [], missing: [Int] = []) throws -> ArrowRecordBatch {
    let bytes = try range.map { index -> [UInt8]? in
      missing.contains(index) ? nil : broken.contains(index) ? [1, 2] : Array(try RunSetting.image(index))
    }
    return try ArrowRecordBatch(images, [.strings(range.map { "\($0)" }), .bytes(bytes)], count: range.count)
  }

  private static func stream(_ schema: ArrowSchema, _ batches: [ArrowRecordBatch]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let writer = try ArrowStreamWriter(schema) { bytes += $0 }
    for batch in batches { try writer.write(batch) }
    try writer.finish()
    return bytes
  }

  /// What a worker makes of a stream, and the number of batches that it wrote before an error.
  private static func run(
    _ input: [UInt8], _ worker: FeatureWorker
  ) throws -> (schema: ArrowSchema, batches: [ArrowRecordBatch], summary: WorkerSummary?, error: XylemError?) {
    let folder = try TemporaryFolder()
    let path = try folder.write(input, "in.arrows")
    var output: [UInt8] = []
    do {
      let summary = try worker.run(InputFile(path, regularOnly: true)) { output += $0 }
      let (schema, batches) = try ArrowStreamReader.read(output)
      return (schema, batches, summary, nil)
    } catch let error as XylemError {
      let read = try? ArrowStreamReader.read(output)
      return (read?.schema ?? ArrowSchema([]), read?.batches ?? [], nil, error)
    }
  }

  private static func floats(_ key: String, _ row: Int, of batch: ArrowRecordBatch) throws -> [Float]? {
    let index = try #require(batch.schema.index(of: key))
    let column = batch.columns[index]
    guard let place = column.list(row, of: .list) else { return nil }
    let bytes = column.children[0].elements(place, of: .float32)
    return try HostArray(dtype: .float32, shape: [place.count], bytes: bytes).floats()
  }

  @Test func `a batch of features comes for each of images, with the bits of a run's shard`() throws {
    let setting = try RunSetting()
    try setting.makeImages(14)
    try setting.run()
    let (stem, body) = (try setting.rows("stem"), try setting.rows("body"))
    let found = try Self.run(
      Self.stream(Self.images, [Self.batch(0..<7), Self.batch(3..<3), Self.batch(7..<14)]), Self.worker())
    #expect(found.summary == WorkerSummary(batches: 3, rows: 14, failed: 0))
    #expect(found.schema.fields.map(\.name) == ["id", "stem", "body", "error", "message"])
    #expect(found.schema.fields[1].note("shape") == "[8,8,8]" && found.schema.fields[2].note("node") == "body")
    #expect(found.batches.map(\.count) == [7, 0, 7])
    let rows = try found.batches.flatMap { batch in
      try (0..<batch.count).map { (try Self.floats("stem", $0, of: batch), try Self.floats("body", $0, of: batch)) }
    }
    #expect(rows.map(\.0) == stem && rows.map(\.1) == body)
    #expect(try found.batches.flatMap { try $0.strings(at: 0) ?? [] } == (0..<14).map { "\($0)" })
  }

  @Test func `a row that fails has nulls and its error, and the others are as they were`() throws {
    let whole = try Self.run(Self.stream(Self.images, [Self.batch(0..<6)]), Self.worker())
    let found = try Self.run(
      Self.stream(Self.images, [Self.batch(0..<6, broken: [2], missing: [5])]), Self.worker())
    #expect(found.summary?.failed == 2)
    let batch = try #require(found.batches.first)
    for row in 0..<6 {
      let wanted = [2, 5].contains(row) ? nil : try Self.floats("body", row, of: whole.batches[0])
      #expect(try Self.floats("body", row, of: batch) == wanted)
    }
    #expect(try batch.strings(at: 3) == [nil, nil, "file.unsupported", nil, nil, "dataset.input"])
    #expect(try batch.strings(at: 4)?[5] == "the row has no input: 'bytes' is null")
  }

  @Test func `columns of other types are passed on as they are`() throws {
    let (schema, batches) = try ArrowStreamReader.read(Fixtures.bytes("arrow/other.arrows"))
    let both = ArrowSchema(schema.fields + [ArrowField("bytes", .binary)], metadata: schema.metadata)
    let image = ArrowColumn.bytes([Array(try RunSetting.image(0)), nil])
    let batch = try ArrowRecordBatch(both, batches[0].columns + [image], count: 2)
    let found = try Self.run(Self.stream(both, [batch]), Self.worker())
    #expect(Array(try #require(found.batches.first).columns.prefix(schema.fields.count)) == batches[0].columns)
    #expect(Array(found.schema.fields.prefix(schema.fields.count)) == schema.fields)
  }

  @Test func `images within structs are those of byte strings`() throws {
    let schema = ArrowSchema([
      ArrowField("image", .structure, children: [ArrowField("bytes", .binary), ArrowField("path", .utf8)])
    ])
    let images = try (0..<3).map { Array(try RunSetting.image($0)) }
    let column = ArrowColumn(
      count: 3, buffers: [[]], children: [.bytes(images), .strings([nil, "a", "b"])])
    let found = try Self.run(
      Self.stream(schema, [ArrowRecordBatch(schema, [column], count: 3)]), Self.worker { $0.column = "image" })
    let wanted = try Self.run(Self.stream(Self.images, [Self.batch(0..<3)]), Self.worker())
    #expect(found.batches.first?.columns == wanted.batches.first.map { Array($0.columns.dropFirst()) })
    #expect(found.error == nil)
  }

  @Test func `tensors are given to the model as they are`() throws {
    let transform = try #require(RunSetting.transform)
    let values = try (0..<5).map { try transform.apply(to: .decode(bytes: Array(RunSetting.image($0)))).values }
    let schema = ArrowSchema([.list("bytes", of: .float32, metadata: [ArrowMetadata("shape", "[3,16,16]")])])
    let elements = ArrowColumn.numbers(
      try HostArray(values.flatMap(\.self), shape: [5 * 768]).bytes, count: 5 * 768)
    let batch = try ArrowRecordBatch(schema, [.lists(of: 768, elements, count: 5)], count: 5)
    let found = try Self.run(Self.stream(schema, [batch]), Self.worker())
    let wanted = try Self.run(Self.stream(Self.images, [Self.batch(0..<5)]), Self.worker())
    #expect(found.batches.first?.columns == wanted.batches.first.map { Array($0.columns.dropFirst()) })
  }

  @Test func `what was computed before a stream breaks off is written, and then it is an error`() throws {
    let whole = try Self.stream(Self.images, [Self.batch(0..<4), Self.batch(4..<8)])
    let found = try Self.run(Array(whole.dropLast(50)), Self.worker())
    #expect(found.error?.id == .fileMalformed)
    #expect(found.batches.map(\.count) == [4])
  }

  @Test func `columns that can't be used are errors that name them`() throws {
    let numbers = ArrowSchema([ArrowField("bytes", .int32)])
    let shapeless = ArrowSchema([.list("bytes", of: .float32)])
    let taken = ArrowSchema([ArrowField("error", .utf8), ArrowField("bytes", .binary)])
    let twice = ArrowSchema([ArrowField("body", .utf8), ArrowField("bytes", .binary)])
    for (schema, id, words) in [
      (ArrowSchema([ArrowField("image", .binary)]), ErrorID.datasetInput, "the stream has no column 'bytes'"),
      (numbers, .datasetInput, "it is of type int32"), (shapeless, .datasetInput, "not among its notes"),
      (taken, .datasetInput, "'error'"), (twice, .datasetFeature, "'body'"),
    ] {
      let found = try Self.run(Self.stream(schema, []), Self.worker())
      #expect(found.error?.id == id && found.error?.message.contains(words) == true, "\(words): \(found.error as Any)")
    }
    let sizes = try Self.run(
      Self.stream(Self.images, []), Self.worker(transform: ImageTransform(resize: 16, crop: nil)))
    #expect(sizes.error?.message.contains("one size") == true)
  }

  @Test func `an error of the output ends the worker, also if the input does not end`() throws {
    struct Gone: Error {}
    let pipe = Pipe()
    let bytes = try Self.stream(Self.images, [Self.batch(0..<4)]).dropLast(8)
    // More than a pipe holds might be written: from another thread.
    let writer = Thread { try? pipe.fileHandleForWriting.write(contentsOf: Data(bytes)) }
    writer.start()
    var count = 0
    #expect(throws: Gone.self) {
      try Self.worker().run(
        InputFile(sharing: pipe.fileHandleForReading.fileDescriptor, path: "standard input")
      ) { _ in
        count += 1
        if count == 2 { throw Gone() }
      }
    }
    try pipe.fileHandleForWriting.close()
  }
}
