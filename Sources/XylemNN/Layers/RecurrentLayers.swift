public import XylemErrors
public import XylemTensor

/// What an ``RNN`` or a ``GRU`` gives.
public struct RecurrentOutput: ModuleValue {
  /// The last layer's output at each step, `[L, N, directions * hiddenSize]`.
  public var output: Tensor
  /// The state after the last step, `[layers * directions, N, hiddenSize]`.
  public var hidden: Tensor

  init(_ results: [Tensor]) { (output, hidden) = (results[0], results[1]) }

  /// `Tuple[Tensor, Tensor]`.
  public static var typeDescription: String { "Tuple[Tensor, Tensor]" }
  /// A tuple without names, as in PyTorch.
  public var moduleValue: Value { .tuple([.tensor(output), .tensor(hidden)], names: []) }

  /// The parts of a tuple.
  ///
  /// - Throws: `model.argument` for a value of another type.
  public init(moduleValue: Value) throws(XylemError) {
    output = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
    hidden = try Tensor(moduleValue: moduleValue.part(1, as: "Tensor"))
  }
}

/// The state of an ``LSTM``.
public struct LSTMState: ModuleValue {
  /// The cells' outputs, `[layers * directions, N, hiddenSize]`, or `projSize` where there is a projection.
  public var hidden: Tensor
  /// The cells' memory, `[layers * directions, N, hiddenSize]`.
  public var cell: Tensor

  /// A state of two tensors.
  public init(hidden: Tensor, cell: Tensor) {
    self.hidden = hidden
    self.cell = cell
  }

  /// `Tuple[Tensor, Tensor]`.
  public static var typeDescription: String { "Tuple[Tensor, Tensor]" }
  /// A tuple without names, as in PyTorch.
  public var moduleValue: Value { .tuple([.tensor(hidden), .tensor(cell)], names: []) }

  /// The parts of a tuple.
  ///
  /// - Throws: `model.argument` for a value of another type.
  public init(moduleValue: Value) throws(XylemError) {
    hidden = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
    cell = try Tensor(moduleValue: moduleValue.part(1, as: "Tensor"))
  }
}

/// What an ``LSTM`` gives.
public struct LSTMOutput: ModuleValue {
  /// The last layer's output at each step, `[L, N, directions * hiddenSize]`.
  public var output: Tensor
  /// The state after the last step.
  public var state: LSTMState

  init(_ results: [Tensor]) { (output, state) = (results[0], LSTMState(hidden: results[1], cell: results[2])) }

  /// `Tuple[Tensor, Tuple[Tensor, Tensor]]`.
  public static var typeDescription: String { "Tuple[Tensor, Tuple[Tensor, Tensor]]" }
  /// A tuple without names, as in PyTorch.
  public var moduleValue: Value { .tuple([.tensor(output), state.moduleValue], names: []) }

  /// The parts of a tuple.
  ///
  /// - Throws: `model.argument` for a value of another type.
  public init(moduleValue: Value) throws(XylemError) {
    output = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
    state = try LSTMState(moduleValue: moduleValue.part(1, as: LSTMState.typeDescription))
  }
}

/// What an ``RNN`` and a ``GRU`` have in common: one state.
public class SimpleRecurrent: Recurrent {
  private let op: OperatorReference

  init(_ op: OperatorReference, _ shape: RecurrentShape) {
    self.op = op
    super.init(shape)
  }

  /// Takes `input` and `hx`, the state at first.
  public override var entry: ModuleEntry? {
    ModuleEntry("input", "hx") { [unowned self] (input: Tensor, hx: Tensor?) in try forward(input, hx) }
  }

  /// Runs the layer, or writes its call down where a model is being traced.
  ///
  /// - Throws: as ``forward(_:_:)``, and while tracing what the tracer throws.
  public func callAsFunction(
    _ input: Tensor, _ hx: Tensor? = nil, file: String = #fileID, line: Int = #line
  ) throws -> RecurrentOutput {
    try call(input, hx, file: file, line: line) { try self.forward($0, $1) }
  }

  /// `[L, N, inputSize]` to the outputs and the last state; with batches first `[N, L, inputSize]`, without `[L, inputSize]`.
  ///
  /// - Parameter hx: the state at first, zeros unless told: `[layers * directions, N, hiddenSize]`.
  /// - Throws: `model.argument` for other shapes, `runtime.operator`.
  public func forward(_ input: Tensor, _ hx: Tensor? = nil) throws -> RecurrentOutput {
    RecurrentOutput(try run(op, input, hx.map { [$0] }, sizes: [shape.hiddenSize]))
  }
}

/// A recurrent layer without gates: Elman 1990, PyTorch's `torch.nn.RNN`.
public final class RNN: SimpleRecurrent {
  /// What bounds a cell's output.
  public enum Nonlinearity: String, Sendable {
    /// The hyperbolic tangent.
    case tanh
    /// `max(x, 0)`.
    case relu
  }

  /// A layer with fresh parameters.
  ///
  /// - Parameter dropout: the probability of losing an output between layers while training.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, nonlinearity: Nonlinearity = .tanh, bias: Bool = true,
    batchFirst: Bool = false, dropout: Double = 0, bidirectional: Bool = false
  ) {
    super.init(
      nonlinearity == .tanh ? RecurrentOperators.tanh : RecurrentOperators.relu,
      RecurrentShape(
        gates: 1, inputSize: inputSize, hiddenSize: hiddenSize, numLayers: numLayers, bias: bias,
        batchFirst: batchFirst, dropout: dropout, bidirectional: bidirectional))
  }

  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.rnn.RNN" }
}

/// Gated recurrent units: Cho et al., arXiv:1406.1078, PyTorch's `torch.nn.GRU`.
public final class GRU: SimpleRecurrent {
  /// A layer with fresh parameters.
  ///
  /// - Parameter dropout: the probability of losing an output between layers while training.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
    dropout: Double = 0, bidirectional: Bool = false
  ) {
    super.init(
      RecurrentOperators.gru,
      RecurrentShape(
        gates: 3, inputSize: inputSize, hiddenSize: hiddenSize, numLayers: numLayers, bias: bias,
        batchFirst: batchFirst, dropout: dropout, bidirectional: bidirectional))
  }

  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.rnn.GRU" }
}

/// Long short-term memory: Hochreiter and Schmidhuber 1997, PyTorch's `torch.nn.LSTM`.
public final class LSTM: Recurrent {
  /// A layer with fresh parameters.
  ///
  /// - Parameters:
  ///   - dropout: the probability of losing an output between layers while training.
  ///   - projSize: the size that outputs are projected to; 0 for none.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
    dropout: Double = 0, bidirectional: Bool = false, projSize: Int = 0
  ) {
    super.init(
      RecurrentShape(
        gates: 4, inputSize: inputSize, hiddenSize: hiddenSize, numLayers: numLayers, bias: bias,
        batchFirst: batchFirst, dropout: dropout, bidirectional: bidirectional, projSize: projSize))
  }

  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.rnn.LSTM" }

  /// Takes `input` and `hx`, the state at first.
  public override var entry: ModuleEntry? {
    ModuleEntry("input", "hx") { [unowned self] (input: Tensor, hx: LSTMState?) in try forward(input, hx) }
  }

  /// Runs the layer, or writes its call down where a model is being traced.
  ///
  /// - Throws: as ``forward(_:_:)``, and while tracing what the tracer throws.
  public func callAsFunction(
    _ input: Tensor, _ hx: LSTMState? = nil, file: String = #fileID, line: Int = #line
  ) throws -> LSTMOutput {
    try call(input, hx, file: file, line: line) { try self.forward($0, $1) }
  }

  /// `[L, N, inputSize]` to the outputs and the last state; with batches first `[N, L, inputSize]`, without `[L, inputSize]`.
  ///
  /// - Parameter hx: the state at first, zeros unless told.
  /// - Throws: `model.argument` for other shapes, `runtime.operator`.
  public func forward(_ input: Tensor, _ hx: LSTMState? = nil) throws -> LSTMOutput {
    LSTMOutput(
      try run(
        RecurrentOperators.lstm, input, hx.map { [$0.hidden, $0.cell] }, sizes: [shape.outputSize, shape.hiddenSize]))
  }
}

private enum RecurrentOperators {
  static let tanh = OperatorReference("aten::rnn_tanh", "input", resultTypes: ["Tensor", "Tensor"])
  static let relu = OperatorReference("aten::rnn_relu", "input", resultTypes: ["Tensor", "Tensor"])
  static let gru = OperatorReference("aten::gru", "input", resultTypes: ["Tensor", "Tensor"])
  static let lstm = OperatorReference("aten::lstm", "input", resultTypes: ["Tensor", "Tensor", "Tensor"])
}
