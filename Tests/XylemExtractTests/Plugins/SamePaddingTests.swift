import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemPlugins
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// EfficientNet-Lite0, whose `Conv2dSame` nothing can trace through, with a plugin that stands in for it.
@Suite(.needsRuntime) struct SamePaddingTests {
  private func model() throws -> ScriptModel { try ScriptModel(path: Fixtures.path("models/efficientnet_lite0.pt")) }

  private func options(_ mode: Mode = .eval) throws -> TraceOptions {
    TraceOptions(mode: mode, policy: LeafPolicy().leaves(of: try ExamplePlugins.load("SamePadding")))
  }

  private var input: Tensor {
    get throws {
      try Tensor(SafetensorsFile(Fixtures.path("goldens/efficientnet_lite0_chelsea.safetensors")).array("input"))
    }
  }

  @Test func `Every golden feature comes out of a trace without automatic leaves`() throws {
    let goldens = try SafetensorsFile(Fixtures.path("goldens/efficientnet_lite0_chelsea.safetensors"))
    let names = goldens.names.filter { $0 != "input" }
    let extractor = try FeatureExtractor(
      of: model(), returning: names.map { ReturnRequest($0) }, options: options(), modes: [.eval])
    let features = try TensorRuntime.withGradients(false) { try extractor([.tensor(input)]) }
    #expect(features.keys == names)
    for name in names {
      let (found, expected) = (try #require(features[name]?.tensor).floats(), try goldens.array(name).floats())
      // The plugin adds up in another order than PyTorch does; where values cancel out, the feature's own size is the measure.
      let largest = expected.reduce(0) { max($0, abs($1)) }
      let wrong = zip(found, expected).filter { !isClose($0, $1, absolute: 1e-5 * max(1, largest)) }.count
      #expect(found.count == expected.count && wrong == 0, "\(name): \(wrong) of \(expected.count) values differ")
    }
  }

  @Test func `A trace says which plugin runs, and at which nodes`() throws {
    let plugin = try ExamplePlugins.load("SamePadding")
    let trace = try model().trace(options())
    #expect(!trace.notes.contains { $0.kind == .automaticLeaf || $0.kind == .automaticRegion })
    let notes = trace.notes.filter { $0.kind == .pluginLeaf }.map(\.reason)
    #expect(
      notes == [
        "Conv2dSame of the plugin org.xylem.same-padding replaces the model's own code at 5 nodes"
      ])
    let nodes = trace.graph.nodes.filter { $0.operation.provider != nil }
    #expect(
      nodes.map(\.name) == [
        "conv_stem", "blocks.1.0.conv_dw", "blocks.2.0.conv_dw", "blocks.3.0.conv_dw", "blocks.5.0.conv_dw",
      ])
    for node in nodes {
      #expect(
        node.operation.provider
          == LeafProvider(
            plugin: "org.xylem.same-padding", digest: plugin.file.digest, leaf: "Conv2dSame", replaces: true,
            mode: ModeTrait.none))
      #expect(node.rule == "Conv2dSame (plugin org.xylem.same-padding)")
      #expect(node.effects == Effects(aliases: [0]))
    }
    let read = try JSONDecoder().decode(Trace.self, from: JSONEncoder().encode(trace))
    #expect(read.graph.nodes.map(\.operation) == trace.graph.nodes.map(\.operation))
  }

  @Test(arguments: Mode.allCases)
  func `The nodes' names are those of the leaf without a plugin`(mode: Mode) throws {
    let without = TraceOptions(mode: mode, policy: LeafPolicy().leaf(type: "Conv2dSame"))
    #expect(try model().trace(options(mode)).nodeNames == model().trace(without).nodeNames)
  }

  @Test func `Gradients of the input and of the weights equal those of the model's own code`() throws {
    func gradients(_ options: TraceOptions) throws -> (input: [Float], weight: [Float]) {
      let model = try model().withOwnMemory()
      let extractor = try FeatureExtractor(
        of: model, returning: ["blocks.1"], options: options, modes: [options.mode])
      let image = try input
      try image.setRequiresGrad(true)
      let weight = try #require(model.tensors.first { $0.key == "conv_stem.weight" }?.tensor)
      try weight.setRequiresGrad(true)
      let feature = try #require(try extractor([.tensor(image)])["blocks.1"]?.tensor)
      try (feature * Goldens.formula(feature.sizes)).sum().backward()
      return (try #require(try image.grad).floats(), try #require(try weight.grad).floats())
    }
    let own = try gradients(TraceOptions(makesLeaves: true))
    let plugin = try gradients(options())
    for (a, b) in [(own.input, plugin.input), (own.weight, plugin.weight)] {
      let largest = a.reduce(0) { max($0, abs($1)) }
      #expect(a.count == b.count && largest > 0)
      #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * largest })
    }
  }

  @Test func `A weight that is replaced after the first call is the one that computes`() throws {
    let model = try model()
    let extractor = try FeatureExtractor(of: model, returning: ["conv_stem"], options: options(), modes: [.eval])
    func run() throws -> [Float] {
      try TensorRuntime.withGradients(false) {
        try #require(try extractor([.tensor(input)])["conv_stem"]?.tensor).floats()
      }
    }
    let before = try run()
    let stem = try #require(model.module(at: "conv_stem"))
    let weight = try #require(stem.object.attribute("weight")?.tensor)
    try stem.object.setAttribute("weight", to: .tensor(TensorRuntime.withGradients(false) { try weight * 2 }))
    let after = try run()
    #expect(zip(before, after).allSatisfy { isClose($0 * 2, $1) })
    #expect(before != after)
  }

  @Test func `An input that the plugin refuses ends in its message, with the module and the line`() throws {
    let extractor = try FeatureExtractor(of: model(), returning: ["conv_stem"], options: options(), modes: [.eval])
    let error = #expect(throws: XylemError.self) {
      try extractor([.tensor(Tensor(HostArray([Int64](repeating: 0, count: 12), shape: [1, 3, 2, 2])))])
    }
    let text = String(describing: try #require(error))
    #expect(error?.id == .extractExecution && error?.place.node == "conv_stem")
    #expect(text.contains("the leaf 'Conv2dSame' of the plugin org.xylem.same-padding failed when called"))
  }

  @Test func `A saved extractor names its plugin, and gives the same features when it is loaded`() throws {
    let extractor = try FeatureExtractor(of: model(), returning: ["blocks.1"], options: options(), modes: [.eval])
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("same-\(UUID().uuidString).xylem").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try extractor.save(to: path)
    let loaded = try FeatureExtractor(path: path)
    #expect(loaded.otherPlugins == [])
    try TensorRuntime.withGradients(false) {
      let (a, b) = (try extractor([.tensor(input)]), try loaded([.tensor(input)]))
      #expect(try a["blocks.1"]?.tensor?.floats() == b["blocks.1"]?.tensor?.floats())
    }
    let error = #expect(throws: XylemError.self) { try extractor.saveTorchScript(to: path + ".pt") }
    #expect(error?.id == .extractUnsavable)
  }
}
