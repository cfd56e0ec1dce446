internal import XylemErrors
public import XylemTensor

/// The shared implementation of recurrent cells: one step of a recurrent layer.
///
/// If the model is traced through and the number of dimensions is unknown, the input is assumed to be a batch, which is
/// checked when the graph runs.
public class RecurrentCell: Module {
  /// `[gates * hiddenSize, inputSize]`.
  public let weightIh: Parameter
  /// `[gates * hiddenSize, hiddenSize]`.
  public let weightHh: Parameter
  /// `[gates * hiddenSize]`.
  public let biasIh: Parameter?
  /// `[gates * hiddenSize]`.
  public let biasHh: Parameter?
  private let inputSize: Int
  private let hiddenSize: Int

  fileprivate init(gates: Int, _ inputSize: Int, _ hiddenSize: Int, bias: Bool) {
    var arguments = InitialArguments(Self.typeName)
    let hiddenSize = arguments.atLeast(1, hiddenSize, "hiddenSize")
    let bound = 1 / Double(hiddenSize).squareRoot()
    let rows = Saturating.product(gates, hiddenSize)
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    weightIh = Parameter([rows, inputSize], .uniform(-bound, bound))
    weightHh = Parameter([rows, hiddenSize], .uniform(-bound, bound))
    biasIh = bias ? Parameter([rows], .uniform(-bound, bound)) : nil
    biasHh = bias ? Parameter([rows], .uniform(-bound, bound)) : nil
    super.init()
    fault = arguments.fault
  }

  /// The arguments that the description prints.
  public override var extraDescription: String { "\(inputSize), \(hiddenSize)" + (biasIh == nil ? ", bias=False" : "") }

  /// Runs an operator on `[N, inputSize]` with states `[N, hiddenSize]`, or without the batch dimension.
  fileprivate func run(_ op: OperatorReference, _ input: Tensor, _ states: [Tensor]?, count: Int) throws -> [Tensor] {
    try checkFault()
    try InputCheck.make([input] + (states ?? [])) { [self] (shapes: [[Int]]) throws(XylemError) in try check(shapes) }
    let isBatched = try isBatch(input)
    func batch(_ x: Tensor) throws -> Tensor {
      isBatched ? x : try CellOperators.unsqueeze.tensor([.tensor(x), .int(0)])
    }
    let x = try batch(input)
    let start =
      try states?.map(batch)
      ?? Array(
        repeating: CellOperators.newZeros.tensor([.tensor(x), .list([x.shape[0].value, .int(hiddenSize)])]),
        count: count)
    let state: Value = count == 1 ? .tensor(start[0]) : .list(start.map { .tensor($0) })
    let results = try op.tensors([
      .tensor(x), state, .tensor(weightIh.tensor), .tensor(weightHh.tensor), biasIh.value, biasHh.value,
    ])
    guard !isBatched else { return results }
    return try results.map { try CellOperators.squeeze.tensor([.tensor($0), .int(0)]) }
  }

  private func isBatch(_ input: Tensor) throws -> Bool {
    if let sizes = input.knownSizes { return sizes.count == 2 }
    try require(input.dim() == 2, "a batch of inputs was expected, of two dimensions")
    return true
  }

  private func check(_ shapes: [[Int]]) throws(XylemError) {
    let type = Swift.type(of: self).typeName
    let input = shapes[0]
    guard (1...2).contains(input.count) else { throw ModuleErrors.rank(input, wanted: 1...2, type: type) }
    guard input.last == inputSize else {
      throw ModuleErrors.layerInput("inputs of \(inputSize) features were expected", input, type: type)
    }
    let wanted = input.dropLast() + [hiddenSize]
    for state in shapes.dropFirst() where state != Array(wanted) {
      throw XylemError(
        .modelArgument, "a state of shape \(Array(wanted)) was expected", at: .init(moduleType: type),
        cause: Reason("the state's shape is \(state)"))
    }
  }
}

/// The shared implementation of ``RNNCell`` and ``GRUCell``, which have one state.
public class SimpleRecurrentCell: RecurrentCell {
  private let op: OperatorReference

  fileprivate init(_ op: OperatorReference, gates: Int, _ inputSize: Int, _ hiddenSize: Int, bias: Bool) {
    self.op = op
    super.init(gates: gates, inputSize, hiddenSize, bias: bias)
  }

  /// The arguments `input` and `hx`, the previous state.
  public override var entry: ModuleEntry? {
    ModuleEntry("input", "hx") { [unowned self] (input: Tensor, hx: Tensor?) in try forward(input, hx) }
  }

  /// Runs the cell, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:_:)``, and while tracing the tracer's errors.
  public func callAsFunction(
    _ input: Tensor, _ hx: Tensor? = nil, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try call(input, hx, file: file, line: line) { try self.forward($0, $1) }
  }

  /// `[N, inputSize]` or `[inputSize]` to the next state, `[N, hiddenSize]` or `[hiddenSize]`.
  ///
  /// - Parameter hx: the previous state; zeros by default.
  /// - Throws: `model.argument` for other shapes, `runtime.operator`.
  public func forward(_ input: Tensor, _ hx: Tensor? = nil) throws -> Tensor {
    try run(op, input, hx.map { [$0] }, count: 1)[0]
  }
}

/// One step of an ``RNN``, PyTorch's `torch.nn.RNNCell`.
public final class RNNCell: SimpleRecurrentCell {
  private let nonlinearity: RNN.Nonlinearity

  /// Creates a cell with new parameters.
  public init(_ inputSize: Int, _ hiddenSize: Int, bias: Bool = true, nonlinearity: RNN.Nonlinearity = .tanh) {
    self.nonlinearity = nonlinearity
    super.init(
      nonlinearity == .tanh ? CellOperators.tanh : CellOperators.relu, gates: 1, inputSize, hiddenSize, bias: bias)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.rnn.RNNCell" }
  /// The arguments that the description prints.
  public override var extraDescription: String {
    super.extraDescription + (nonlinearity == .tanh ? "" : ", nonlinearity=\(nonlinearity.rawValue)")
  }
}

/// One step of a ``GRU``, PyTorch's `torch.nn.GRUCell`.
public final class GRUCell: SimpleRecurrentCell {
  /// Creates a cell with new parameters.
  public init(_ inputSize: Int, _ hiddenSize: Int, bias: Bool = true) {
    super.init(CellOperators.gru, gates: 3, inputSize, hiddenSize, bias: bias)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.rnn.GRUCell" }
}

/// One step of an ``LSTM``, PyTorch's `torch.nn.LSTMCell`.
public final class LSTMCell: RecurrentCell {
  /// Creates a cell with new parameters.
  public init(_ inputSize: Int, _ hiddenSize: Int, bias: Bool = true) {
    super.init(gates: 4, inputSize, hiddenSize, bias: bias)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.rnn.LSTMCell" }

  /// The arguments `input` and `hx`, the previous state.
  public override var entry: ModuleEntry? {
    ModuleEntry("input", "hx") { [unowned self] (input: Tensor, hx: LSTMState?) in try forward(input, hx) }
  }

  /// Runs the cell, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:_:)``, and while tracing the tracer's errors.
  public func callAsFunction(
    _ input: Tensor, _ hx: LSTMState? = nil, file: String = #fileID, line: Int = #line
  ) throws -> LSTMState {
    try call(input, hx, file: file, line: line) { try self.forward($0, $1) }
  }

  /// `[N, inputSize]` or `[inputSize]` to the next state, `[N, hiddenSize]` or `[hiddenSize]` each.
  ///
  /// - Parameter hx: the previous state; zeros by default.
  /// - Throws: `model.argument` for other shapes, `runtime.operator`.
  public func forward(_ input: Tensor, _ hx: LSTMState? = nil) throws -> LSTMState {
    let found = try run(CellOperators.lstm, input, hx.map { [$0.hidden, $0.cell] }, count: 2)
    return LSTMState(hidden: found[0], cell: found[1])
  }
}

private enum CellOperators {
  static let tanh = OperatorReference("aten::rnn_tanh_cell")
  static let relu = OperatorReference("aten::rnn_relu_cell")
  static let gru = OperatorReference("aten::gru_cell")
  static let lstm = OperatorReference("aten::lstm_cell", resultTypes: ["Tensor", "Tensor"])
  static let unsqueeze = OperatorReference("aten::unsqueeze")
  static let squeeze = OperatorReference("aten::squeeze", "dim")
  static let newZeros = OperatorReference("aten::new_zeros")
}
