import XylemLeaf

/// `y = x * sigmoid(gate * x + bias + noise)`, by channel: the second dimension of `[N, C, …]`.
///
/// In eval mode there is no noise. In train mode it is uniform between -noise and +noise, drawn from the call's seed, so that the model does
/// not depend on gates that are fully open.
struct GatedUnit: DifferentiableLeafModule {
  private let gate: LeafTensor
  private let bias: LeafTensor
  private let noise: Double

  let parameters = ["gate", "bias"]

  init(attributes: LeafAttributes, tensors: LeafTensors) throws {
    gate = try tensors.require("gate")
    bias = try tensors.require("bias")
    noise = try attributes.float("noise")
    guard gate.shape.count == 1, gate.shape == bias.shape else {
      throw LeafError("'gate' and 'bias' are \(gate.shape) and \(bias.shape); one number for each channel is expected")
    }
    guard gate.dataType == bias.dataType, [.float32, .float64].contains(gate.dataType) else {
      throw LeafError("'gate' and 'bias' are \(gate.dataType) and \(bias.dataType); float32 or float64 is expected")
    }
    guard noise >= 0, noise.isFinite else { throw LeafError("'noise' is \(noise); 0 or more is expected") }
  }

  func call(_ inputs: LeafValues, _ context: LeafContext) throws -> [LeafValue] {
    let x = try checkedInput(inputs)
    let y =
      try x.dataType == .float64 ? output(x, context, as: Double.self) : output(x, context, as: Float.self)
    return [.tensor(y)]
  }

  func backward(_ call: LeafBackward) throws -> LeafGradients {
    let x = try checkedInput(call.inputs)
    return try x.dataType == .float64 ? gradients(x, call, as: Double.self) : gradients(x, call, as: Float.self)
  }

  private func checkedInput(_ inputs: LeafValues) throws -> LeafTensor {
    guard inputs.count == 1 else { throw LeafError("there are \(inputs.count) arguments; one is expected") }
    let x = try inputs.tensor(0)
    guard x.shape.count >= 2, x.shape[1] == gate.count else {
      throw LeafError("the input's shape is \(x.shape); [N, \(gate.count), …] is expected")
    }
    guard x.dataType == gate.dataType else {
      throw LeafError("the input is \(x.dataType), but the module's tensors are \(gate.dataType)")
    }
    return x
  }

  private func output<Number: LeafElement & BinaryFloatingPoint>(
    _ x: LeafTensor, _ context: LeafContext, as type: Number.Type
  ) throws -> LeafTensor {
    var channels = try Channels(self, x, context, as: type)
    return try x.map { (element: Number) -> Number in
      let x = Double(element)
      return Number(x * sigmoid(channels.next(x).argument))
    }
  }

  /// With `z = gate * x + bias + noise` and `s = sigmoid(z)`: `dy/dz = x * s * (1 - s)`, `dy/dx = s + gate * dy/dz`.
  private func gradients<Number: LeafElement & BinaryFloatingPoint>(
    _ x: LeafTensor, _ call: LeafBackward, as type: Number.Type
  ) throws -> LeafGradients {
    var channels = try Channels(self, x, call.context, as: type)
    var (ofGate, ofBias) = ([Double](repeating: 0, count: gate.count), [Double](repeating: 0, count: gate.count))
    let elements: [Number] = try x.elements()
    let ofInput = try call.gradient.withElements(of: type) { flow in
      try LeafTensor(shape: x.shape, of: type) { gradient in
        for i in flow.indices {
          let (x, flow) = (Double(elements[i]), Double(flow[i]))
          let (channel, argument) = channels.next(x)
          let s = sigmoid(argument)
          let slope = x * s * (1 - s)
          gradient[i] = Number(flow * (s + channels.gates[channel] * slope))
          ofGate[channel] += flow * slope * x
          ofBias[channel] += flow * slope
        }
      }
    }
    return LeafGradients(
      inputs: [0: ofInput],
      parameters: [
        "gate": try LeafTensor(ofGate.map { Number($0) }, shape: gate.shape),
        "bias": try LeafTensor(ofBias.map { Number($0) }, shape: bias.shape),
      ])
  }

  /// Iterates over an input's elements in row-major order.
  private struct Channels {
    let gates: [Double]
    private let biases: [Double]
    private let elementsInChannel: Int
    private let noise: Double
    private var generator: LeafGenerator
    private var position = 0

    init<Number: LeafElement & BinaryFloatingPoint>(
      _ unit: GatedUnit, _ x: LeafTensor, _ context: LeafContext, as type: Number.Type
    ) throws {
      // Read for each call: training changes them.
      gates = try unit.gate.elements(of: type).map { Double($0) }
      biases = try unit.bias.elements(of: type).map { Double($0) }
      elementsInChannel = x.shape[2...].reduce(1, *)
      noise = context.isTraining ? unit.noise : 0
      generator = LeafGenerator(seed: context.seed)
    }

    /// The next element's channel, and the input of the sigmoid.
    mutating func next(_ x: Double) -> (channel: Int, argument: Double) {
      let channel = position / elementsInChannel % gates.count
      position += 1
      let shift = noise == 0 ? 0 : noise * (2 * generator.uniform() - 1)
      return (channel, gates[channel] * x + biases[channel] + shift)
    }
  }
}
