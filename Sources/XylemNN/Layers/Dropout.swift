internal import XylemErrors
public import XylemTensor

/// The shared implementation of dropouts: in train mode zeroes at random and scales up the rest; in eval mode returns
/// the input.
public class DropoutLayer: Module, Layer {
  private let op: OperatorReference
  private let inPlaceOperator: OperatorReference
  private let p: Double
  private let inplace: Bool
  /// The rank of an input without a batch dimension, if it must be distinguished.
  private let unbatchedRank: Int?
  /// The allowed ranks. Nil for any.
  private let ranks: ClosedRange<Int>?

  init(
    _ op: OperatorReference, _ inPlaceOperator: OperatorReference, p: Double, inplace: Bool, unbatchedRank: Int? = nil,
    ranks: ClosedRange<Int>? = nil
  ) {
    var arguments = InitialArguments(Self.typeName)
    self.op = op
    self.inPlaceOperator = inPlaceOperator
    self.p = arguments.probability(p, "p")
    self.inplace = inplace
    self.unbatchedRank = unbatchedRank
    self.ranks = ranks
    super.init()
    fault = arguments.fault
  }

  /// The arguments that the description prints.
  public override var extraDescription: String { "p=\(Python.text(p)), inplace=\(Python.text(inplace))" }

  package override class var consistsOfOperators: Bool { true }

  /// The input's shape.
  ///
  /// - Throws: `runtime.operator`; for a ``Dropout1d`` `model.argument` unless there are two or three dimensions.
  public func forward(_ x: Tensor) throws -> Tensor {
    try checkFault()
    guard let unbatchedRank else { return try dropped(x) }
    if let ranks {
      try InputCheck.make(x) { [self] (sizes: [Int]) throws(XylemError) in
        guard ranks.contains(sizes.count) else {
          throw ModuleErrors.rank(sizes, wanted: ranks, type: Swift.type(of: self).typeName)
        }
      }
    }
    guard let sizes = x.knownSizes else {
      try require(x.dim() == Size(unbatchedRank + 1), "a batch of \(unbatchedRank + 1) dimensions was expected")
      return try dropped(x)
    }
    guard sizes.count != unbatchedRank + 1 else { return try dropped(x) }
    let batch = try DropoutOperators.unsqueeze.tensor([.tensor(x), .int(0)])
    return try DropoutOperators.squeeze.tensor([.tensor(dropped(batch)), .int(0)])
  }

  private func dropped(_ x: Tensor) throws -> Tensor {
    try (inplace ? inPlaceOperator : op).tensor([.tensor(x), .float(p), .bool(isTraining)])
  }
}

private enum DropoutOperators {
  static let dropout = OperatorReference("aten::dropout")
  static let dropoutInPlace = OperatorReference("aten::dropout_")
  static let feature = OperatorReference("aten::feature_dropout")
  static let featureInPlace = OperatorReference("aten::feature_dropout_")
  static let alpha = OperatorReference("aten::alpha_dropout")
  static let alphaInPlace = OperatorReference("aten::alpha_dropout_")
  static let featureAlpha = OperatorReference("aten::feature_alpha_dropout")
  static let featureAlphaInPlace = OperatorReference("aten::feature_alpha_dropout_")
  static let unsqueeze = OperatorReference("aten::unsqueeze")
  static let squeeze = OperatorReference("aten::squeeze", "dim")
}

/// Zeroes elements at random in train mode: Srivastava et al. 2014, PyTorch's `torch.nn.Dropout`.
public final class Dropout: DropoutLayer {
  /// Creates a dropout with a probability.
  public init(p: Double = 0.5, inplace: Bool = false) {
    super.init(DropoutOperators.dropout, DropoutOperators.dropoutInPlace, p: p, inplace: inplace)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.dropout.Dropout" }
}

/// Zeroes whole channels of `[N, C, L]` or `[C, L]` at random in train mode, PyTorch's `torch.nn.Dropout1d`.
///
/// If the model is traced through and the number of dimensions is unknown, the input is assumed to be a batch, which is
/// checked when the graph runs.
public final class Dropout1d: DropoutLayer {
  /// Creates a dropout with a probability.
  public init(p: Double = 0.5, inplace: Bool = false) {
    super.init(
      DropoutOperators.feature, DropoutOperators.featureInPlace, p: p, inplace: inplace, unbatchedRank: 2,
      ranks: 2...3)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.dropout.Dropout1d" }
  package override class var consistsOfOperators: Bool { false }
}

/// Zeroes whole channels of `[N, C, H, W]` at random in train mode. As in PyTorch, `[N, C, L]` is a batch too.
/// PyTorch's `torch.nn.Dropout2d`.
public final class Dropout2d: DropoutLayer {
  /// Creates a dropout with a probability.
  public init(p: Double = 0.5, inplace: Bool = false) {
    super.init(
      DropoutOperators.feature, DropoutOperators.featureInPlace, p: p, inplace: inplace)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.dropout.Dropout2d" }
}

/// Zeroes whole channels of `[N, C, D, H, W]` or `[C, D, H, W]` at random in train mode, PyTorch's
/// `torch.nn.Dropout3d`.
///
/// If the model is traced through and the number of dimensions is unknown, the input is assumed to be a batch, which is
/// checked when the graph runs.
public final class Dropout3d: DropoutLayer {
  /// Creates a dropout with a probability.
  public init(p: Double = 0.5, inplace: Bool = false) {
    super.init(
      DropoutOperators.feature, DropoutOperators.featureInPlace, p: p, inplace: inplace, unbatchedRank: 4)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.dropout.Dropout3d" }
  package override class var consistsOfOperators: Bool { false }
}

/// Replaces elements at random in train mode, preserving mean and variance: Klambauer et al., arXiv:1706.02515,
/// PyTorch's `torch.nn.AlphaDropout`.
public final class AlphaDropout: DropoutLayer {
  /// Creates a dropout with a probability.
  public init(p: Double = 0.5, inplace: Bool = false) {
    super.init(
      DropoutOperators.alpha, DropoutOperators.alphaInPlace, p: p, inplace: inplace)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.dropout.AlphaDropout" }
}

/// Replaces whole channels at random in train mode, preserving mean and variance, PyTorch's
/// `torch.nn.FeatureAlphaDropout`.
public final class FeatureAlphaDropout: DropoutLayer {
  /// Creates a dropout with a probability.
  public init(p: Double = 0.5, inplace: Bool = false) {
    super.init(
      DropoutOperators.featureAlpha, DropoutOperators.featureAlphaInPlace, p: p, inplace: inplace)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.dropout.FeatureAlphaDropout" }
}
