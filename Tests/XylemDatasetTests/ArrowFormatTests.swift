import Foundation
import Testing
import XylemErrors
import XylemFiles
import XylemTestSupport

@testable import XylemDataset

/// Shards in Arrow's format.
@Suite(.needsRuntime, .serialized) struct ArrowFormatTests {
  private func setting(_ count: Int) throws -> RunSetting {
    var setting = try RunSetting()
    setting.options.format = ArrowFormat()
    try setting.makeImages(count)
    return setting
  }

  /// The rows of a shard.
  private func rows(_ setting: RunSetting, _ name: String) throws -> ArrowRecordBatch {
    let file = try ArrowFileReader(setting.folder(name))
    #expect(file.count == 1)
    return try file.recordBatch(0)
  }

  @Test func `a shard has the identifiers and the features that npy files have`() throws {
    let setting = try setting(9)
    let summary = try setting.run { $0.addsDigests = true }
    try setting.run(into: "npy") { $0.format = NpyFormat() }
    let (stem, body) = (try setting.rows("stem", in: "npy"), try setting.rows("body", in: "npy"))
    for (name, range) in [("out/00000.arrow", 0..<7), ("out/00001.arrow", 7..<9)] {
      let batch = try rows(setting, name)
      #expect(batch.schema.fields.map(\.name) == ["id", "stem", "body", "error", "message", "sha256"])
      #expect(batch.schema.fields[1].note("shape") == "[8,8,8]" && batch.schema.fields[2].note("reduction") == "gap")
      #expect(try batch.strings(at: 0) == range.map { setting.folder("photos") + RunSetting.name($0) })
      for (column, wanted) in [(1, stem), (2, body)] {
        for (row, index) in range.enumerated() {
          let place = try #require(batch.columns[column].list(row, of: .list))
          let bytes = batch.columns[column].children[0].elements(place, of: .float32)
          #expect(try HostArray(dtype: .float32, shape: [place.count], bytes: bytes).floats() == wanted[index])
        }
      }
      #expect(try batch.strings(at: 3) == range.map { _ in nil })
      let first = try ContentDigest.ofFile(setting.folder("photos") + RunSetting.name(range.lowerBound))
      #expect(try batch.strings(at: 5)?.first == first)
    }
    #expect(summary.record.output.format == "arrow")
    #expect(
      try setting.files().keys.sorted() == ["00000.arrow", "00001.arrow", "manifest.jsonl", "run.json"])
  }

  @Test func `an input that fails is a row of nulls, and is filled in once it is mended`() throws {
    let setting = try setting(10)
    try setting.run(into: "whole")
    let broken = setting.folder("photos") + RunSetting.name(3)
    try Data().write(to: URL(filePath: broken))
    let summary = try setting.run()
    #expect(summary.progress.failed == 1)
    let batch = try rows(setting, "out/00000.arrow")
    for column in [1, 2] { #expect((0..<7).map { batch.columns[column].isNull($0) } == (0..<7).map { $0 == 3 }) }
    #expect(try batch.strings(at: 3)?[3] == "image.undecodable")
    #expect(try batch.strings(at: 4)?[3] == "the image is empty: it has no bytes")
    try RunSetting.image(3).write(to: URL(filePath: broken))
    let second = try setting.run { $0.retriesErrors = true }
    #expect(second.progress.failed == 0)
    #expect(try setting.files() == setting.files("whole"))
  }

  @Test func `the bytes of a shard do not depend on how its rows were appended`() throws {
    let fields = [
      FeatureField(key: "wide", node: "a", dtype: .float32, shape: [1 << 20]),
      FeatureField(key: "one", node: "b", dtype: .int64, shape: []),
      FeatureField(key: "flags", node: "c", dtype: .bool, shape: [3]),
    ]
    let folder = try TemporaryFolder()
    let shard = Shard(index: 0, name: "0", inputs: 0..<12, hasDigests: false)
    let rows = FeatureRows(
      labels: (0..<12).map { RowLabel(id: "\($0)", failure: $0 == 9 ? RowFailure(id: "a", message: "b") : nil) },
      columns: [
        (0..<12).flatMap { [UInt8](repeating: $0, count: 4 << 20) },
        (0..<12).flatMap { [UInt8($0), 0, 0, 0, 0, 0, 0, 0] }, (0..<12).flatMap { [UInt8($0 % 2), 1, 0] },
      ])
    var files: [[UInt8]] = []
    for step in [1, 5, 12] {
      let writer = try ArrowFormat().makeWriter(for: shard, fields: fields, in: folder.path)
      for start in stride(from: 0, to: 12, by: step) {
        let range = start..<min(start + step, 12)
        try writer.append(
          FeatureRows(
            labels: Array(rows.labels[range]),
            columns: zip(rows.columns, fields).map { column, field in
              Array(column[range.lowerBound * field.rowByteCount..<range.upperBound * field.rowByteCount])
            }))
      }
      for file in try writer.finish() {
        _ = try file.finish()
        try file.commit()
      }
      files.append(try contents(folder("0.arrow")))
    }
    #expect(files[0] == files[1] && files[0] == files[2])
    let reader = try ArrowFormat().makeReader(for: shard, fields: fields, in: folder.path)
    #expect(reader.labels == rows.labels)
    let read = try reader.rows(5..<12)
    for (index, field) in fields.enumerated() {
      for row in 5..<12 {
        let (wanted, found) = (
          rows.columns[index][row * field.rowByteCount..<(row + 1) * field.rowByteCount],
          read.columns[index][(row - 5) * field.rowByteCount..<(row - 4) * field.rowByteCount]
        )
        #expect(row == 9 ? found.allSatisfy { $0 == 0 } : found == wanted)
      }
    }
  }

  @Test func `types and keys that columns can't have are refused`() throws {
    for (key, dtype) in [("a", DType.bfloat16), ("a", .complex64), ("id", .float32), ("error", .float32)] {
      let field = FeatureField(key: key, node: "a", dtype: dtype, shape: [2])
      expectError(.datasetFeature) { try ArrowFormat().check([field]) }
    }
  }
}
