import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// An extractor that was saved and loaded is the same extractor.
@Suite("Saved extractors", .needsRuntime)
struct SavedExtractorTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "xylem-saved-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func run(_ extractor: FeatureExtractor, _ inputs: [Value]) throws -> Features {
    try TensorRuntime.withGradients(false) { try extractor(inputs) }
  }

  private func expectEqual(_ a: Features, _ b: Features, _ what: String) throws {
    #expect(a.keys == b.keys)
    let (left, right) = (try a.tensors(), try b.tensors())
    #expect(left.map(\.key) == right.map(\.key))
    for (one, other) in zip(left, right) {
      #expect(try one.tensor.hostArray() == other.tensor.hostArray(), "\(one.key) of \(what)")
    }
  }

  @Test(
    "a model's extractor gives bit-equal features in both modes, and is written as the same bytes again",
    arguments: [
      ("resnet18", ["bn1", "layer2", "fc"], nil as [ReturnRequest]?),
      ("mobilenet_v3_small", ["features.4", "classifier"], ["features.4"]),
      ("googlenet", ["inception4a", "fc"], ["inception4a", "aux1.fc1"]),
      ("swin_t", ["features.3", "head"], ["features.0"]),
      ("vit_b_16", ["encoder.layers.encoder_layer_3", "heads"], nil),
    ] as [(String, [ReturnRequest], [ReturnRequest]?)])
  func modelsComeBack(_ name: String, _ requests: [ReturnRequest], _ inTrain: [ReturnRequest]?) throws {
    try withFolder { folder in
      let size = name == "vit_b_16" || name == "swin_t" ? 224 : 64
      let input = Value.tensor(try Goldens.formula([2, 3, size, size]))
      // One model for the original and one that stays untouched to be saved: train mode writes statistics.
      // The last bits of a product of matrices may depend on where memory lies that rows of a matrix share.
      let model = try ScriptModel(path: Fixtures.path("zoo/\(name).pt")).withOwnMemory()
      let original = try FeatureExtractor(of: model, returning: requests, inTrain: inTrain)
      try original.save(to: folder + "/a.xylem")
      try original.save(to: folder + "/b.xylem")
      let bytes = FileManager.default.contents(atPath: folder + "/a.xylem")
      #expect(bytes == FileManager.default.contents(atPath: folder + "/b.xylem"))

      let loaded = try FeatureExtractor(path: folder + "/a.xylem")
      try loaded.save(to: folder + "/c.xylem")
      #expect(bytes == FileManager.default.contents(atPath: folder + "/c.xylem"))
      #expect(loaded.mode == original.mode)
      for mode in Mode.allCases {
        #expect(loaded.plans[mode]?.prunedCount == original.plans[mode]?.prunedCount)
        #expect(loaded.plans[mode]?.graph.nodeNames == original.plans[mode]?.graph.nodeNames)
      }
      try expectEqual(run(original, [input]), run(loaded, [input]), "\(name) in eval mode")
      try original.train()
      try loaded.train()
      try expectEqual(run(original, [input]), run(loaded, [input]), "\(name) in train mode")
      try original.eval()
      try loaded.eval()
      // What train mode wrote is each one's own, and equal.
      try expectEqual(run(original, [input]), run(loaded, [input]), "\(name) in eval mode again")
    }
  }

  @Test("every construct comes back", arguments: ConstructTests.cases)
  func constructsComeBack(_ item: ConstructTests.Case) throws {
    let golden = try #require(try JSONSerialization.jsonObject(with: item.json) as? [String: Any])
    guard !ConstructTests.needsKernels.contains(item.name) else { return }
    let runs = (golden["cases"] as? [[String: Any]] ?? []).filter {
      ($0["method"] as? String)?.hasPrefix("forward") == true
    }
    try withFolder { folder in
      for mode in Mode.allCases {
        let model = try ScriptModel(path: item.path)
        let symbolic = Set(try model.forwardArguments().map(\.name))
        let options = TraceOptions(mode: mode, makesLeaves: true, symbolic: symbolic)
        guard let extractor = try? FeatureExtractor(of: model, returning: ["output"], options: options, modes: [mode])
        else { continue }
        let path = folder + "/\(mode.rawValue).xylem"
        try extractor.save(to: path)
        for run in runs where (run[mode.rawValue] as? [String: Any])?["raises"] == nil {
          guard let result = run[mode.rawValue] as? [String: Any] else { continue }
          let loaded = try FeatureExtractor(path: path)
          #expect(loaded.mode == mode)
          let inputs = try (run["inputs"] as? [Any] ?? []).map(Goldens.value)
          let output = try #require(try loaded(inputs)["output"])
          let wrong = try Goldens.difference(output, result["output"] ?? NSNull())
          #expect(wrong == nil, "\(item.name) in \(mode)")
        }
      }
    }
  }

  @Test("regions and automatic leaves come back, and keep their place in the code")
  func opaquePartsComeBack() throws {
    try withFolder { folder in
      let model = try ScriptModel(path: Fixtures.path("models/efficientnet_lite0.pt"))
      let extractor = try FeatureExtractor(
        of: model, returning: ["blocks.*", "classifier=logits"].map { ReturnRequest(parsing: $0) },
        options: TraceOptions(makesLeaves: true), modes: [.eval])
      try extractor.save(to: folder + "/e.xylem")
      let loaded = try FeatureExtractor(path: folder + "/e.xylem")
      let input = Value.tensor(try Goldens.formula([1, 3, 224, 224]))
      try expectEqual(run(extractor, [input]), run(loaded, [input]), "EfficientNet-Lite0")
      #expect(loaded.plan.keys.last == "logits")
      #expect(throws: XylemError.self) { try loaded.train() }
    }
  }

  @Test("weights may stay in the archive; a changed or missing one is an error")
  func referredWeights() throws {
    try withFolder { folder in
      let archive = folder + "/model.pt"
      try FileManager.default.copyItem(atPath: Fixtures.path("constructs/buffer_in_place.pt"), toPath: archive)
      let extractor = try FeatureExtractor(of: ScriptModel(path: archive), returning: ["output"])
      try extractor.save(to: folder + "/r.xylem", weights: .reference)
      _ = try FeatureExtractor(path: folder + "/r.xylem")
      try FileManager.default.removeItem(atPath: archive)
      let missing = #expect(throws: XylemError.self) { try FeatureExtractor(path: folder + "/r.xylem") }
      #expect(missing?.id == .extractUnreadable)
      try FileManager.default.copyItem(atPath: Fixtures.path("zoo/resnet18.pt"), toPath: archive)
      let other = #expect(throws: XylemError.self) { try FeatureExtractor(path: folder + "/r.xylem") }
      #expect(other?.id == .extractUnreadable)
    }
  }

  @Test("damaged, truncated, foreign and newer files are errors")
  func badFiles() throws {
    try withFolder { folder in
      let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
      let path = folder + "/good.xylem"
      try FeatureExtractor(of: model, returning: ["layer1"]).save(to: path)
      let good = try #require(FileManager.default.contents(atPath: path))
      func id(_ data: Data) throws -> ErrorID? {
        let bad = folder + "/bad.xylem"
        try data.write(to: URL(fileURLWithPath: bad))
        return #expect(throws: XylemError.self) { try FeatureExtractor(path: bad) }?.id
      }
      #expect(try id(Data()) == .fileMalformed)
      #expect(try id(good.prefix(good.count / 2)) == .fileMalformed)
      #expect(try id(try #require(FileManager.default.contents(atPath: model.archive.path))) == .fileMalformed)
      #expect(
        try id(try #require(FileManager.default.contents(atPath: Fixtures.path("files/tiny.safetensors"))))
          == .extractUnreadable)
      var newer = good
      let range = try #require(newer.range(of: Data(#""schema":"1""#.utf8)))
      newer.replaceSubrange(range, with: Data(#""schema":"9""#.utf8))
      #expect(try id(newer) == .extractUnreadable)
      // Every byte of the weights counts.
      let file = try SafetensorsFile(path)
      let name = try #require(file.names.first { $0.hasPrefix("xylem/storage") || $0.hasSuffix("weight") })
      var damaged = good
      let position = try #require(file.entry(name)).byteRange.lowerBound + 5
      damaged[position] ^= 0x10
      #expect(try id(damaged) == .extractUnreadable)
      // So does every byte of the graphs and of the code, also where the damage reads well.
      for part in ["xylem/extractor.json", "xylem/code.pt"] {
        var damaged = good
        let range = try #require(file.entry(part)).byteRange
        damaged[range.lowerBound + range.count / 2] ^= 0x01
        #expect(try id(damaged) == .extractUnreadable, "\(part)")
      }
    }
  }

  @Test("nodes of a saved extractor can be requested, and prefixes mean nothing")
  func requestsOfSaved() throws {
    try withFolder { folder in
      let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
      let original = try FeatureExtractor(of: model, returning: ["layer1", "layer2.0"], modes: [.eval])
      try original.save(to: folder + "/s.xylem")
      let saved = try FeatureExtractor(path: folder + "/s.xylem")
      let input = Value.tensor(try Goldens.formula([1, 3, 64, 64]))
      let narrower = try FeatureExtractor(of: saved.model, traces: saved.traces, returning: ["layer1.0.bn1", "layer1"])
      let truth = try FeatureExtractor(of: model, returning: ["layer1.0.bn1", "layer1"], modes: [.eval])
      try expectEqual(run(truth, [input]), run(narrower, [input]), "what was saved")
      for gone in ["layer2", "layer3", "fc"] {
        let error = #expect(throws: XylemError.self) {
          try FeatureExtractor(of: saved.model, traces: saved.traces, returning: [ReturnRequest(gone)])
        }
        #expect(error?.id == .extractUnknownNode, "\(gone)")
      }
    }
  }
}
