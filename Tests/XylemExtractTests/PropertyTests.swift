import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// What is asked for decides what runs, and never what comes out.
@Suite("Pruning and copying", .needsRuntime)
struct PropertyTests {
  static let shapes = [
    "resnet18": [1, 3, 64, 64], "mobilenet_v3_small": [1, 3, 64, 64], "googlenet": [1, 3, 64, 64],
  ]

  /// Every tensor node of a model with its value in a run where nothing is pruned.
  private struct Whole {
    let model: ScriptModel
    let mode: Mode
    let names: [String]
    let values: [String: [Float]]
    let input: Tensor

    init(_ name: String, _ mode: Mode = .eval) throws {
      model = try ScriptModel(path: Fixtures.path("zoo/\(name).pt")).withOwnMemory()
      self.mode = mode
      // Batch norm's training needs more than one value for each channel.
      let shape = PropertyTests.shapes[name] ?? []
      input = try Goldens.formula(mode == .train ? [2] + shape.dropFirst() : shape)
      let trace = try model.trace(TraceOptions(mode: mode))
      // Other tests draw random numbers meanwhile, from the one state of the process.
      var drawn: Set<NodeID> = []
      for node in trace.graph.nodes {
        var isDrawn = trace.graph.node(named: node.name)?.operation.target.contains("Dropout") == true
        for input in node.inputs { input.forEachNode { isDrawn = isDrawn || drawn.contains($0) } }
        if isDrawn, mode == .train { drawn.insert(node.id) }
      }
      names = trace.nodeNames.filter {
        guard let node = trace.graph.node(named: $0) else { return false }
        return node.type == "Tensor" && !drawn.contains(node.id)
      }
      let all = try PropertyTests.run(model, names, input, mode)
      var values: [String: [Float]] = [:]
      for name in names { values[name] = try all[name]?.tensor?.floats() }
      self.values = values
    }

    func run(_ names: [String]) throws -> Features {
      try PropertyTests.run(model, names, input, mode)
    }
  }

  private static func run(
    _ model: ScriptModel, _ names: [String], _ input: Tensor, _ mode: Mode = .eval
  ) throws -> Features {
    let extractor = try FeatureExtractor(
      of: model, returning: names.map { ReturnRequest($0) }, options: TraceOptions(mode: mode), modes: [mode])
    return try TensorRuntime.withGradients(false) { try extractor([.tensor(try input.clone())]) }
  }

  private static let cases = shapes.keys.sorted().flatMap { name in Mode.allCases.map { (name, $0) } }

  @Test("each node alone has bit for bit the value that it has in the whole run", arguments: cases)
  func eachNodeAlone(_ name: String, _ mode: Mode) throws {
    let whole = try Whole(name, mode)
    #expect(whole.names.count > 50)
    for node in whole.names {
      let found = try whole.run([node])
      #expect(try found[node]?.tensor?.floats() == whole.values[node], "\(node)")
    }
  }

  @Test("random pairs and triples have the same values in the order asked", arguments: cases)
  func randomCombinations(_ name: String, _ mode: Mode) throws {
    let whole = try Whole(name, mode)
    var generator = SplitMix64(seed: 20_260_731)
    for round in 0..<50 {
      let wanted = (0..<(2 + round % 2)).map { _ in whole.names[Int(generator.next() % UInt64(whole.names.count))] }
      guard Set(wanted).count == wanted.count else { continue }
      let found = try whole.run(wanted)
      #expect(found.keys == wanted)
      for node in wanted { #expect(try found[node]?.tensor?.floats() == whole.values[node], "\(node) in \(wanted)") }
    }
  }

  @Test("bn1 of resnet18 is not the result of the in-place ReLU after it")
  func inPlaceActivation() throws {
    let whole = try Whole("resnet18")
    let found = try whole.run(["bn1", "layer1"])
    let minimum = try #require(try found["bn1"]?.tensor?.floats().min())
    #expect(minimum < 0)
    #expect(found.copiedKeys == ["bn1"])
  }

  @Test("nothing is copied where nothing overwrites")
  func noNeedlessCopies() throws {
    let whole = try Whole("resnet18")
    #expect(try whole.run(["layer1", "layer2", "layer3", "layer4", "fc"]).copiedKeys.isEmpty)
  }

  @Test("only needed operations run")
  func prunes() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
    let plan = try FeatureExtractor(of: model, returning: ["maxpool"], modes: [.eval]).plan
    #expect(plan.graph.nodeNames == ["x", "conv1", "bn1", "relu", "maxpool"])
    #expect(plan.prunedCount == 65)
  }

  @Test("eight threads get the same features")
  func threads() async throws {
    let whole = try Whole("resnet18")
    let extractor = try FeatureExtractor(of: whole.model, returning: ["layer2", "fc"], modes: [.eval])
    let expected = whole.values
    let input = whole.input
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try TensorRuntime.withGradients(false) {
            for _ in 0..<3 {
              let found = try extractor([.tensor(input)])
              guard try found["fc"]?.tensor?.floats() == expected["fc"] else { return false }
            }
            return true
          }
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }

  @Test("gradients flow to the input and to the parameters")
  func gradients() throws {
    let whole = try Whole("resnet18")
    let extractor = try FeatureExtractor(of: whole.model, returning: ["layer1"], modes: [.train, .eval])
    let input = try whole.input.clone()
    try input.setRequiresGrad(true)
    let feature = try #require(try extractor([.tensor(input)])["layer1"]?.tensor)
    #expect(feature.requiresGrad)
    let loss = try TensorOperator.call("aten::sum", [.tensor(feature)])
    try loss.backward()
    let gradient = try #require(try input.gradient())
    #expect(try gradient.sizes == input.sizes)
    let weight = try #require(whole.model.module(at: "conv1")?.object.attribute("weight")?.tensor)
    #expect(try weight.gradient() != nil)
  }
}
