import CXylem
import Foundation
import Synchronization
import Testing
import XylemTestSupport

/// One at a time: some count the host's memory.
@Suite(.needsGatedUnit, .serialized) struct GatedUnitTests {
  private let x = [-1.5, 0.25, 2, -0.5, 1, 3, 0, -2, 0.75, 1.25, -0.125, 0.5]
  private let flow: [Double] = [1, -0.5, 0.25, 2, 1, 1, -1, 0.5, 3, 0.125, 1, -2]
  private let gate = [0.5, -1.25]
  private let bias = [0.1, 0.3]

  private func expected(_ x: [Double], gate: [Double], bias: [Double], noise: [Double]? = nil) -> [Double] {
    x.indices.map { i in
      let channel = i / 3 % 2
      return x[i] / (1 + exp(-(gate[channel] * x[i] + bias[channel] + (noise?[i] ?? 0))))
    }
  }

  /// The noise that the unit draws, written once more: SplitMix64, and 53 bits of it.
  private func noise(_ count: Int, seed: UInt64, width: Double) -> [Double] {
    var state = seed
    return (0..<count).map { _ in
      state &+= 0x9E37_79B9_7F4A_7C15
      var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
      return width * (2 * Double((bits ^ (bits >> 31)) >> 11) * 0x1p-53 - 1)
    }
  }

  private func areClose(_ a: [Double], _ b: [Double], within tolerance: Double) -> Bool {
    a.count == b.count && a.indices.allSatisfy { abs(a[$0] - b[$0]) <= tolerance * (1 + abs(b[$0])) }
  }

  @Test func `The library describes itself and its leaves`() throws {
    let plugin = try #require(OpenedPlugin.gatedUnit)
    #expect(unsafe plugin.entry.pointee.magic == XYLEM_PLUGIN_MAGIC)
    #expect(unsafe String(cString: plugin.entry.pointee.id) == "org.xylem.gated-unit")
    #expect(unsafe plugin.entry.pointee.extension("xylem.nothing/1") == nil)
    let unit = unsafe try plugin.module("GatedUnit")
    #expect(
      unsafe unit.pointee.mode == XYLEM_MODE_RANDOM.rawValue && unit.pointee.threading == XYLEM_REENTRANT.rawValue)
    #expect(unsafe unit.pointee.flags == XYLEM_LEAF_DETERMINISTIC | XYLEM_LEAF_REPLACES && unit.pointee.writes == 0)
    let signatures = try ["hard_gate", "swish"].map { name in
      unsafe String(cString: try plugin.function(name).pointee.signature)
    }
    #expect(signatures == ["(f64, f64) -> f64", "(tensor, f64) -> tensor"])
    #expect(
      unsafe String(cString: try plugin.function("swish").pointee.backward_signature)
        == "(tensor, f64, tensor) -> tensor[]")
  }

  @Test func `The note has the same contents without running the library`() throws {
    let file = try Data(contentsOf: URL(fileURLWithPath: try #require(OpenedPlugin.gatedUnit).path))
    for text in [
      "org.xylem.gated-unit\0Gated unit\0" + "1.0\0", "hard_gate\0(f64, f64) -> f64\0\0\0a piecewise linear sigmoid",
      "swish\0(tensor, f64) -> tensor\0\0(tensor, f64, tensor) -> tensor[]\0x * sigmoid",
    ] {
      #expect(file.range(of: Data(text.utf8)) != nil, "\(text.debugDescription)")
    }
  }

  @Test func `In eval mode the unit is x * sigmoid(gate * x + bias) by channel`() throws {
    let unit = try LiveUnit(gate: gate, bias: bias, noise: 0.5)
    #expect(unit.parameters == ["gate", "bias"])
    let y = try unit.call(LentTensor(x, shape: [2, 2, 3]), seed: 7)
    #expect(areClose(y, expected(x, gate: gate, bias: bias), within: 1e-14))
  }

  @Test func `Other strides than the compact ones are followed`() throws {
    // [2, 3, 2] in memory, seen as [2, 2, 3].
    let transposed: [Double] = [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11].map { x[$0] }
    let unit = try LiveUnit(gate: gate, bias: bias)
    let y = try unit.call(LentTensor(transposed, shape: [2, 2, 3], strides: [6, 1, 2]))
    #expect(areClose(y, expected(x, gate: gate, bias: bias), within: 1e-14))
  }

  @Test func `Single precision and empty tensors are computed`() throws {
    let unit = try LiveUnit(gate: gate.map(Float.init), bias: bias.map(Float.init))
    let y = try unit.call(LentTensor(x.map(Float.init), shape: [2, 2, 3]))
    #expect(areClose(y.map(Double.init), expected(x, gate: gate, bias: bias), within: 1e-6))
    #expect(try unit.call(LentTensor([Float](), shape: [0, 2, 3])) == [])
  }

  @Test func `In train mode the noise follows from the seed`() throws {
    let unit = try LiveUnit(gate: gate, bias: bias, noise: 0.5)
    let input = LentTensor(x, shape: [2, 2, 3])
    let y = try unit.call(input, isTraining: true, seed: 7)
    let drawn = noise(x.count, seed: 7, width: 0.5)
    #expect(areClose(y, expected(x, gate: gate, bias: bias, noise: drawn), within: 1e-14))
    #expect(try unit.call(input, isTraining: true, seed: 7) == y)
    #expect(try unit.call(input, isTraining: true, seed: 8) != y)
  }

  @Test(arguments: [false, true]) func `Gradients agree with finite differences, in both modes`(isTraining: Bool) throws
  {
    let unit = try LiveUnit(gate: gate, bias: bias, noise: 0.5)
    let found = try unit.gradients(
      LentTensor(x, shape: [2, 2, 3]), LentTensor(flow, shape: [2, 2, 3]), isTraining: isTraining, seed: 11)
    let drawn = isTraining ? noise(x.count, seed: 11, width: 0.5) : nil
    func loss(_ x: [Double], _ gate: [Double], _ bias: [Double]) -> Double {
      zip(expected(x, gate: gate, bias: bias, noise: drawn), flow).reduce(0) { $0 + $1.0 * $1.1 }
    }
    func slopes(_ values: [Double], _ loss: ([Double]) -> Double) -> [Double] {
      values.indices.map { i in
        var (up, down) = (values, values)
        up[i] += 1e-6
        down[i] -= 1e-6
        return (loss(up) - loss(down)) / 2e-6
      }
    }
    let wanted = [
      slopes(x) { loss($0, gate, bias) }, slopes(gate) { loss(x, $0, bias) }, slopes(bias) { loss(x, gate, $0) },
    ]
    for i in 0..<3 { #expect(areClose(try #require(found[i]), wanted[i], within: 1e-8)) }
  }

  @Test func `Gradients that are not needed are not returned`() throws {
    let unit = try LiveUnit(gate: gate, bias: bias)
    let found = try unit.gradients(
      LentTensor(x, shape: [2, 2, 3]), LentTensor(flow, shape: [2, 2, 3]), isTraining: false, seed: 0, needs: [0, 1, 0])
    #expect(found.map { $0 == nil } == [true, false, true])
  }

  @Test func `An unsuitable value is refused with suitable ones`() throws {
    let unit = try LiveUnit(gate: gate, bias: bias)
    func message(_ body: () throws -> Void) -> String? {
      do {
        try body()
        return nil
      } catch {
        return (error as? PluginFailure)?.message ?? "\(error)"
      }
    }
    let half = LentTensor([1.0], shape: [1])
    var none = unsafe xylem_argument()
    unsafe none.kind = XYLEM_ARGUMENT_NONE.rawValue
    let found = [
      message { _ = try unit.call(LentTensor(x, shape: [12])) },
      message { _ = try unit.call(LentTensor(x, shape: [4, 3])) },
      message { _ = try unit.call(LentTensor(x.map(Float.init), shape: [2, 2, 3])) },
      message { _ = try unit.call(LentTensor([1, 2], shape: [1, 2], code: 0)) },
      message { _ = unsafe try unit.rawCall([none], isTraining: false, seed: 0) },
      message { _ = unsafe try unit.rawCall([], isTraining: false, seed: 0) },
      message { _ = try LiveUnit<Double>("{}", ["gate": half, "bias": half]) },
      message { _ = try LiveUnit<Double>("{\"noise\":\"much\"}", ["gate": half, "bias": half]) },
      message { _ = try LiveUnit<Double>("{\"noise\":-1}", ["gate": half, "bias": half]) },
      message { _ = try LiveUnit<Double>("{\"noise\":", ["gate": half, "bias": half]) },
      message { _ = try LiveUnit<Double>("{\"noise\":0}", ["bias": half]) },
      message { _ = try LiveUnit<Double>("{\"noise\":0}", ["gate": half, "bias": LentTensor(x, shape: [12])]) },
    ]
    #expect(
      found == [
        "the input's shape is [12]; [N, 2, …] is expected",
        "the input's shape is [4, 3]; [N, 2, …] is expected",
        "the input is float32, but the module's tensors are float64",
        "the input is int64, but the module's tensors are float64",
        "argument 0 is None; a tensor is expected",
        "there are 0 arguments; one is expected",
        "the module has no attribute 'noise'; there are none",
        "the attribute 'noise' is a string; a number is expected",
        "'noise' is -1.0; 0 or more is expected",
        "the host's description of the module is not JSON, at byte 9",
        "the module has no tensor 'gate'; there are: bias",
        "'gate' and 'bias' are [1] and [12]; one number for each channel is expected",
      ])
  }

  @Test func `A thousand units, made, called and destroyed, leave no memory behind`() throws {
    let before = TestHost.pieces.load(ordering: .relaxed)
    for _ in 0..<1000 {
      let unit = try LiveUnit(gate: gate, bias: bias)
      _ = try unit.call(LentTensor(x, shape: [2, 2, 3]))
    }
    #expect(TestHost.pieces.load(ordering: .relaxed) == before)
  }

  @Test func `A result outlives the unit that gave it`() throws {
    var unit: LiveUnit? = try LiveUnit(gate: gate, bias: bias)
    let input = LentTensor(x, shape: [2, 2, 3])
    let y = unsafe try #require(unit?.rawCall([input.argument], isTraining: false, seed: 0))
    unit = withExtendedLifetime(input) { nil }
    #expect(areClose(unsafe taken(y, as: Double.self), expected(x, gate: gate, bias: bias), within: 1e-14))
  }
}
