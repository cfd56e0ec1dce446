import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemNN
import XylemScript
import XylemTensor
import XylemTrace

private final class LeafModule: Module, Layer {
  func forward(_ x: Tensor) throws -> Tensor {
    _ = try Int(x.shape[0])
    return try Op.relu(Op.add(x, 4))
  }
}

private let leafFunction = TensorFunction("leaf_function") { (x: Tensor) in
  _ = try Int(x.shape[0])
  return try Op.relu(x)
}

private final class Documented: Module, Layer {
  let conv = Linear(3, 3)
  let leafModule = LeafModule()
  func forward(_ x: Tensor) throws -> Tensor { try leafFunction(leafModule(conv(x))) }
}

private final class Branching: Module, Layer {
  static let line = #line + 1
  func forward(_ x: Tensor) throws -> Tensor { try x.shape[0] > 2 ? Op.add(x, 1) : Op.add(x, 2) }
}

@Suite struct ModuleTracerTests {
  private func names(
    _ model: Module, _ policy: LeafPolicy = LeafPolicy(), naming: Naming = .exact, mode: Mode = .eval
  ) throws -> [String] {
    try SwiftModel(model).trace(TraceOptions(mode: mode, naming: naming, policy: policy)).nodeNames
  }

  @Test func `a size that is needed as a number fails with the line of the model's source and remedies`() throws {
    let error = #expect(throws: XylemError.self) { try names(Documented()) }
    #expect(error?.id == .traceConcreteValue)
    #expect(
      error?.place.modulePath == "leaf_module" && error?.place.source == "XylemNNTests/ModuleTracerTests.swift:12")
    #expect(error?.message == "Int(…) of a value that depends on the input")
    #expect(error?.remedies.first?.hasPrefix("TraceOptions(shapes: [\"\": [1, 3, 224, 224]])") == true)
    #expect(error?.remedies.dropFirst().first == "TraceOptions(policy: LeafPolicy().leaf(type: \"LeafModule\"))")
  }

  @Test func `leaf modules and leaf functions stay opaque nodes and are called`() throws {
    let policy = LeafPolicy().leaf(LeafModule.self).wrap(leafFunction)
    let model = Documented()
    #expect(try names(model, policy) == ["x", "conv", "leaf_module", "leaf_function"])
    let extractor = try FeatureExtractor(
      of: model, returning: ["leaf_module", "leaf_function"], options: TraceOptions(policy: policy))
    let x = try Tensor([-9, 2, -3, 4, 5, 6], shape: [2, 3])
    let features = try extractor([.tensor(x)])
    #expect(try features["leaf_function"]?.tensor?.floats() == model(x).floats())
    #expect(try features["leaf_module"]?.tensor?.floats() == model.leafModule(model.conv(x)).floats())
  }

  @Test func `untraceable code becomes a leaf on request, innermost first, with a note`() throws {
    let options = TraceOptions(policy: LeafPolicy().wrap(leafFunction), makesLeaves: true)
    let trace = try SwiftModel(Documented()).trace(options)
    #expect(trace.nodeNames == ["x", "conv", "leaf_module", "leaf_function"])
    let note = try #require(trace.notes.first { $0.kind == .automaticLeaf })
    #expect(note.path == "leaf_module" && note.node == "leaf_module")
    #expect(note.location == SourceLocation(file: "XylemNNTests/ModuleTracerTests.swift", line: 12))
  }

  @Test func `a function that can't be traced becomes a leaf, and the modules around it are traced`() throws {
    final class Model: Module, Layer {
      let fc = Linear(3, 3)
      func forward(_ x: Tensor) throws -> Tensor { try fc(leafFunction(fc(x))) }
    }
    let model = Model()
    let options = TraceOptions(makesLeaves: true)
    let trace = try SwiftModel(model).trace(options)
    #expect(trace.nodeNames == ["x", "fc", "leaf_function", "fc_1"])
    let note = try #require(trace.notes.first { $0.kind == .automaticLeaf })
    #expect(note.path.isEmpty && note.node == "leaf_function" && note.hiddenModules.isEmpty)
    #expect(note.reason == "Int(…) of a value that depends on the input: the value is getitem (int)")
    #expect(note.location == SourceLocation(file: "XylemNNTests/ModuleTracerTests.swift", line: 18))
    let extractor = try FeatureExtractor(of: model, returning: ["leaf_function", "output"], options: options)
    let x = try Tensor([-9, 2, -3, 4, 5, 6], shape: [2, 3])
    #expect(try extractor([.tensor(x)])["output"]?.tensor?.floats() == model(x).floats())
    #expect(
      try extractor([.tensor(x)])["leaf_function"]?.tensor?.floats() == leafFunction(model.fc(x)).floats())
    let error = #expect(throws: XylemError.self) { try SwiftModel(model).trace() }
    #expect(error?.remedies.first == "TraceOptions(policy: LeafPolicy().wrap(\"leaf_function\"))")
  }

  @Test func `a branch on a size says on which line it is`() throws {
    let error = #expect(throws: XylemError.self) { try SwiftModel(Branching()).trace() }
    #expect(error?.place.source == "XylemNNTests/ModuleTracerTests.swift:\(Branching.line)")
  }

  @Test func `a root that can't be traced becomes a leaf itself`() throws {
    let trace = try SwiftModel(Branching()).trace(TraceOptions(makesLeaves: true))
    #expect(trace.nodeNames == ["x", "Branching"])
    let extractor = try FeatureExtractor(
      of: Branching(), returning: ["output"], options: TraceOptions(makesLeaves: true))
    let small = try Tensor([0, 0], shape: [2, 1])
    let large = try Tensor([0, 0, 0], shape: [3, 1])
    #expect(try extractor([.tensor(small)])["output"]?.tensor?.floats() == [2, 2])
    #expect(try extractor([.tensor(large)])["output"]?.tensor?.floats() == [1, 1, 1])
  }

  @Test func `a branch on a size is control flow`() throws {
    let error = #expect(throws: XylemError.self) { try names(Branching()) }
    #expect(error?.id == .traceControlFlow)
    #expect(String(describing: try #require(error?.cause)).contains("gt"))
  }

  @Test func `a layer as the root is one leaf node`() throws {
    #expect(try names(Linear(3, 3)) == ["input", "Linear"])
    let layer = Linear(3, 2)
    let extractor = try FeatureExtractor(of: layer, returning: ["Linear"])
    let x = try Tensor([1, 2, 3], shape: [1, 3])
    #expect(try extractor([.tensor(x)])["Linear"]?.tensor?.floats() == layer(x).floats())
  }

  @Test func `a module that is called in a loop gets numbers, one that stands in two places its first path`() throws {
    final class Loops: Module, Layer {
      let fc: Linear
      let same: Linear
      let act = Relu()
      override init() {
        fc = Linear(2, 2)
        same = fc
      }
      func forward(_ x: Tensor) throws -> Tensor {
        var x = x
        for _ in 0..<2 { x = try act(fc(x)) }
        return try same(x)
      }
    }
    let model = Loops()
    #expect(try names(model) == ["x", "fc", "act.relu", "fc_1", "act.relu_1", "fc_2"])
    let trace = try SwiftModel(model).trace(TraceOptions())
    #expect(trace.callCounts["fc"] == 3 && trace.callCounts["act"] == 2)
    let extractor = try FeatureExtractor(of: model, returning: ["fc", "fc#1", "fc_2"])
    let x = try Tensor([1, -2], shape: [1, 2])
    let features = try extractor([.tensor(x)])
    #expect(try features["fc"]?.tensor?.floats() == model.fc(x).floats())
    #expect(try features["fc#1"]?.tensor?.floats() == model.fc(model.act(model.fc(x))).floats())
    #expect(try features["fc_2"]?.tensor?.floats() == model(x).floats())
  }

  @Test func `without default leaves a layer is its operators, and its parameters are nodes`() throws {
    final class One: Module, Layer {
      let fc = Linear(2, 2)
      func forward(_ x: Tensor) throws -> Tensor { try fc(x) }
    }
    #expect(
      try names(One(), LeafPolicy(includesDefaults: false)) == ["x", "fc.weight", "fc.bias", "fc.linear"])
  }

  @Test func `sizes stay symbolic: a trace made once runs at other sizes`() throws {
    final class Flat: Module, Layer {
      func forward(_ x: Tensor) throws -> Tensor {
        let (n, c, h, w) = try x.shape.four
        try require(h == w, "\(h) by \(w) is no square")
        return try Op.reshape(x, [n, c * h * w / 2, 2])
      }
    }
    let model = Flat()
    #expect(
      try names(model) == [
        "x", "size", "getitem", "getitem_1", "getitem_2", "getitem_3", "eq", "_assert", "mul", "mul_1", "floordiv",
        "reshape",
      ])
    #expect(
      try names(model, naming: .torchvision).prefix(3) == ["x", "getattr", "getitem"])
    let extractor = try FeatureExtractor(of: model, returning: ["reshape"])
    for (n, side) in [(1, 2), (3, 4)] {
      let x = try Tensor([Float](repeating: 1, count: n * 2 * side * side), shape: [n, 2, side, side])
      #expect(try extractor([.tensor(x)])["reshape"]?.tensor?.sizes == [n, side * side, 2])
    }
    let odd = try Tensor([Float](repeating: 1, count: 12), shape: [1, 2, 2, 3])
    let error = #expect(throws: XylemError.self) { try extractor([.tensor(odd)]) }
    #expect(error?.id == .extractGuard)
    let check = try SwiftModel(model).trace().graph.node(named: "_assert")?.operation
    #expect(check == .guard(Guard(expected: true, message: "{getitem_2} by {getitem_3} is no square")))
    let eager = #expect(throws: XylemError.self) { try model(odd) }
    #expect(eager?.id == .modelRequirement && eager?.message == "2 by 3 is no square")
  }

  @Test func `several results are parts of one node, and a structure can be returned by its parts`() throws {
    struct Best: ModuleValue {
      var values: Tensor
      var indices: Tensor
      init(_ values: Tensor, _ indices: Tensor) { (self.values, self.indices) = (values, indices) }
      static var typeDescription: String { "Tuple[Tensor, Tensor]" }
      var moduleValue: Value { .tuple([.tensor(values), .tensor(indices)], names: ["values", "indices"]) }
      init(moduleValue: Value) throws(XylemError) {
        values = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
        indices = try Tensor(moduleValue: moduleValue.part(1, as: "Tensor"))
      }
    }
    final class Head: Module {
      func callAsFunction(_ x: Tensor, _ count: Int) throws -> Best { try call(x, count) { try self.forward($0, $1) } }
      func forward(_ x: Tensor, _ count: Int) throws -> Best {
        let (values, indices) = try Op.topk(x, count)
        return Best(values, indices)
      }
    }
    final class Two: Module {
      let head = Head()
      func forward(_ image: Tensor, _ other: Tensor) throws -> Best { try head(Op.sum(image, other), 2) }
      override var entry: ModuleEntry? {
        ModuleEntry("image", "other") { [unowned self] (image: Tensor, other: Tensor) in try forward(image, other) }
      }
    }
    let model = Two()
    #expect(try names(model) == ["image", "other", "add", "head.topk", "head.getitem", "head.getitem_1"])
    #expect(
      try names(model, LeafPolicy().leaf(Head.self)) == ["image", "other", "add", "head", "getitem", "getitem_1"])
    for policy in [LeafPolicy(), LeafPolicy().leaf(Head.self)] {
      let extractor = try FeatureExtractor(
        of: model, returning: ["head.values", "head[1]", "output.indices"], options: TraceOptions(policy: policy))
      let x = try Tensor([1, 5, 3], shape: [3])
      let features = try extractor(named: ["image": .tensor(x), "other": .tensor(x)])
      #expect(try features["head.values"]?.tensor?.floats() == [10, 6])
      #expect(try features["head[1]"]?.tensor?.floats() == [1, 2])
      #expect(try features["output.indices"]?.tensor?.floats() == [1, 2])
    }
  }

  @Test func `modules and parameters that are no part of the model are errors when they are used`() throws {
    final class Foreign: Module, Layer {
      func forward(_ x: Tensor) throws -> Tensor { try Linear(2, 2)(x) }
    }
    let stray = Parameter([2], .ones)
    final class Uses: Module, Layer {
      let body: (Tensor) throws -> Tensor
      init(_ body: @escaping (Tensor) throws -> Tensor) { self.body = body }
      func forward(_ x: Tensor) throws -> Tensor { try body(x) }
    }
    for model in [Foreign(), Uses { try Op.sum($0, stray.tensor) }] as [Module] {
      let error = #expect(throws: XylemError.self) { try names(model) }
      #expect(error?.id == .modelUnregistered)
    }
    // A tensor that is there already is a constant.
    let constant = try Tensor([10, 20], shape: [2])
    let model = Uses { try Op.sum($0, constant) }
    #expect(try names(model) == ["x", "add"])
    let extractor = try FeatureExtractor(of: model, returning: ["add"])
    #expect(try extractor([.tensor(Tensor([1, 2], shape: [2]))])["add"]?.tensor?.floats() == [11, 22])
  }

  @Test func `a tensor of a trace that is over can't be used in another`() throws {
    final class Keeps: Module, Layer {
      var kept: [Tensor] = []
      override class var keys: [String: String?] { ["kept": nil] }
      func forward(_ x: Tensor) throws -> Tensor {
        defer { kept.append(x) }
        return try kept.isEmpty ? Op.relu(x) : Op.sum(x, kept[0])
      }
    }
    let model = Keeps()
    #expect(try names(model) == ["x", "relu"])
    let error = #expect(throws: XylemError.self) { try names(model) }
    #expect(error?.message == "a value of another trace is used")
    #expect(throws: XylemError.self) { try model.kept[0].floats() }
  }

  @Test func `a property that a stand-in does not have fails the trace, though it can't throw`() throws {
    final class Counts: Module, Layer {
      func forward(_ x: Tensor) throws -> Tensor { try Op.add(x, Double(x.count)) }
    }
    let error = #expect(throws: XylemError.self) { try names(Counts()) }
    #expect(error?.id == .traceConcreteValue)
    #expect(try names(Counts(), LeafPolicy().leaf(Counts.self)) == ["x", "Counts"])
  }

  @Test func `rules by path, rules that match nothing, and arguments that are fixed`() throws {
    let options = TraceOptions(policy: LeafPolicy().leaf(path: "leaf_*").wrap(leafFunction).leaf(type: "Nothing"))
    let trace = try SwiftModel(Documented()).trace(options)
    #expect(trace.nodeNames == ["x", "conv", "leaf_module", "leaf_function"])
    #expect(trace.notes.map(\.kind) == [.unusedRule])
    final class Flagged: Module {
      func forward(_ x: Tensor, _ twice: Bool) throws -> Tensor {
        twice ? try Op.add(Op.add(x, 1), 1) : try Op.add(x, 1)
      }
      override var entry: ModuleEntry? {
        ModuleEntry("x", "twice") { [unowned self] (x: Tensor, twice: Bool) in try forward(x, twice) }
      }
    }
    let model = try SwiftModel(Flagged())
    #expect(try model.trace(TraceOptions(concrete: ["twice": .bool(true)])).nodeNames == ["x", "add", "add_1"])
    #expect(try model.trace(TraceOptions(concrete: ["twice": .bool(false)])).nodeNames == ["x", "add"])
    let open = #expect(throws: XylemError.self) { try model.trace(TraceOptions()) }
    #expect(open?.id == .traceConcreteValue)
    let unknown = #expect(throws: XylemError.self) { try model.trace(TraceOptions(concrete: ["twic": .bool(true)])) }
    #expect(
      unknown?.id == .traceUnknownArgument && unknown?.remedies == ["use the name 'twice' in concrete"])
  }

  @Test func `a trace is valid, and the model is as it was, also where tracing failed`() throws {
    let model = Documented()
    try model.eval()
    let before = try model.namedModules().map(\.module.isTraining)
    for policy in [LeafPolicy(), LeafPolicy().leaf(LeafModule.self).wrap(leafFunction)] {
      for mode in Mode.allCases {
        let trace = try? SwiftModel(model).trace(TraceOptions(mode: mode, policy: policy))
        #expect(trace?.graph.validate().isEmpty ?? true)
        #expect(try model.namedModules().map(\.module.isTraining) == before)
      }
    }
  }
}
