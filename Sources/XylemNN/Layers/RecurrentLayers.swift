public import XylemErrors
public import XylemTensor

/// The result of an ``RNN`` or a ``GRU``.
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

  /// Creates it from the parts of a tuple.
  ///
  /// - Throws: `model.argument` for a value of another type.
  public init(moduleValue: Value) throws(XylemError) {
    output = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
    hidden = try Tensor(moduleValue: moduleValue.part(1, as: "Tensor"))
  }
}

/// The state of an ``LSTM``.
public struct LSTMState: ModuleValue {
  /// The cells' outputs, `[layers * directions, N, hiddenSize]`, or `projSize` if there is a projection.
  public var hidden: Tensor
  /// The cells' memory, `[layers * directions, N, hiddenSize]`.
  public var cell: Tensor

  /// Creates a state from two tensors.
  public init(hidden: Tensor, cell: Tensor) {
    self.hidden = hidden
    self.cell = cell
  }

  /// `Tuple[Tensor, Tensor]`.
  public static var typeDescription: String { "Tuple[Tensor, Tensor]" }
  /// A tuple without names, as in PyTorch.
  public var moduleValue: Value { .tuple([.tensor(hidden), .tensor(cell)], names: []) }

  /// Creates it from the parts of a tuple.
  ///
  /// - Throws: `model.argument` for a value of another type.
  public init(moduleValue: Value) throws(XylemError) {
    hidden = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
    cell = try Tensor(moduleValue: moduleValue.part(1, as: "Tensor"))
  }
}

/// The result of an ``LSTM``.
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

  /// Creates it from the parts of a tuple.
  ///
  /// - Throws: `model.argument` for a value of another type.
  public init(moduleValue: Value) throws(XylemError) {
    output = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
    state = try LSTMState(moduleValue: moduleValue.part(1, as: LSTMState.typeDescription))
  }
}

/// The shared implementation of ``RNN`` and ``GRU``, which have one state.
public class SimpleRecurrent: Recurrent {
  private let op: OperatorReference

  init(_ op: OperatorReference, _ shape: RecurrentShape) {
    self.op = op
    super.init(shape)
  }

  /// The arguments `input` and `hx`, the initial state.
  public override var entry: ModuleEntry? {
    ModuleEntry("input", "hx") { [unowned self] (input: Tensor, hx: Tensor?) in try forward(input, hx) }
  }

  /// Runs the layer, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:_:)``, and while tracing the tracer's errors.
  public func callAsFunction(
    _ input: Tensor, _ hx: Tensor? = nil, file: String = #fileID, line: Int = #line
  ) throws -> RecurrentOutput {
    try call(input, hx, file: file, line: line) { try self.forward($0, $1) }
  }

  /// `[L, N, inputSize]` to the outputs and the last state; `[N, L, inputSize]` with batches first, `[L, inputSize]`
  /// without a batch.
  ///
  /// - Parameter hx: the initial state, `[layers * directions, N, hiddenSize]`; zeros by default.
  /// - Throws: `model.argument` for other shapes, `runtime.operator`.
  public func forward(_ input: Tensor, _ hx: Tensor? = nil) throws -> RecurrentOutput {
    RecurrentOutput(try run(op, input, hx.map { [$0] }, sizes: [shape.hiddenSize]))
  }
}

/// A recurrent layer without gates: Elman 1990, PyTorch's `torch.nn.RNN`.
public final class RNN: SimpleRecurrent {
  /// The nonlinearity of a cell's output.
  public enum Nonlinearity: String, Sendable {
    /// The hyperbolic tangent.
    case tanh
    /// `max(x, 0)`.
    case relu
  }

  /// Creates a layer with new parameters.
  ///
  /// - Parameter dropout: the dropout probability between layers in train mode.
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

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.rnn.RNN" }
}

/// Gated recurrent units: Cho et al., arXiv:1406.1078, PyTorch's `torch.nn.GRU`.
public final class GRU: SimpleRecurrent {
  /// Creates a layer with new parameters.
  ///
  /// - Parameter dropout: the dropout probability between layers in train mode.
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

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.rnn.GRU" }
}

/// Long short-term memory: Hochreiter and Schmidhuber 1997, PyTorch's `torch.nn.LSTM`.
public final class LSTM: Recurrent {
  /// Creates a layer with new parameters.
  ///
  /// - Parameters:
  ///   - dropout: the dropout probability between layers in train mode.
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

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.rnn.LSTM" }

  /// The arguments `input` and `hx`, the initial state.
  public override var entry: ModuleEntry? {
    ModuleEntry("input", "hx") { [unowned self] (input: Tensor, hx: LSTMState?) in try forward(input, hx) }
  }

  /// Runs the layer, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:_:)``, and while tracing the tracer's errors.
  public func callAsFunction(
    _ input: Tensor, _ hx: LSTMState? = nil, file: String = #fileID, line: Int = #line
  ) throws -> LSTMOutput {
    try call(input, hx, file: file, line: line) { try self.forward($0, $1) }
  }

  /// `[L, N, inputSize]` to the outputs and the last state; `[N, L, inputSize]` with batches first, `[L, inputSize]`
  /// without a batch.
  ///
  /// - Parameter hx: the initial state; zeros by default.
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
