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

/// The situations in which a feature can be wrong without anybody noticing, each with the value that is right.
@Suite("Never a silently wrong feature", .needsRuntime)
struct SilentlyWrongTests {
  private func model(_ name: String) throws -> ScriptModel {
    let folder = name.contains("/") ? "" : "constructs/"
    return try ScriptModel(path: Fixtures.path(folder + name + ".pt"))
  }

  private func features(
    _ model: ScriptModel, _ requests: [ReturnRequest], _ shape: [Int], mode: Mode = .eval,
    naming: Naming = .exact, makesLeaves: Bool = false
  ) throws -> Features {
    let options = TraceOptions(mode: mode, naming: naming, makesLeaves: makesLeaves)
    let extractor = try FeatureExtractor(of: model, returning: requests, options: options, modes: [mode])
    let input = try Goldens.formula(shape)
    return try TensorRuntime.withGradients(false) { try extractor([.tensor(input)]) }
  }

  private func floats(_ features: Features, _ key: String) throws -> [Float] {
    try #require(features[key]?.tensor).floats()
  }

  @Test("1: an in-place activation does not change a value that was requested before it")
  func inPlaceActivation() throws {
    let both = try features(model("zoo/resnet18"), ["bn1", "layer1"], [1, 3, 64, 64])
    let alone = try features(model("zoo/resnet18"), ["bn1"], [1, 3, 64, 64])
    #expect(try floats(both, "bn1").contains { $0 < 0 })
    #expect(try floats(both, "bn1") == floats(alone, "bn1"))
    #expect(both.copiedKeys == ["bn1"])
    #expect(alone.copiedKeys.isEmpty)
  }

  @Test("2: a writer whose result is unused still runs")
  func unusedWriter() throws {
    let input = try Goldens.formula([2, 4]).floats()
    let found = try features(model("unused_in_place"), ["output", "add"], [2, 4])
    #expect(try floats(found, "add") == input.map { $0 + 1 })
    #expect(try floats(found, "output") == input.map { ($0 + 1) * 2 })
    let alone = try features(model("unused_in_place"), ["output"], [2, 4])
    #expect(try floats(alone, "output") == floats(found, "output"))
  }

  @Test("3: an assignment to an item is a node that writes")
  func itemAssignment() throws {
    let model = try model("item_assignment")
    let input = try Goldens.formula([2, 4]).floats()
    let graph = try model.trace().graph
    #expect(graph.node(named: "copy")?.effects?.writes == [0])
    let found = try features(model, ["mul", "output"], [2, 4])
    #expect(try floats(found, "mul") == input)
    let output = try floats(found, "output")
    #expect(Array(output[0..<2]) == [5, 6] && output[3] == 15)
  }

  @Test("4: a module's own name wins over a number")
  func namesWithDigits() throws {
    let model = try model("trailing_digits")
    #expect(try model.trace().nodeNames.prefix(5) == ["x", "conv_2", "relu", "conv_1", "relu_1"])
    let vit = try self.model("zoo/vit_b_16")
    for naming in Naming.allCases {
      let trace = try vit.trace(TraceOptions(naming: naming))
      let path = "encoder.layers.encoder_layer_0.ln_1"
      guard case .leafModule(let leaf)? = trace.graph.node(named: path)?.operation else {
        Issue.record("\(path) is no leaf")
        continue
      }
      // torchvision's naming keeps its quirk, which is why a request under it warns.
      #expect(leaf.path == (naming == .exact ? path : "encoder.layers.encoder_layer_0.ln_2"))
    }
  }

  @Test("5: overlapping requests are all in the result, in the order asked")
  func overlappingRequests() throws {
    let requests: [ReturnRequest] = ["layer4.1.relu_1", "layer4", "layer4.1", ReturnRequest("layer4", as: "again")]
    let found = try features(model("zoo/resnet18"), requests, [1, 3, 64, 64])
    #expect(found.keys == ["layer4.1.relu_1", "layer4", "layer4.1", "again"])
    for key in found.keys { #expect(try floats(found, key) == floats(found, "layer4")) }
  }

  @Test("6: blocks of autocast and of no gradients are replayed as written")
  func contexts() throws {
    let cast = try self.model("autocast")
    let found = try features(cast, ["body", "head"], [2, 4])
    #expect(found["body"]?.tensor?.dtype == .bfloat16)
    #expect(found["head"]?.tensor?.dtype == .float32)
    // A block that fails half-way leaves nothing switched on.
    let extractor = try FeatureExtractor(of: cast, returning: ["head"], modes: [.eval])
    #expect(throws: XylemError.self) { try extractor([.tensor(Tensor([1, 2, 3], shape: [1, 3]))]) }
    let one = try Tensor([1, 2, 3, 4], shape: [2, 2])
    #expect(try TensorOperator.call("aten::mm", [.tensor(one), .tensor(one)]).dtype == .float32)

    let frozen = try FeatureExtractor(of: self.model("no_grad"), returning: ["frozen", "head"], modes: [.eval])
    let values = try frozen([.tensor(Goldens.formula([2, 4]))])
    #expect(values["frozen"]?.tensor?.requiresGrad == false)
    #expect(values["head"]?.tensor?.requiresGrad == true)
  }

  @Test("7: a layer as the root is one leaf", arguments: ["root_batch_norm", "root_gru", "root_relu"])
  func layerAsRoot(_ name: String) throws {
    let graph = try model(name).trace().graph
    let leaves = graph.nodes.filter { if case .leafModule = $0.operation { true } else { false } }
    #expect(leaves.count == 1)
  }

  @Test("8: a frozen batch norm stays frozen, in the trace and in the model")
  func frozenNorm() throws {
    let model = try model("frozen_norm")
    let flags = { model.modules.map { $0.object.isTraining } }
    let before = flags()
    let frozen = try #require(model.pinnedModules.first)
    let statistics = try #require(frozen.object.attribute("running_mean")?.tensor).floats()
    let found = try features(model, [ReturnRequest(frozen.path)], [3, 4], mode: .train)
    #expect(try #require(frozen.object.attribute("running_mean")?.tensor).floats() == statistics)
    #expect(found.keys == [frozen.path])
    #expect(flags() == before)
    #expect(try model.trace(TraceOptions(mode: .train)).notes.contains { $0.kind == .pinnedMode })
  }

  @Test("9: a trace that fails leaves the model as it was")
  func failedTrace() throws {
    let model = try ScriptModel(path: Fixtures.path("models/efficientnet_lite0.pt"))
    let state = { try model.tensors.map { try $0.tensor.hostArray() } }
    let flags = { model.modules.map { $0.object.isTraining } }
    let random = try TensorRuntime.randomState().hostArray()
    let (before, flagsBefore) = (try state(), flags())
    for mode in Mode.allCases {
      #expect(throws: XylemError.self) { try model.trace(TraceOptions(mode: mode)) }
    }
    #expect(try state() == before)
    #expect(flags() == flagsBefore)
    #expect(try TensorRuntime.randomState().hostArray() == random)
  }

  @Test("10: dropout called as a function is in both traces, with the mode that it was called in")
  func functionalDropout() throws {
    let model = try model("functional_dropout_half")
    let draws = try Mode.allCases.map { mode in
      try FeatureExtractor(of: model, returning: ["output"], options: TraceOptions(mode: mode), modes: [mode])
        .plan.graph.nodes.contains { $0.effects?.usesRandomState == true }
    }
    #expect(draws == [true, false])
  }

  @Test("13: calls of one module have stable ordinals")
  func repeatedCalls() throws {
    let model = try model("called_three_times")
    let calls = try model.trace().graph.calls.filter { $0.path == "fc" }
    #expect(calls.map(\.ordinal) == Array(calls.indices))
    let found = try features(model, ["fc#0", "fc#1", "fc#2", "fc", "fc_1", "fc_2"], [2, 4])
    #expect(try floats(found, "fc") == floats(found, "fc#0"))
    #expect(try floats(found, "fc_1") == floats(found, "fc#1"))
    #expect(try floats(found, "fc_2") == floats(found, "fc#2"))
    #expect(try floats(found, "fc#0") != floats(found, "fc#1"))
  }

  @Test("14: shapes stay symbolic, and a broken assumption is said")
  func otherSizes() throws {
    let model = try model("zoo/mobilenet_v3_small")
    let extractor = try FeatureExtractor(of: model, returning: ["features.4", "output"], modes: [.eval])
    for shape in [[1, 3, 64, 64], [3, 3, 64, 64], [2, 3, 96, 72]] {
      let found = try extractor([.tensor(Goldens.formula(shape))])
      #expect(try found["output"]?.tensor?.sizes == [shape[0], 1000])
    }
    let guarded = try FeatureExtractor(of: self.model("assert_on_shape"), returning: ["output"], modes: [.eval])
    _ = try guarded([.tensor(Goldens.formula([2, 4]))])
    let error = #expect(throws: XylemError.self) { try guarded([.tensor(Goldens.formula([2, 5]))]) }
    #expect(error?.id == .extractGuard)
    #expect(error?.place.node != nil)
    #expect(error?.remedies.isEmpty == false)
  }

  @Test("15: parts of a structured value are addressed and returned by name")
  func structuredValues() throws {
    let model = try model("nested_output")
    let found = try features(
      model,
      [
        "fc", ReturnRequest(#"output["attn"][0]"#, as: "a"), ReturnRequest("output.attn", as: "b"),
        ReturnRequest(#"output["attn"][1][1]"#, as: "c"),
      ],
      [2, 4])
    #expect(try floats(found, "a") == floats(found, "fc"))
    #expect(try floats(found, "c") == floats(found, "fc").map { $0 + 2 })
    #expect(try found.tensors().map(\.key) == ["fc", "a", "b.0", "b.1.0", "b.1.1", "c"])
    let attention = try features(
      self.model("module_returning_tuple"), ["attention", "attention[0]"], [1, 3, 4], makesLeaves: true)
    guard case .tuple(let parts, _)? = try attention["attention"]?.unpacked() else {
      Issue.record("attention is no tuple")
      return
    }
    #expect(try floats(attention, "attention[0]") == parts[0].tensor?.floats())
    let error = #expect(throws: XylemError.self) { try features(model, [#"output["none"]"#], [2, 4]) }
    #expect(error?.id == .extractUnaddressable)
  }

  @Test("16: a module's path means its result, not the last node that ran in it")
  func earlierValue() throws {
    let model = try model("returns_earlier_value")
    let found = try features(model, ["inner", "inner.fc", "inner.probe"], [2, 4])
    #expect(try floats(found, "inner") == floats(found, "inner.fc"))
    #expect(try floats(found, "inner") != floats(found, "inner.probe"))
    // torchvision's rule takes the last node below the path, and says so in the feature's node.
    let last = try FeatureExtractor(
      of: model, returning: ["inner"], options: TraceOptions(naming: .torchvision), modes: [.eval])
    #expect(last.plan.nodes != ["inner"])
  }

  @Test("17: one tensor under three keys, with views that are written later: three equal results, one copy")
  func sharedTensor() throws {
    let model = try model("view_written_later")
    let requests: [ReturnRequest] = [
      ReturnRequest("fc", as: "a"), ReturnRequest("fc", as: "b"), ReturnRequest("fc", as: "c"), "output",
    ]
    let found = try features(model, requests, [2, 4])
    let alone = try features(model, ["fc"], [2, 4])
    for key in ["a", "b", "c"] { #expect(try floats(found, key) == floats(alone, "fc")) }
    #expect(Set(found.values.prefix(3).compactMap(\.tensor?.dataAddress)).count == 1)
    #expect(found.copiedKeys == ["a"])
    let explained = try FeatureExtractor(of: model, returning: requests, modes: [.eval]).explanations()
    #expect(explained[0].overwriters.first == "add")
  }
}
