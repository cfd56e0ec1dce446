import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Extractors that are parts of other models.
@Suite(.needsRuntime) struct ExtractorModuleTests {
  private final class Block: Module, Layer {
    let conv1 = Conv2d(2, 2, kernelSize: 1)
    let bn1 = BatchNorm2d(2)
    let relu = ReLU(inplace: true)
    let drop = Dropout(p: 0.5)
    let conv2 = Conv2d(2, 2, kernelSize: 1)
    func forward(_ x: Tensor) throws -> Tensor {
      let y = try drop(relu(bn1(conv1(x))))
      return try relu(conv2(y) + x)
    }
  }

  private final class Backbone: Module, Layer {
    let scale = Parameter([1], .ones)
    let stem = Conv2d(3, 2, kernelSize: 3)
    let layer1 = Sequential(Block(), Block())
    let layer2 = Sequential(Block())
    let fc = Linear(2, 5)
    func forward(_ x: Tensor) throws -> Tensor {
      try fc(layer2(layer1(stem(x) * scale.tensor)).mean(dim: [2, 3]))
    }
  }

  private final class Holder: Module, Layer {
    let body: FeatureExtractor
    let head = Conv2d(2, 1, kernelSize: 1)
    init(_ model: Module, _ requests: KeyValuePairs<String, String> = ["layer1": "a"]) throws {
      body = try FeatureExtractor(of: model, returning: requests, options: TraceOptions(mode: .train))
    }
    func forward(_ x: Tensor) throws -> Tensor { try head(body(x)["a"]) }
  }

  private let image = Result { try Goldens.formula([2, 3, 6, 6]) }

  private static let stateOfLayer1 = [
    "body.scale", "body.stem.weight", "body.stem.bias",
    "body.layer1.0.conv1.weight", "body.layer1.0.conv1.bias", "body.layer1.0.bn1.weight", "body.layer1.0.bn1.bias",
    "body.layer1.0.bn1.running_mean", "body.layer1.0.bn1.running_var", "body.layer1.0.bn1.num_batches_tracked",
    "body.layer1.0.conv2.weight", "body.layer1.0.conv2.bias",
    "body.layer1.1.conv1.weight", "body.layer1.1.conv1.bias", "body.layer1.1.bn1.weight", "body.layer1.1.bn1.bias",
    "body.layer1.1.bn1.running_mean", "body.layer1.1.bn1.running_var", "body.layer1.1.bn1.num_batches_tracked",
    "body.layer1.1.conv2.weight", "body.layer1.1.conv2.bias",
    "head.weight", "head.bias",
  ]

  // MARK: - State

  @Test func `the state has the model's keys below the property's, and only what the extractor needs`() throws {
    let holder = try Holder(Backbone())
    #expect(try holder.state().map(\.key) == Self.stateOfLayer1)
    #expect(
      try holder.namedParameters().map(\.path)
        == Self.stateOfLayer1.filter { !$0.contains("running") && !$0.contains("num") })
    #expect(
      try holder.namedModules().map(\.path) == [
        "", "body", "body.stem", "body.layer1", "body.layer1.0", "body.layer1.0.conv1", "body.layer1.0.bn1",
        "body.layer1.0.relu", "body.layer1.0.drop", "body.layer1.0.conv2", "body.layer1.1", "body.layer1.1.conv1",
        "body.layer1.1.bn1", "body.layer1.1.relu", "body.layer1.1.drop", "body.layer1.1.conv2", "head",
      ])
  }

  @Test func `a block that is cut in two has only the half that runs`() throws {
    let holder = try Holder(Backbone(), ["layer1.1.bn1": "a"])
    let keys = try holder.state().map(\.key).filter { $0.hasPrefix("body.layer1.1.") }
    #expect(
      keys == [
        "body.layer1.1.conv1.weight", "body.layer1.1.conv1.bias", "body.layer1.1.bn1.weight", "body.layer1.1.bn1.bias",
        "body.layer1.1.bn1.running_mean", "body.layer1.1.bn1.running_var", "body.layer1.1.bn1.num_batches_tracked",
      ])
  }

  @Test func `a model and an extractor of it can be parts of one model`() throws {
    final class Both: Module {
      let first: FeatureExtractor
      let model: Backbone
      let second: FeatureExtractor
      init(_ model: Backbone) throws {
        self.model = model
        first = try FeatureExtractor(of: model, returning: ["layer1.0.bn1"])
        second = try FeatureExtractor(of: model, returning: ["stem"])
      }
    }
    let model = Backbone()
    let both = try Both(model)
    let keys = try both.state().map(\.key)
    #expect(keys.filter { $0.hasPrefix("model.") } == (try model.state().map { "model." + $0.key }))
    #expect(keys.filter { $0.hasPrefix("second.") } == ["second.stem.weight", "second.stem.bias"])
    #expect(keys.filter { $0.hasPrefix("first.layer1.") }.count == 7)
    #expect(try both.parameters().count == model.parameters().count)
  }

  @Test func `state of the holder is saved and loaded with the extractor's`() throws {
    let (a, b) = (try Holder(Backbone()), try Holder(Backbone()))
    for holder in [a, b] { try holder.eval() }
    let x = try image.get()
    #expect(try a(x).floats() != b(x).floats())
    let state = Dictionary(uniqueKeysWithValues: try a.state().map { ($0.key, $0.tensor) })
    #expect(try b.load(state).loaded == Self.stateOfLayer1)
    #expect(try a(x).floats() == b(x).floats())
  }

  // MARK: - Modes, types and gradients

  @Test func `train and eval of the holder, of the model and of its parts have effect on the next call`() throws {
    let model = Backbone()
    let holder = try Holder(model)
    let x = try image.get()
    func seen() throws -> [Int] {
      try model.namedModules().compactMap { $0.module as? BatchNorm2d }.map {
        try Int($0.numBatchesTracked?.tensor.item() ?? -1)
      }
    }
    _ = try holder(x)
    #expect(try seen() == [1, 1, 0])
    try holder.eval()
    let still = try holder(x).floats()
    #expect(try holder(x).floats() == still)
    #expect(try seen() == [1, 1, 0])
    #expect(holder.body.mode == .eval)
    try holder.train()
    try (model.layer1[0] as? Block)?.eval()
    _ = try holder(x)
    #expect(try seen() == [1, 2, 0])
    try holder.module(at: "body.layer1.1").eval()
    let frozen = try holder(x).floats()
    #expect(try seen() == [1, 2, 0])
    try holder.eval()
    #expect(try holder(x).floats() == frozen)
    try holder.module(at: "body.layer1.1").train()
    _ = try holder(x)
    #expect(try seen() == [1, 3, 0])
    try holder.train()
    _ = try holder(x)
    #expect(try seen() == [2, 4, 0])
  }

  @Test func `an extractor on its own follows parts of the model that are switched`() throws {
    let model = Backbone()
    let extractor = try FeatureExtractor(of: model, returning: ["layer1"], options: TraceOptions(mode: .train))
    let count = try #require((model.layer1[0] as? Block)?.bn1.numBatchesTracked?.tensor)
    try model.layer1.eval()
    _ = try extractor(image.get())
    #expect(try count.item() == 0)
    try model.layer1.train()
    _ = try extractor(image.get())
    #expect(try count.item() == 1)
    try extractor.eval()
    _ = try extractor(image.get())
    #expect(try count.item() == 1)
  }

  @Test func `frozen parts get no gradient, and gradients reach the stem through the extractor`() throws {
    let holder = try Holder(Backbone())
    #expect(try holder.freeze("body.layer1.0").count == 6)
    try holder(image.get()).sum().backward()
    let without = try holder.namedParameters().filter { try $0.parameter.tensor.gradient() == nil }.map(\.path)
    #expect(
      without
        == Self.stateOfLayer1.filter {
          $0.hasPrefix("body.layer1.0.") && !$0.contains("running") && !$0.contains("num")
        })
    #expect(try holder.body.unfreeze("layer1.0").count == 6)
    #expect(try holder.body.parameters().allSatisfy { $0.tensor.requiresGrad })
  }

  @Test func `a cast of the holder converts the extractor's weights`() throws {
    let holder = try Holder(Backbone())
    try holder.eval()
    try holder.cast(to: .float64)
    let x = try image.get().converted(to: .float64)
    #expect(try holder(x).dtype == .float64)
    #expect(try holder.body(x)["a"].dtype == .float64)
  }

  // MARK: - Traces

  @Test func `a trace goes through the extractor, with the model's names below its path`() throws {
    let model = Backbone()
    let holder = try Holder(model, ["layer1.0.relu": "b", "layer1.1": "a"])
    let own = try SwiftModel(model).trace(TraceOptions(mode: .train)).nodeNames
    let names = try SwiftModel(holder).trace(TraceOptions(mode: .train)).nodeNames
    let end = try #require(own.firstIndex(of: "layer1.1.relu_1"))
    #expect(
      names.filter { !$0.hasSuffix("clone") } == ["x"] + own[1...end].map { "body." + $0 } + ["head"])
  }

  @Test func `names do not depend on what the extractor needs`() throws {
    final class Twice: Module, Layer {
      let a = Linear(2, 2)
      let b = Linear(2, 2)
      func forward(_ x: Tensor) throws -> Tensor { try (b(x) * 2).relu() + (a(x) * 3).relu() }
    }
    final class Outer: Module, Layer {
      let body: FeatureExtractor
      init(_ model: Twice) throws { body = try FeatureExtractor(of: model, returning: ["relu_1": "a"]) }
      func forward(_ x: Tensor) throws -> Tensor { try body(x)["a"] + body(x)["a"] }
    }
    let names = try SwiftModel(Outer(Twice())).trace().nodeNames
    #expect(
      names == ["x", "body.a", "body.mul_1", "body.relu_1", "body.a_1", "body.mul_3", "body.relu_3", "add"])
  }

  @Test func `features of the holder are those that it computes, through the extractor or with it as a leaf`() throws {
    let model = Backbone()
    let holder = try Holder(model, ["layer1.0.bn1": "a", "layer1.0.relu#0": "b", "layer2": "c"])
    try holder.eval()
    let x = try image.get()
    let block = try #require(model.layer1[0] as? Block)
    _ = try withoutGradients { try block.bn1.bias?.tensor.fill_(-2) }
    let truth = try block.bn1(block.conv1(model.stem(x) * model.scale.tensor)).floats()
    #expect(truth.contains { $0 < 0 })
    let expected = try (holder(x).floats(), holder.body(x)["a"].floats())
    for policy in [
      LeafPolicy(), LeafPolicy(includesDefaults: false), LeafPolicy().leaf(path: "body"),
      LeafPolicy().leaf(type: "FeatureExtractor"), LeafPolicy().leaf(Block.self),
    ] {
      let outer = try FeatureExtractor(
        of: holder, returning: ["body.a", "output", "body"], options: TraceOptions(policy: policy))
      let found = try outer(x)
      #expect(try found["output"].floats() == expected.0)
      // Overwritten by the ReLU right after it in the model.
      #expect(try found["body.a"].floats() == expected.1)
      #expect(found.keys == ["body.a", "output", "body"])
    }
    #expect(expected.1 == truth)
  }

  @Test func `a trace in train mode has the extractor's train mode, and keeps parts that are in eval mode`() throws {
    let model = Backbone()
    let holder = try Holder(model)
    try model.layer1.eval()
    let extractor = try FeatureExtractor(of: holder, returning: ["output"], options: TraceOptions(mode: .train))
    let norms = try model.namedModules().compactMap { $0.module as? BatchNorm2d }
    _ = try extractor(image.get())
    #expect(try norms.map { try $0.numBatchesTracked?.tensor.item() } == [0, 0, 0])
    try model.layer1.train()
    _ = try extractor(image.get())
    #expect(try norms.map { try $0.numBatchesTracked?.tensor.item() } == [1, 1, 0])
  }

  @Test func `an extractor of a model with an extractor can itself be a part`() throws {
    let inner = try Holder(Backbone())
    let outer = try Holder(inner, ["body.layer1.0": "a"])
    try outer.eval()
    let x = try image.get()
    #expect(try outer.state().first?.key == "body.body.scale")
    let direct = try outer.head(
      inner.body.model === outer.body.model
        ? x
        : FeatureExtractor(
          of: inner, returning: ["body.layer1.0"])(x).tensor)
    #expect(try outer(x).floats() == direct.floats())
    #expect(try SwiftModel(outer).trace().nodeNames.contains("body.body.layer1.0.bn1"))
  }

  // MARK: - Results

  @Test func `features are tensors by key, in the order of the requests`() throws {
    let extractor = try FeatureExtractor(of: Backbone(), returning: ["layer2": "two", "layer1": "one", "stem": "s"])
    let features = try extractor(image.get())
    #expect(features.keys == ["two", "one", "s"])
    #expect(try features["s"].sizes == [2, 2, 4, 4])
    let tensor: Tensor = try features["one"]
    #expect(try tensor.sizes == [2, 2, 4, 4])
    let error = #expect(throws: XylemError.self) { try features["on"] as Tensor }
    #expect(error?.id == .extractUnknownNode)
    #expect(error?.remedies == ["features[\"one\"]"])
    #expect(throws: XylemError.self) { try features.tensor }
    #expect(try FeatureExtractor(of: Backbone(), returning: ["stem"])(image.get()).tensor.sizes == [2, 2, 4, 4])
  }

  @Test func `an extractor of its own holder is an error, and not a crash`() throws {
    final class Own: Module, Layer {
      let fc = Linear(2, 2)
      var features: FeatureExtractor?
      func forward(_ x: Tensor) throws -> Tensor { try fc(x) }
    }
    let own = Own()
    own.features = try FeatureExtractor(of: own, returning: ["fc"])
    let error = #expect(throws: XylemError.self) { try own.parameters() }
    #expect(error?.id == .modelCycle)
    own.features = nil
  }

  @Test func `an extractor that was not made for a mode is an error in it`() throws {
    final class Outer: Module, Layer {
      let body: FeatureExtractor
      init(_ model: Backbone) throws {
        body = try FeatureExtractor(of: model, returning: ["stem": "a"], modes: [.eval])
      }
      func forward(_ x: Tensor) throws -> Tensor { try body(x)["a"] }
    }
    let outer = try Outer(Backbone())
    _ = try outer(image.get())
    try outer.train()
    let error = #expect(throws: XylemError.self) { try outer(image.get()) }
    #expect(error?.id == .extractInput)
  }

  // MARK: - Archives

  @Test func `an extractor of an archive is a module with its state, and a leaf in traces`() throws {
    final class Outer: Module, Layer {
      let body: FeatureExtractor
      init(_ model: ScriptModel) throws { body = try FeatureExtractor(of: model, returning: ["bn1": "output"]) }
      func forward(_ x: Tensor) throws -> Tensor { try body(x)["output"] }
    }
    let outer = try Outer(ScriptModel(path: Fixtures.path("constructs/frozen_norm.pt")))
    #expect(try outer.state().map(\.key) == outer.body.state.map { "body." + $0.key })
    let trace = try SwiftModel(outer).trace()
    #expect(trace.nodeNames == ["x", "body", "getitem"])
    // It is in eval mode, and the model that holds it in train mode.
    #expect(trace.notes.map(\.kind) == [.automaticLeaf, .pinnedMode])
    try outer.train()
    #expect(outer.body.mode == .train)
    let child = try #require(try outer.namedModules().dropFirst(2).first)
    child.module.isTraining = false
    let sizes = try outer.body.model.tensors.first?.tensor.sizes ?? []
    let error = #expect(throws: XylemError.self) { try outer(Goldens.formula([2, sizes.first ?? 1, 4, 4])) }
    #expect(error?.id == .extractInput)
    #expect(error?.message.contains("archive") == true)
  }

  // MARK: - Memory

  @Test func `an extractor that nobody holds is released with its model`() throws {
    weak var model: Backbone?
    weak var extractor: FeatureExtractor?
    weak var module: Module?
    for round in 0..<3 {
      do {
        let made = Backbone()
        let holder = try Holder(made)
        (model, extractor, module) = (made, holder.body, holder.body.module)
        _ = try holder(image.get())
        if round == 1 { try made.layer1.eval() }
        _ = try holder(image.get())
        if round == 2 { _ = try FeatureExtractor(of: holder, returning: ["output"])(image.get()) }
      }
      #expect(model == nil)
      #expect(extractor == nil)
      #expect(module == nil)
    }
  }
}
