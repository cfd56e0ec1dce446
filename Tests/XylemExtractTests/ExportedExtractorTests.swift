import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Extractors of archives of torch.export compute what PyTorch computes: features, gradients, and changes of buffers.
@Suite(.needsRuntime, .serialized) struct ExportedExtractorTests {
  private static let models = [
    "attention", "condition", "counter", "recurrent", "resnet", "scopes", "sizes", "swin", "tied", "vit",
  ]

  /// The goldens of a model in a mode, by their keys without both.
  private struct Goldens {
    private let file: SafetensorsFile
    private let prefix: String
    let keys: [String]

    init(_ model: String, _ mode: Mode) throws {
      file = try SafetensorsFile(Fixtures.path("exported/goldens.safetensors"))
      let prefix = "\(model)/\(mode.rawValue)/"
      self.prefix = prefix
      keys = file.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    func tensor(_ key: String) throws -> Tensor { try Tensor(file.array(prefix + key)) }

    func input(_ model: String) throws -> Tensor { try Tensor(file.array("\(model)/input/0")) }
  }

  /// The largest difference, in parts of the largest value.
  private func difference(_ found: Tensor, _ wanted: Tensor) throws -> Float {
    #expect(try found.sizes == wanted.sizes)
    let (a, b) = (try found.floats(), try wanted.floats())
    let largest = b.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }

  @Test(arguments: models, Mode.allCases)
  func `features, gradients and buffers are those of PyTorch`(name: String, mode: Mode) throws {
    let goldens = try Goldens(name, mode)
    let model = try ExportedModel(path: Fixtures.path("exported/small_\(name).pt2"))
    let trace = try model.trace(TraceOptions(mode: mode))
    let outputs = goldens.keys.filter { $0.hasPrefix("output") }
    let modules = goldens.keys.filter { $0.hasPrefix("module/") }.map { String($0.dropFirst("module/".count)) }
      .filter { trace.callCounts[$0] == 1 }
    #expect(!outputs.isEmpty)
    let extractor = try FeatureExtractor(
      of: model, traces: [mode: trace], returning: (outputs + modules).map { ReturnRequest($0) }, mode: mode)
    let input = try goldens.input(name)
    try input.setRequiresGrad(true)
    let features = try extractor(input)
    for key in outputs { #expect(try difference(features[key], goldens.tensor(key)) < 1e-5, "\(key)") }
    for key in modules { #expect(try difference(features[key], goldens.tensor("module/" + key)) < 1e-5, "\(key)") }
    var loss = try Tensor([0], shape: [])
    for key in outputs {
      let value = try (features[key] as Tensor).converted(to: .float32)
      loss = try loss + (value * value).sum()
    }
    try loss.backward()
    let own = Dictionary(model.tensors.map { ($0.key, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    for key in goldens.keys where key.hasPrefix("gradient/") {
      let path = String(key.dropFirst("gradient/".count))
      let gradient = try path == "0" ? input.gradient() : own[path]?.gradient()
      let found = try #require(gradient, "\(key)")
      #expect(try difference(found, goldens.tensor(key)) < 1e-4, "\(key)")
    }
    for key in goldens.keys where key.hasPrefix("buffer/") {
      let buffer = try #require(own[String(key.dropFirst("buffer/".count))])
      #expect(try difference(buffer, goldens.tensor(key)) < 1e-5, "\(key)")
    }
  }

  @Test(arguments: ["resnet", "recurrent", "counter"])
  func `after run_decompositions results and buffers are the same`(name: String) throws {
    let goldens = try Goldens(name, .train)
    let model = try ExportedModel(path: Fixtures.path("exported/small_\(name)_decomposed.pt2"))
    let mode = model.modes[0]
    let outputs = goldens.keys.filter { $0.hasPrefix("output") }
    let extractor = try FeatureExtractor(
      of: model, returning: outputs.map { ReturnRequest($0) }, options: TraceOptions(mode: mode), modes: [mode])
    let features = try TensorRuntime.withGradients(false) { try extractor(goldens.input(name)) }
    for key in outputs { #expect(try difference(features[key], goldens.tensor(key)) < 1e-5, "\(key)") }
    let own = Dictionary(model.tensors.map { ($0.key, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    for key in goldens.keys where key.hasPrefix("buffer/") {
      let buffer = try #require(own[String(key.dropFirst("buffer/".count))])
      #expect(try difference(buffer, goldens.tensor(key)) < 1e-5, "\(key)")
    }
  }

  @Test func `sizes that were kept open may differ, and others may not`() throws {
    let open = try FeatureExtractor(
      of: ExportedModel(path: Fixtures.path("exported/small_sizes.pt2")), returning: ["output[0]"])
    try open.eval()
    let other = try Tensor([Float](repeating: 1, count: 5 * 3 * 6 * 4), shape: [5, 3, 6, 4])
    #expect(try open(other)["output[0]"].sizes == [5, 24, 4])
    let wide = try Tensor([Float](repeating: 1, count: 2 * 3 * 6 * 5), shape: [2, 3, 6, 5])
    let error = #expect(throws: XylemError.self) { _ = try open(wide) }
    #expect(error?.id == .extractGuard)
    #expect(error?.message == "the input x has the shape [2, 3, 6, 5], for which the model was not exported")
    let fixed = try FeatureExtractor(
      of: ExportedModel(path: Fixtures.path("exported/small_vit.pt2")), returning: ["encoder"])
    let three = try Tensor([Float](repeating: 1, count: 3 * 3 * 32 * 32), shape: [3, 3, 32, 32])
    #expect(throws: XylemError.self) { _ = try fixed(three) }
  }

  @Test func `both branches of a condition run`() throws {
    let model = try ExportedModel(path: Fixtures.path("exported/small_condition.pt2"))
    let extractor = try FeatureExtractor(of: model, returning: ["body", "output"])
    for sign in [Float(1), -1] {
      let features = try extractor(try Tensor([Float](repeating: sign * 3, count: 12), shape: [3, 4]))
      let body: Tensor = try features["body"]
      let isPositive = try body.floats().reduce(0, +) > 0
      let wanted =
        try isPositive
        ? TensorOperator.call("aten::mul", overload: "Scalar", [.tensor(body.sin()), .int(2)])
        : TensorOperator.call("aten::sub", overload: "Scalar", [.tensor(body.cos()), .int(1)])
      #expect(try (features["output"] as Tensor).floats() == wanted.floats())
    }
  }

  @Test func `an extractor can't be saved`() throws {
    let extractor = try FeatureExtractor(
      of: ExportedModel(path: Fixtures.path("exported/small_tied.pt2")), returning: ["encode"])
    try withTemporaryFolder { folder in
      let error = #expect(throws: XylemError.self) { try extractor.save(to: folder + "/f.xylem") }
      #expect(error?.id == .extractUnsavable)
    }
  }
}
