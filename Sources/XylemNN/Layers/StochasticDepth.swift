internal import XylemScript
public import XylemTensor

/// Drops whole samples of a residual branch in train mode: Huang et al., arXiv:1603.09382, torchvision's
/// `StochasticDepth`.
public final class StochasticDepth: Module, Layer {
  /// The unit that is dropped.
  public enum Mode: String, Sendable {
    /// The whole batch.
    case batch
    /// Each sample separately.
    case row
  }

  private let p: Double
  private let mode: Mode

  /// Creates a layer that drops samples with a probability.
  public init(_ p: Double, _ mode: Mode) {
    var arguments = InitialArguments(Self.typeName)
    self.p = arguments.probability(p, "p")
    self.mode = mode
    super.init()
    fault = arguments.fault
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.stochastic_depth.StochasticDepth" }
  /// The arguments that the description prints.
  public override var extraDescription: String { "p=\(Python.text(p)), mode=\(mode.rawValue)" }
  package override class var consistsOfOperators: Bool { true }

  private static let emptyOperator = OperatorReference("aten::new_empty")
  private static let drawOperator = OperatorReference("aten::bernoulli_", "float")
  private static let divOperator = OperatorReference("aten::div_", "Scalar")
  private static let mulOperator = OperatorReference("aten::mul", "Tensor")
  private static let transposeOperator = OperatorReference("aten::transpose", "int")

  /// `[N, …]` to the same shape, with the remaining samples scaled up.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try checkFault()
    let isTraining = isTraining
    return try functional(
      "torchvision.ops.stochastic_depth.stochastic_depth", x, p, mode.rawValue, isTraining, at: CallSite(#fileID, #line)
    ) { x, p, mode, isTraining in
      guard isTraining, p > 0 else { return x }
      return try Self.dropped(x, kept: 1 - p, rows: mode == Mode.row.rawValue)
    }
  }

  private static func dropped(_ x: Tensor, kept: Double, rows: Bool) throws -> Tensor {
    let count = rows ? try x.shape[0] : 1
    var noise = try emptyOperator.tensor([.tensor(x), .list([count.value])])
    noise = try drawOperator.tensor([.tensor(noise), .float(kept), .none])
    if kept > 0 { noise = try divOperator.tensor([.tensor(noise), .float(kept)]) }
    guard rows else { return try mulOperator.tensor([.tensor(x), .tensor(noise)]) }
    // With the batch as the last dimension, one number per sample needs no other dimensions, however many there are.
    let last = try transposeOperator.tensor([.tensor(x), .int(0), .int(-1)])
    let scaled = try mulOperator.tensor([.tensor(last), .tensor(noise)])
    return try transposeOperator.tensor([.tensor(scaled), .int(0), .int(-1)])
  }
}
