import Foundation
import Synchronization
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemImage
import XylemTensor
import XylemTestSupport
import XylemTrace

@testable import XylemDataset

@Suite(.needsRuntime, .serialized) struct RunTests {
  /// The features of some images, as the extractor gives them for batches of four, the last one filled with zeros.
  private func expected(_ count: Int, rows: Int = 7) throws -> (stem: [[Float]], body: [[Float]]) {
    let extractor = try RunSetting.extractor()
    let transform = try #require(RunSetting.transform)
    var (stem, body): ([[Float]], [[Float]]) = ([], [])
    for start in stride(from: 0, to: count, by: rows) {
      for first in stride(from: start, to: min(start + rows, count), by: 4) {
        let taken = first..<min(first + 4, start + rows, count)
        let planes = try taken.map { index in
          try transform.apply(to: .decode(bytes: Array(RunSetting.image(index)))).values
        }
        let filled = planes.flatMap(\.self) + [Float](repeating: 0, count: (4 - planes.count) * 3 * 16 * 16)
        let features = try TensorRuntime.withGradients(false) { try extractor(Tensor(filled, shape: [4, 3, 16, 16])) }
        for (key, reduced) in [("stem", false), ("body", true)] {
          let tensor: Tensor = try features[key]
          let numbers = try (reduced ? tensor.mean(dim: [2, 3]) : tensor).floats()
          let size = numbers.count / 4
          let found = (0..<planes.count).map { Array(numbers[$0 * size..<($0 + 1) * size]) }
          if reduced { body += found } else { stem += found }
        }
      }
    }
    return (stem, body)
  }

  @Test func `rows are the extractor's features, bit for bit, in the inputs' order`() throws {
    let setting = try RunSetting()
    try setting.makeImages(17)
    let summary = try setting.run()
    let wanted = try expected(17)
    #expect(try setting.rows("stem") == wanted.stem)
    #expect(try setting.rows("body") == wanted.body)
    #expect(try setting.labels() == (0..<17).map { ["id": setting.folder("photos") + RunSetting.name($0)] })
    #expect(summary.record.features.map(\.shape) == [[8, 8, 8], [12]])
    #expect(summary.shards == 3 && summary.progress.computed == 17 && summary.progress.failed == 0)
    #expect(
      try setting.files().keys.sorted() == [
        "body/00000.npy", "body/00001.npy", "body/00002.npy", "ids/00000.jsonl", "ids/00001.jsonl", "ids/00002.jsonl",
        "manifest.jsonl", "run.json", "stem/00000.npy", "stem/00001.npy", "stem/00002.npy",
      ])
  }

  @Test func `the manifest has the checksums of the files`() throws {
    let setting = try RunSetting()
    try setting.makeImages(9)
    try setting.run()
    let manifest = try Manifest(in: setting.folder("out"))
    #expect(manifest.lines.keys.sorted() == [0, 1])
    for line in manifest.lines.values {
      for file in line.files {
        let bytes = try contents(setting.folder("out/" + file.name))
        var digest = ContentDigest()
        digest.add(bytes)
        #expect(bytes.count == file.bytes && digest.finish() == file.sha256)
      }
    }
  }

  @Test func `safetensors has the same rows`() throws {
    let setting = try RunSetting()
    try setting.makeImages(9)
    try setting.run { $0.format = SafetensorsFormat() }
    let wanted = try expected(9)
    let file = try SafetensorsFile(setting.folder("out/00000.safetensors"))
    #expect(try file.array("stem").floats() == wanted.stem[..<7].flatMap(\.self))
    #expect(
      try SafetensorsFile(setting.folder("out/00001.safetensors")).array("body").floats()
        == wanted.body[7...].flatMap(\.self))
  }

  @Test(arguments: ["npy", "safetensors"])
  func `an input that fails is a row of NaN with its error, and is filled in once it is mended`(format: String) throws {
    let setting = try RunSetting()
    let shards: any ShardFormat = format == "npy" ? NpyFormat() : SafetensorsFormat()
    try setting.makeImages(23)
    try setting.run(into: "whole") { $0.format = shards }
    let broken = [3, 8, 16]
    for (index, damage) in zip(broken, [Data(), Data("no image".utf8), try RunSetting.image(16).dropLast(40)]) {
      try damage.write(to: URL(filePath: setting.folder("photos") + RunSetting.name(index)))
    }
    let summary = try setting.run { $0.format = shards }
    #expect(summary.progress.failed == 3)
    #expect(summary.failures == ["image.undecodable": 2, "file.unsupported": 1])
    let labels = try setting.labels()
    #expect(labels.indices.filter { labels[$0]["error"] != nil } == broken)
    #expect(labels[3]["message"] == "the image is empty: it has no bytes")
    if format == "npy" {
      let (rows, whole) = (try setting.rows("body"), try setting.rows("body", in: "whole"))
      for index in rows.indices {
        #expect(broken.contains(index) ? rows[index].allSatisfy(\.isNaN) : rows[index] == whole[index])
      }
    }
    // Two are mended, then the third.
    for index in broken.dropLast() {
      try RunSetting.image(index).write(to: URL(filePath: setting.folder("photos") + RunSetting.name(index)))
    }
    let before = try setting.files()
    let second = try setting.run {
      $0.format = shards
      $0.retriesErrors = true
    }
    #expect(second.progress.failed == 1 && second.progress.computed == 3)
    #expect(try setting.files()["ids/00003.jsonl"] == before["ids/00003.jsonl"])
    try RunSetting.image(16).write(to: URL(filePath: setting.folder("photos") + RunSetting.name(16)))
    try setting.run {
      $0.format = shards
      $0.retriesErrors = true
    }
    #expect(try setting.files() == setting.files("whole"))
  }

  @Test func `a run that stopped goes on, and its files are those of a run that did not`() throws {
    let setting = try RunSetting()
    try setting.makeImages(40)
    try setting.run(into: "whole")
    struct Stopped: Error {}
    for stop in [0, 2, 4] {
      #expect(throws: Stopped.self) {
        try setting.run { $0.beforeCommit = { shard in if shard == stop { throw Stopped() } } }
      }
      #expect(try setting.files().keys.allSatisfy { !$0.contains(".tmp") && !$0.hasPrefix(".leases/0") })
    }
    let summary = try setting.run()
    #expect(summary.progress.computed > 0 && summary.progress.computed < 40)
    #expect(try setting.files() == setting.files("whole"))
    let again = try setting.run()
    #expect(again.progress.computed == 0)
    #expect(try setting.files() == setting.files("whole"))
  }

  @Test func `a shard whose file has gone or is shorter is computed again`() throws {
    let setting = try RunSetting()
    try setting.makeImages(20)
    try setting.run()
    let whole = try setting.files()
    try FileManager.default.removeItem(atPath: setting.folder("out/body/00001.npy"))
    try Data([1, 2]).write(to: URL(filePath: setting.folder("out/stem/00002.npy")))
    #expect(try setting.run().progress.computed == 13)
    #expect(try setting.files() == whole)
    try FileManager.default.removeItem(atPath: setting.folder("out/stem"))
    #expect(try setting.run().progress.computed == 20)
    #expect(try setting.files() == whole)
  }

  @Test func `several runs on one folder share the work`() async throws {
    let setting = try RunSetting()
    try setting.makeImages(60)
    try setting.run(into: "whole")
    let computed = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<3 {
        let source = try DatasetInputs([setting.folder("photos")]).source
        let run = try DatasetRun(
          of: RunSetting.extractor(), from: source, transform: RunSetting.transform, into: setting.folder("out"),
          options: setting.options)
        group.addTask { try await run.start().summary.progress.computed }
      }
      return try await group.reduce(0, +)
    }
    #expect(computed == 60)
    #expect(try setting.files() == setting.files("whole"))
  }

  @Test func `what a dead process has begun is taken over, and what a living one has is not`() throws {
    let setting = try RunSetting()
    try setting.makeImages(20)
    try setting.run(into: "whole")
    try FileManager.default.createDirectory(
      atPath: setting.folder("out/.leases"), withIntermediateDirectories: true)
    let machine = try machineName(in: setting)
    // No process has such a number; one has another start; an empty file is of one that was just killed.
    for (name, text) in [("00000", "\(machine) 4194999 5\n"), ("00001", "\(machine) 1 5\n"), ("00002", "")] {
      try Data(text.utf8).write(to: URL(filePath: setting.folder("out/.leases/" + name)))
    }
    try setting.run()
    #expect(try setting.files() == setting.files("whole"))
    let path = setting.folder("lease")
    let lease = try #require(try Lease.take(path, isLocked: true))
    #expect(try Lease.take(path, isLocked: true) == nil)
    lease.release()
    #expect(try Lease.take(path, isLocked: true) != nil)
    // Of another machine, which gives no sign of life.
    try Data("0000abcd 1 5\n".utf8).write(to: URL(filePath: path))
    #expect(try Lease.take(path, isLocked: true) == nil)
    #expect(try Lease.take(path, isLocked: true, patience: -1) != nil)
  }

  private func machineName(in setting: RunSetting) throws -> String {
    let lease = try #require(try Lease.take(setting.folder("own"), isLocked: true))
    defer { lease.release() }
    return String(decoding: try contents(setting.folder("own")).prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
  }

  @Test func `a run with other options, inputs, weights or nodes is refused with the difference`() throws {
    let setting = try RunSetting()
    try setting.makeImages(8)
    try setting.makeImages(7, in: "others")
    try setting.run()
    let before = try setting.files()
    func refuse(_ words: String, _ body: () throws -> Void) {
      let error = expectError(.datasetOtherRun) { try body() }
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
    refuse("the batch size: 4, not 2") { try setting.run { $0.batchSize = 2 } }
    refuse("the rows of a shard: 7, not 5") { try setting.run { $0.rows = 5 } }
    refuse("the format: npy, not safetensors") { try setting.run { $0.format = SafetensorsFormat() } }
    refuse("the stored type: the model's, not float16") { try setting.run { $0.dtype = .float16 } }
    refuse("the checksums of inputs") { try setting.run { $0.addsDigests = true } }
    refuse("body by gap, not stem, body by flatten") { try setting.run { $0.reductions = ["body": .flatten] } }
    refuse("the number of inputs: 8, not 7; the list of inputs") { try setting.run(["others"]) }
    refuse("the preparation of images") { try setting.run(transform: ImageTransform(resize: 17, crop: 16)) }
    refuse("the model's weights") { try setting.run(extractor: RunSetting.extractor(seed: 1)) }
    refuse("the model's graph") {
      try setting.run(
        extractor: FeatureExtractor(of: SmallNet(), returning: ["relu": "stem", "body": "body"], modes: [.eval]))
    }
    #expect(try setting.files() == before)
    try setting.makeImages(1, in: "notarun")
    refuse("the folder has other files, such as '000.png', and no run") { try setting.run(into: "notarun") }
  }

  @Test func `too many failures stop a run, and more may be allowed afterwards`() throws {
    let setting = try RunSetting()
    try setting.makeImages(30)
    for index in 10..<16 { try Data().write(to: URL(filePath: setting.folder("photos") + RunSetting.name(index))) }
    let error = expectError(.datasetTooManyErrors) { try setting.run { $0.maximumErrors = 5 } }
    #expect(error?.message == "6 of 30 inputs failed, which is more than allowed")
    #expect(error?.place.file == setting.folder("photos") + RunSetting.name(10))
    #expect(try setting.run { $0.maximumErrors = 6 }.progress.failed == 6)
    expectError(.datasetTooManyErrors) {
      try setting.run {
        $0.maximumErrors = 3
        $0.retriesErrors = true
      }
    }
    #expect(try setting.labels().count { $0["error"] != nil } == 6)
  }

  @Test func `a run of which no input succeeds is an error`() throws {
    let setting = try RunSetting()
    try setting.makeImages(3)
    for index in 0..<3 { try Data().write(to: URL(filePath: setting.folder("photos") + RunSetting.name(index))) }
    let error = expectError(.datasetTooManyErrors) { try setting.run() }
    #expect(error?.message == "all 3 inputs failed")
  }

  @Test func `one image, and the same image twice in a list, are rows`() throws {
    let setting = try RunSetting()
    try setting.makeImages(2)
    try setting.run(["photos/000.png"], into: "one")
    #expect(try setting.rows("body", in: "one").count == 1)
    let path = setting.folder("photos/001.png")
    _ = try setting.folder.write(Array("\(path)\n\(path)\n{\"id\":\"x\",\"path\":\"\(path)\"}\n".utf8), "list")
    try setting.run([], into: "twice", lists: ["list"])
    let rows = try setting.rows("body", in: "twice")
    #expect(rows.count == 3 && rows[0] == rows[1] && rows[1] == rows[2])
    #expect(try setting.labels(in: "twice").map { $0["id"] } == [path, path, "x"])
  }

  @Test func `stored types and checksums are as asked for`() throws {
    let setting = try RunSetting()
    try setting.makeImages(5)
    try setting.run(into: "full")
    try setting.run {
      $0.dtype = .float16
      $0.addsDigests = true
    }
    let half = try NpyFile.read(setting.folder("out/body/00000.npy"))
    #expect(half.dtype == .float16)
    #expect(
      try half.elements(as: Float16.self) == setting.rows("body", in: "full").flatMap(\.self).map { Float16($0) })
    let digests = try setting.labels().map { $0["sha256"] }
    #expect(
      try digests
        == (0..<5).map { try ContentDigest.ofFile(setting.folder("photos") + RunSetting.name($0)) })
    expectError(.datasetFeature) { try setting.run(into: "b") { $0.dtype = .bfloat16 } }
    try setting.run(into: "c") {
      $0.dtype = .bfloat16
      $0.format = SafetensorsFormat()
    }
  }

  @Test func `images of several sizes without a crop are computed one by one`() throws {
    let setting = try RunSetting()
    try setting.makeImages(3)
    let wide = try PixelImage(width: 40, height: 18, pixels: [UInt8](repeating: 9, count: 40 * 18 * 3)).encodePNG()
    try Data(wide).write(to: URL(filePath: setting.folder("photos/003.png")))
    let extractor = try FeatureExtractor(of: SmallNet(), returning: ["body": "body"], modes: [.eval])
    let summary = try setting.run(extractor: extractor, transform: ImageTransform(resize: 16, crop: nil))
    #expect(summary.progress.failed == 0 && summary.record.computation.batchSize == 1)
    // Without a reduction, the size of the features depends on that of the image.
    let unreduced = try setting.run(
      into: "maps", extractor: extractor, transform: ImageTransform(resize: 16, crop: nil)
    ) { $0.reductions = [:] }
    #expect(unreduced.progress.failed == 1 && unreduced.failures == ["dataset.shape": 1])
  }

  @Test func `progress comes as a sequence, and a cancelled run says so`() async throws {
    let setting = try RunSetting()
    try setting.makeImages(30)
    let source = try DatasetInputs([setting.folder("photos")]).source
    let run = try DatasetRun(
      of: RunSetting.extractor(), from: source, transform: RunSetting.transform, into: setting.folder("out"),
      options: setting.options)
    let task = run.start()
    var last = 0
    for await progress in task.progress {
      #expect(progress.rows >= last && progress.count == 30)
      last = progress.rows
    }
    #expect(try await task.summary.progress.rows == 30)

    let blocked = BlockedInputs(source)
    let second = try DatasetRun(
      of: RunSetting.extractor(), from: blocked, transform: RunSetting.transform, into: setting.folder("cancelled"),
      options: setting.options
    ).start()
    second.cancel()
    blocked.release()
    await #expect(throws: CancellationError.self) { try await second.summary }
  }

  @Test func `a folder that can't be written is an error, and the next run goes on`() throws {
    let setting = try RunSetting()
    try setting.makeImages(14)
    expectError(.fileUnwritable) { try setting.run(into: "nowhere/out") }
    let folder = setting.folder("out")
    let error = expectError(.fileUnwritable) {
      try setting.run { options in
        // As if somebody removed it in the middle.
        options.beforeCommit = { shard in if shard == 1 { try? FileManager.default.removeItem(atPath: folder) } }
      }
    }
    #expect(error != nil)
    try setting.run()
    try setting.run(into: "whole")
    #expect(try setting.files() == setting.files("whole"))
  }
}
