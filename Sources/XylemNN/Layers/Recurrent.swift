internal import XylemErrors
internal import XylemTensor

/// The shared implementation of recurrent layers: layers of cells, each with weights for the input and for the state.
///
/// If the model is traced through and the number of dimensions is unknown, the input is assumed to be a batch, which is
/// checked when the graph runs.
public class Recurrent: Module {
  private let weights: RecurrentWeights
  let shape: RecurrentShape

  init(_ shape: RecurrentShape) {
    var arguments = InitialArguments(Self.typeName)
    var shape = shape
    shape.dropout = arguments.probability(shape.dropout, "dropout")
    shape.hiddenSize = arguments.atLeast(1, shape.hiddenSize, "hiddenSize")
    shape.numLayers = arguments.atLeast(1, shape.numLayers, "numLayers")
    let isSmaller = arguments.demand(
      0 <= shape.projSize && shape.projSize < shape.hiddenSize, "projSize is \(shape.projSize)",
      "it must be 0 for none, or less than hiddenSize, which is \(shape.hiddenSize)")
    if !isSmaller { shape.projSize = 0 }
    self.shape = shape
    weights = RecurrentWeights(shape)
    super.init()
    fault = arguments.fault
  }

  /// The arguments that the description prints.
  public override var extraDescription: String {
    var text = "\(shape.inputSize), \(shape.hiddenSize)"
    if shape.projSize != 0 { text += ", proj_size=\(shape.projSize)" }
    if shape.numLayers != 1 { text += ", num_layers=\(shape.numLayers)" }
    if !shape.bias { text += ", bias=False" }
    if shape.batchFirst { text += ", batch_first=True" }
    if shape.dropout != 0 { text += ", dropout=\(Python.text(shape.dropout))" }
    if shape.bidirectional { text += ", bidirectional=True" }
    return text
  }

  /// The arguments of all recurrent operators after the state.
  private var settings: [Value] {
    [
      .list(weights.named.map { .tensor($0.parameter.tensor) }), .bool(shape.bias), .int(shape.numLayers),
      .float(shape.dropout), .bool(isTraining), .bool(shape.bidirectional), .bool(shape.batchFirst),
    ]
  }

  /// Runs an operator on `[L, N, inputSize]` with states of `[layers * directions, N, size]`, or without the batch
  /// dimension.
  ///
  /// - Parameters:
  ///   - states: nil for zeros.
  ///   - sizes: the features of each state.
  func run(_ op: OperatorReference, _ input: Tensor, _ states: [Tensor]?, sizes: [Int]) throws -> [Tensor] {
    try checkFault()
    try InputCheck.make([input] + (states ?? [])) { [self] (shapes: [[Int]]) throws(XylemError) in
      try check(shapes[0], Array(shapes.dropFirst()), sizes)
    }
    let isBatched = try isBatch(input)
    let batchDimension = shape.batchFirst ? 0 : 1
    let batch = isBatched ? input : try Operators.unsqueeze.tensor([.tensor(input), .int(batchDimension)])
    var start: [Tensor] = []
    for (index, size) in sizes.enumerated() {
      if let given = states?[index] {
        start.append(isBatched ? given : try Operators.unsqueeze.tensor([.tensor(given), .int(1)]))
      } else {
        let count = try batch.shape[batchDimension]
        start.append(
          try Operators.newZeros.tensor([
            .tensor(batch), .list([.int(shape.numLayers * shape.directions), count.value, .int(size)]),
          ]))
      }
    }
    let state: Value = sizes.count == 1 ? .tensor(start[0]) : .list(start.map { .tensor($0) })
    let results = try op.tensors([.tensor(batch), state] + settings)
    guard !isBatched else { return results }
    return try results.enumerated().map { index, result in
      try Operators.squeeze.tensor([.tensor(result), .int(index == 0 ? batchDimension : 1)])
    }
  }

  /// Whether the input is a batch.
  private func isBatch(_ input: Tensor) throws -> Bool {
    if let sizes = input.knownSizes { return sizes.count == 3 }
    try require(input.dim() == 3, "a batch of sequences was expected, of three dimensions")
    return true
  }

  /// Checks the shapes of the input and of the states, whose features are `features`.
  private func check(_ input: [Int], _ states: [[Int]], _ features: [Int]) throws(XylemError) {
    let type = Swift.type(of: self).typeName
    guard (2...3).contains(input.count) else { throw ModuleErrors.rank(input, wanted: 2...3, type: type) }
    guard input.last == shape.inputSize else {
      throw ModuleErrors.layerInput("inputs of \(shape.inputSize) features were expected", input, type: type)
    }
    let batch = input.count == 3 ? [input[shape.batchFirst ? 0 : 1]] : []
    for (state, size) in zip(states, features) {
      let wanted = [shape.numLayers * shape.directions] + batch + [size]
      guard state == wanted else {
        throw XylemError(
          .modelArgument, "a state of shape \(wanted) was expected", at: .init(moduleType: type),
          cause: Reason("the state's shape is \(state)"))
      }
    }
  }
}

/// The numbers that determine the weights of a recurrent layer.
struct RecurrentShape: Sendable {
  /// The number of matrices of a cell, one for each gate.
  let gates: Int
  let inputSize: Int
  var hiddenSize: Int
  var numLayers: Int
  let bias: Bool
  let batchFirst: Bool
  var dropout: Double
  let bidirectional: Bool
  var projSize = 0

  var directions: Int { bidirectional ? 2 : 1 }
  /// The size of a cell's output.
  var outputSize: Int { projSize > 0 ? projSize : hiddenSize }
}

/// The weights of all cells by PyTorch's keys, in the order of the operators' arguments.
struct RecurrentWeights: NamedParameters {
  let named: [(key: String, parameter: Parameter)]

  init(_ shape: RecurrentShape) {
    let bound = 1 / Double(shape.hiddenSize).squareRoot()
    let rows = Saturating.product(shape.gates, shape.hiddenSize)
    var named: [(key: String, parameter: Parameter)] = []
    for layer in 0..<shape.numLayers {
      let inputSize = layer == 0 ? shape.inputSize : Saturating.product(shape.outputSize, shape.directions)
      for direction in 0..<shape.directions {
        let suffix = "_l\(layer)" + (direction == 1 ? "_reverse" : "")
        func add(_ name: String, _ sizes: [Int]) {
          named.append((name + suffix, Parameter(sizes, .uniform(-bound, bound))))
        }
        add("weight_ih", [rows, inputSize])
        add("weight_hh", [rows, shape.outputSize])
        if shape.bias {
          add("bias_ih", [rows])
          add("bias_hh", [rows])
        }
        if shape.projSize > 0 { add("weight_hr", [shape.projSize, shape.hiddenSize]) }
      }
    }
    self.named = named
  }
}

private enum Operators {
  static let unsqueeze = OperatorReference("aten::unsqueeze")
  static let squeeze = OperatorReference("aten::squeeze", "dim")
  static let newZeros = OperatorReference("aten::new_zeros")
}
