import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemNN
import XylemScript
import XylemTensor
import XylemTrace

/// A model whose forward is given, with layers to call.
private final class Model: Module, Layer {
  let fc = Linear(4, 4)
  let relu = Relu()
  let inPlace = Relu(inPlace: true)
  let counter = Buffer([1])
  let body: (Model, Tensor) throws -> Tensor
  init(_ body: @escaping (Model, Tensor) throws -> Tensor) { self.body = body }
  func forward(_ x: Tensor) throws -> Tensor { try body(self, x) }
}

/// The situations in which a feature can be wrong without anybody noticing, for models written in Swift. The truth is what a
/// plain call of the model computes, copied where it is made.
@Suite struct SwiftSilentlyWrongTests {
  private func input(_ count: Int = 4) throws -> Tensor {
    try Tensor((0..<count).map { Float($0 * 7919 % 1009) / 1009 - 0.5 }, shape: [count / 4, 4])
  }

  private func features(
    _ model: Module, _ requests: [ReturnRequest], _ x: Tensor? = nil, mode: Mode = .eval,
    policy: LeafPolicy = LeafPolicy()
  ) throws -> Features {
    let extractor = try FeatureExtractor(
      of: model, returning: requests, options: TraceOptions(mode: mode, policy: policy), modes: [mode])
    return try extractor([.tensor(x ?? input())])
  }

  private func floats(_ features: Features, _ key: String) throws -> [Float] {
    try #require(features[key]?.tensor).floats()
  }

  @Test func `1: an in-place activation does not change a value that was requested before it`() throws {
    for policy in [LeafPolicy(), LeafPolicy().leaf(Relu.self)] {
      let model = Model { try $0.inPlace($0.fc($1)) }
      // Weights that give a negative number: the input's first element is one.
      try model.load(
        [
          "fc.weight": Tensor([1, 0, 0, 0] + [Float](repeating: 1, count: 12), shape: [4, 4]),
          "fc.bias": Tensor([0, 0, 2, 0], shape: [4]),
        ], strict: false)
      let both = try features(model, ["fc", "output"], policy: policy)
      #expect(try floats(both, "fc") == model.fc(input()).floats())
      #expect(try floats(both, "fc").contains { $0 < 0 })
      #expect(both.copiedKeys == ["fc"])
      #expect(try features(model, ["fc"], policy: policy).copiedKeys.isEmpty)
      let kept = try features(Model { try $0.relu($0.fc($1)) }, ["fc", "output"])
      #expect(kept.copiedKeys.isEmpty)
    }
  }

  @Test func `2: a writer whose result is unused still runs`() throws {
    let model = Model {
      let y = try Op.add($1, 1)
      try Op.mul_(y, 2)
      return try $0.relu(y)
    }
    let found = try features(model, ["add", "relu"])
    #expect(try floats(found, "add") == input().floats().map { $0 + 1 })
    #expect(try floats(found, "relu") == model(input()).floats())
  }

  @Test func `3: an assignment to an item is a node that writes, and a request before it returns the old value`()
    throws
  {
    let model = Model {
      let y = try Op.add($1, 1)
      try y.assign(5, at: .at(0), .all)
      try y.assign(y[.all, 0], at: .all, 2)
      return try $0.relu(y)
    }
    let x = try input(8)
    #expect(
      try SwiftModel(model).trace().nodeNames == [
        "x", "add", "getitem", "dtype", "device", "tensor", "copy", "getitem_1", "getitem_2", "copy_1", "relu.relu",
      ])
    let found = try features(model, ["add", "output"], x)
    #expect(try floats(found, "add") == x.floats().map { $0 + 1 })
    #expect(found.copiedKeys == ["add"])
    #expect(try floats(found, "output") == model(x).floats())
    #expect(try floats(found, "output").prefix(4) == [5, 5, 5, 5])
  }

  @Test func `4: a module's own name wins over a number`() throws {
    final class Digits: Module, Layer {
      let conv_1 = Linear(4, 4)
      let conv_2 = Linear(4, 4)
      let relu = Relu()
      func forward(_ x: Tensor) throws -> Tensor { try conv_1(Op.relu(conv_2(Op.relu(x)))) }
    }
    let model = Digits()
    #expect(try SwiftModel(model).trace().nodeNames == ["x", "relu_1", "conv_2", "relu_2", "conv_1"])
    #expect(try floats(features(model, ["conv_2"]), "conv_2") == model.conv_2(Op.relu(input())).floats())
  }

  @Test func `5: overlapping requests are all in the result, in the order asked`() throws {
    let model = Model { try $0.relu($0.fc($1)) }
    let found = try features(model, ["relu", "relu.relu", "fc", "output"])
    #expect(found.keys == ["relu", "relu.relu", "fc", "output"])
    #expect(try floats(found, "relu") == floats(found, "relu.relu"))
  }

  @Test func `6: blocks without gradients and of autocast are replayed as written`() throws {
    let model = Model { model, x in
      let y = try TensorRuntime.withGradients(false) { try model.fc(x) }
      return try TensorRuntime.withAutocast(to: .bfloat16) { try model.fc(y) }
    }
    let found = try features(model, ["fc", "fc_1"])
    #expect(found["fc"]?.tensor?.requiresGrad == false)
    #expect(found["fc_1"]?.tensor?.dtype == .bfloat16)
    #expect(found["fc_1"]?.tensor?.requiresGrad == true)
    let truth = try model(input())
    #expect(try floats(found, "fc_1") == truth.floats())
  }

  @Test func `8: a module frozen in a model that trains stays as it was, and is traced so`() throws {
    final class Drop: Module, Layer {
      func forward(_ x: Tensor) throws -> Tensor { try isTraining ? Op.add(x, 1) : Op.add(x, 2) }
    }
    final class Pair: Module, Layer {
      let a = Drop()
      let b = Drop()
      func forward(_ x: Tensor) throws -> Tensor { try b(a(x)) }
    }
    let model = Pair()
    model.b.isTraining = false
    for (mode, expected) in [(Mode.train, 3.0), (Mode.eval, 4.0)] {
      for policy in [LeafPolicy(), LeafPolicy().leaf(Drop.self)] {
        let found = try features(model, ["output"], mode: mode, policy: policy)
        let truth = try Op.add(input(), expected).floats()
        #expect(zip(try floats(found, "output"), truth).allSatisfy { abs($0 - $1) < 1e-6 })
      }
    }
    #expect(model.isTraining && model.a.isTraining && !model.b.isTraining)
    let trace = try SwiftModel(model).trace(TraceOptions())
    #expect(trace.pinnedModules == ["b"])
    #expect(trace.notes.map(\.kind) == [.pinnedMode])
  }

  @Test func `10: dropout called as a function differs between the modes`() throws {
    let model = Model { try Op.dropout($1, training: $0.isTraining) }
    let traces = try Mode.allCases.map { try SwiftModel(model).trace(TraceOptions(mode: $0)) }
    #expect(traces[0].nodeNames == traces[1].nodeNames)
    #expect(traces[0].graph.node(named: "dropout")?.inputs.last == .bool(true))
    #expect(traces[1].graph.node(named: "dropout")?.inputs.last == .bool(false))
  }

  @Test func `11: a whole checkpoint loads into an extractor, and pruned keys are reported`() throws {
    final class Two: Module, Layer {
      let first = Linear(4, 4)
      let second = Linear(4, 2)
      func forward(_ x: Tensor) throws -> Tensor { try second(first(x)) }
    }
    let model = Two()
    let extractor = try FeatureExtractor(of: model, returning: ["first"])
    let other = Two()
    let state = Dictionary(uniqueKeysWithValues: try other.state().map { ($0.key, $0.tensor) })
    let report = try extractor.load(state)
    #expect(report.loaded == ["first.weight", "first.bias"])
    #expect(report.pruned == ["second.bias", "second.weight"])
    #expect(try extractor([.tensor(input())])["first"]?.tensor?.floats() == other.first(input()).floats())
  }

  @Test func `15: a value in a structure can be requested by its place and its name`() throws {
    final class Lists: Module {
      func forward(_ x: Tensor) throws -> [String: Tensor] { ["a": try Op.add(x, 1), "b": try Op.add(x, 2)] }
      override var entry: ModuleEntry? { ModuleEntry("x") { [unowned self] (x: Tensor) in try forward(x) } }
    }
    let extractor = try FeatureExtractor(of: Lists(), returning: ["output[\"b\"]", "output.a"])
    let found = try extractor([.tensor(input())])
    #expect(try floats(found, "output[\"b\"]") == input().floats().map { $0 + 2 })
    #expect(try floats(found, "output.a") == input().floats().map { $0 + 1 })
  }

  @Test func `16: a module means its result, not its last operation`() throws {
    final class Early: Module, Layer {
      func forward(_ x: Tensor) throws -> Tensor {
        let result = try Op.add(x, 1)
        _ = try Op.add(result, 5)
        return result
      }
    }
    final class Holder: Module, Layer {
      let early = Early()
      func forward(_ x: Tensor) throws -> Tensor { try Op.relu(early(x)) }
    }
    let found = try features(Holder(), ["early"])
    #expect(try floats(found, "early") == input().floats().map { $0 + 1 })
  }

  @Test func `17: one tensor under three names is copied once at most`() throws {
    final class Same: Module, Layer {
      let inner = Relu()
      func forward(_ x: Tensor) throws -> Tensor { try inner(x) }
    }
    final class Writes: Module, Layer {
      let same = Same()
      func forward(_ x: Tensor) throws -> Tensor {
        let y = try same(x)
        try Op.mul_(y, 3)
        return y
      }
    }
    let found = try features(Writes(), ["same", "same.inner", "same.inner.relu", "output"])
    let truth = try Op.relu(input()).floats()
    for key in ["same", "same.inner", "same.inner.relu"] { #expect(try floats(found, key) == truth) }
    #expect(try floats(found, "output") == truth.map { $0 * 3 })
    #expect(found.copiedKeys.count == 1)
  }

  @Test func `a buffer that forward writes is written once a run, and a returned one is its value then`() throws {
    final class Counts: Module, Layer {
      let seen = Buffer([1])
      func forward(_ x: Tensor) throws -> Tensor {
        try Op.mul_(Op.sum(seen.tensor, x), 1)
        _ = try Op.addInPlace(seen.tensor, 1)
        return try Op.sum(x, seen.tensor)
      }
    }
    for policy in [LeafPolicy(), LeafPolicy().leaf(Counts.self)] {
      let model = Counts()
      let extractor = try FeatureExtractor(of: model, returning: ["output"], options: TraceOptions(policy: policy))
      for round in 1...3 {
        let found = try extractor([.tensor(input())])
        #expect(try floats(found, "output") == Op.add(input(), Double(round)).floats())
        #expect(try model.seen.tensor.floats() == [Float(round)])
      }
    }
  }

  @Test func `gradients flow through an extractor to the model's own parameters`() throws {
    let model = Model { try $0.relu($0.fc($1)) }
    let extractor = try FeatureExtractor(of: model, returning: ["relu"], options: TraceOptions(mode: .train))
    let feature = try extractor([.tensor(input())])["relu"]?.tensor
    let loss = try Op.total(#require(feature))
    try loss.backward()
    let found = try model.fc.weight.tensor.gradient()?.floats()
    #expect(found != nil)
    try Op.zeroGradient(model.fc.weight.tensor)
    try Op.total(model(input())).backward()
    #expect(try model.fc.weight.tensor.gradient()?.floats() == found)
  }
}
