import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemNN
import XylemPlugins
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Plugins under models that are written in Swift.
@Suite(.needsRuntime, .serialized) struct PluginLeafTests {
  /// What stands in the model; the plugin computes.
  final class GatedUnit: Module, Layer {
    let gate: Parameter
    let bias: Parameter
    let noise: Double

    init(_ channels: Int, noise: Double = 0) {
      gate = Parameter([channels], .uniform(-1, 1))
      bias = Parameter([channels], .uniform(-1, 1))
      self.noise = noise
    }

    func forward(_ x: Tensor) throws -> Tensor { throw XylemError(.modelRequirement, "only the plugin can compute it") }
  }

  final class Gated: Module, Layer {
    let conv = Conv2d(2, 3, kernelSize: 3)
    let unit: GatedUnit
    init(noise: Double = 0) { unit = GatedUnit(3, noise: noise) }
    func forward(_ x: Tensor) throws -> Tensor { try unit(conv(x)) * 2 }
  }

  static func load(_ name: String) throws -> LeafPlugin {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    let folder = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } ?? Bundle.main.bundleURL
    var policy = PluginPolicy()
    policy.cacheFolder = nil
    return try LeafPlugin.load(folder.appendingPathComponent("lib\(name).so").path, policy: policy)
  }

  private func extractor(_ model: Gated, _ mode: Mode, _ requests: [ReturnRequest] = ["unit"]) throws
    -> FeatureExtractor
  {
    try FeatureExtractor(
      of: model, returning: requests,
      options: TraceOptions(mode: mode, policy: LeafPolicy().leaves(of: Self.load("GatedUnit"))), modes: [mode])
  }

  private func image() throws -> Tensor {
    try Tensor((0..<72).map { Float(($0 * 7919) % 101) / 101 - 0.5 }, shape: [1, 2, 6, 6])
  }

  @Test func `A parameter's gradient through the plugin equals a finite difference`() throws {
    let model = Gated()
    let extractor = try extractor(model, .train)
    let weights = try Tensor((0..<48).map { Float(($0 * 31) % 17) / 17 - 0.4 }, shape: [1, 3, 4, 4])
    func loss() throws -> Tensor { try (#require(try extractor([.tensor(image())])["unit"]?.tensor) * weights).sum() }
    try loss().backward()
    for parameter in [model.unit.gate, model.unit.bias] {
      let gradient = try #require(try parameter.tensor.grad).floats()
      for index in 0..<3 {
        func moved(_ step: Float) throws -> Double {
          try TensorRuntime.withGradients(false) {
            let shift = try Tensor((0..<3).map { $0 == index ? step : 0 }, shape: [3])
            _ = try parameter.tensor.add_(shift)
            defer { _ = try? parameter.tensor.sub_(shift) }
            return try loss().item()
          }
        }
        let difference = (try moved(1e-2) - moved(-1e-2)) / 2e-2
        #expect(abs(difference - Double(gradient[index])) < 2e-3 * max(1, abs(difference)))
      }
    }
    #expect(try model.conv.weight.tensor.grad?.floats().contains { $0 != 0 } == true)
  }

  @Test(.needsEngine) func `An engine computes what lies around the plugin, and the plugin's own code runs`() throws {
    let model = Gated()
    let (exact, compiled) = (
      try extractor(model, .eval, ["unit", "output"]), try extractor(model, .eval, ["unit", "output"])
    )
    compiled.engineOptions = EngineOptions(.openvino)
    try TensorRuntime.withGradients(false) {
      for shift in [0, 0, 5] {
        let input = Value.tensor(try Goldens.formula([1, 2, 6, 6], shift: shift))
        let (found, expected) = (try compiled([input]), try exact([input]))
        for key in expected.keys {
          let (a, b) = (try #require(found[key]?.tensor).floats(), try #require(expected[key]?.tensor).floats())
          #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) }, "\(key)")
        }
      }
    }
    let report = try #require(compiled.engineReport)
    #expect(report.parts.map { String($0.engine.prefix(5)) } == ["openv", "torch", "openv"])
    #expect(report.parts[1].nodes.first == "unit" && report.parts[1].reason == "Swift or plugin code")
  }

  @Test func `Train mode draws from the random state, and eval mode does not, as the plugin declares`() throws {
    let model = Gated(noise: 0.5)
    let (train, eval) = (try extractor(model, .train), try extractor(model, .eval))
    func run(_ extractor: FeatureExtractor) throws -> [Float] {
      try TensorRuntime.withGradients(false) {
        try #require(try extractor([.tensor(image())])["unit"]?.tensor).floats()
      }
    }
    #expect(try run(eval) == run(eval))
    try TensorRuntime.setSeed(11)
    let (first, second) = (try run(train), try run(train))
    try TensorRuntime.setSeed(11)
    #expect(try run(train) == first)
    #expect(first != second)
    #expect(try run(eval) != first)
    let node = { (extractor: FeatureExtractor) in extractor.plan.graph.nodes.first { $0.name == "unit" } }
    #expect(node(train)?.effects?.usesRandomState == true && node(eval)?.effects?.usesRandomState == false)
    #expect(node(train)?.operation.provider?.mode == .random)
  }

  final class Scaled: Module, Layer {
    let function: TensorFunction<Double, Value>
    init(_ function: TensorFunction<Double, Value>) { self.function = function }
    func forward(_ x: Tensor) throws -> Tensor {
      try OperatorReference("aten::mul", "Scalar").tensor([.tensor(x), function(0.5)])
    }
  }

  @Test func `A function of any library takes the place of one of the same name`() throws {
    let (erf, library) = try WrappedSymbol("libm.so.6:erf(f64) -> f64").load(allowsAsserted: true)
    let own = TensorFunction("erf") { (x: Double) in Value.float(x + 100) }
    let policy = LeafPolicy().leaf(erf.leaf(of: library))
    for function in [own, TensorFunction(erf)] {
      let model = Scaled(function)
      let trace = try SwiftModel(model).trace(TraceOptions(policy: policy))
      #expect(trace.nodeNames == ["x", "erf", "mul"])
      #expect(trace.graph.nodes.first { $0.name == "erf" }?.operation.provider?.tier == "asserted")
      #expect(trace.notes.map(\.reason).contains { $0.hasSuffix("at 1 node, its signature asserted") })
      let extractor = try FeatureExtractor(
        of: model, returning: ["erf", "output"], options: TraceOptions(policy: policy), modes: [.eval])
      let found = try extractor([.tensor(Tensor([2, 4], shape: [2]))])
      guard case .literal(.float(let value))? = found["erf"] else {
        Issue.record("erf gives no number")
        return
      }
      #expect(value == erf_(0.5))
      #expect(try found["output"]?.tensor?.floats() == [2, 4].map { Float($0 * erf_(0.5)) })
    }
    let direct = try Scaled(TensorFunction(erf)).callAsFunction(Tensor([1], shape: [1]))
    #expect(try direct.floats() == [Float(erf_(0.5))])
  }

  @Test func `The module's own properties reach the plugin under their names in snake case`() throws {
    final class Options: Module, Layer {
      let kernelSize = 3
      let scaleFactor = 0.5
      let isOpen = true
      let label = "a\"b\n"
      let sizes = [1, 2]
      let pair = (3, 4)
      let limit: Int? = nil
      let weight = Parameter([2], .zeros)
      func forward(_ x: Tensor) throws -> Tensor { x }
    }
    let contents = try #require(try SwiftModel(Options()).leafContents(at: ""))
    #expect(
      contents.json
        == #"{"is_open":true,"kernel_size":3,"label":"a\"b\n","limit":null,"pair":[3,4],"scale_factor":0.5,"sizes":[1,2]}"#
    )
    #expect(contents.tensors().map(\.name) == ["weight"])
  }
}

private func erf_(_ x: Double) -> Double { erf(x) }
