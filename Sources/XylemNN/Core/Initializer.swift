internal import Foundation
public import XylemErrors
internal import XylemFiles
public import XylemTensor

/// How the elements of a parameter or buffer are initialised.
///
/// Random initialisers draw from the runtime's default generator when the elements are created, as PyTorch's
/// `torch.nn.init` does.
public struct Initializer: Sendable {
  /// Fills a tensor in place.
  private let body: @Sendable (Tensor) throws(XylemError) -> Void

  /// Creates an initialiser that fills a tensor of zeros in place.
  public init(_ fill: @escaping @Sendable (Tensor) throws(XylemError) -> Void) { body = fill }

  /// Overwrites a tensor's elements without recording gradients.
  func fill(_ tensor: Tensor) throws(XylemError) {
    try Recording.paused { () throws(XylemError) in
      // A detached view: writing to it is not recorded for gradients.
      let plain = try Self.detachOperator.tensor([.tensor(tensor)])
      _ = try Self.zeroOperator.tensor([.tensor(plain)])
      try body(plain)
    }
  }

  private static let detachOperator = OperatorReference("aten::detach")
  private static let zeroOperator = OperatorReference("aten::zero_")

  /// This initialiser, followed by another operation in place.
  func then(_ next: @escaping @Sendable (Tensor) throws(XylemError) -> Void) -> Initializer {
    Initializer { [body] (tensor: Tensor) throws(XylemError) in
      try body(tensor)
      try next(tensor)
    }
  }

  /// This initialiser, after other parameters are created: PyTorch draws their numbers first.
  func after(_ others: [Parameter]) -> Initializer {
    Initializer { [body] (tensor: Tensor) throws(XylemError) in
      for other in others { try other.tensor.materialize() }
      try body(tensor)
    }
  }

  private static let zerosOperator = OperatorReference("aten::zeros")

  /// A tensor that is created and filled on first use.
  func tensor(_ shape: [Int], _ dtype: DType, requiresGrad: Bool) -> Tensor {
    Tensor(
      LazyTensor(shape: shape, dtype: dtype, requiresGrad: requiresGrad, make: maker(shape, dtype)))
  }

  private func maker(_ shape: [Int], _ dtype: DType) -> @Sendable () throws(XylemError) -> Tensor {
    { [body] () throws(XylemError) in
      let tensor = try Self.zerosOperator.tensor([
        .list(shape.map { .int($0) }), .int(Int(dtype.runtimeCode)), .none, .none, .none,
      ])
      try body(tensor)
      return tensor
    }
  }

  /// Uses this initialiser for a tensor whose elements don't exist yet. Returns false if they do.
  func replace(initializerOf tensor: Tensor) -> Bool {
    guard let lazy = tensor.lazy else { return false }
    return lazy.replace(maker(lazy.shape, lazy.dtype))
  }
}

extension Initializer {
  private static let fillOperator = OperatorReference("aten::fill_", "Scalar")
  private static let uniformOperator = OperatorReference("aten::uniform_")
  private static let normalOperator = OperatorReference("aten::normal_")

  /// All zeros.
  public static let zeros = Initializer { (_: Tensor) throws(XylemError) in }

  /// Zeros, after drawing the numbers of another initialiser: PyTorch draws them without using them.
  static func zeros(afterDrawing other: Initializer) -> Initializer {
    other.then { (tensor: Tensor) throws(XylemError) in _ = try fillOperator.tensor([.tensor(tensor), .float(0)]) }
  }

  /// All ones.
  public static let ones = constant(1)

  /// One number everywhere.
  public static func constant(_ value: Double) -> Initializer {
    Initializer { (tensor: Tensor) throws(XylemError) in _ = try fillOperator.tensor([.tensor(tensor), .float(value)]) }
  }

  /// Uniform between two numbers.
  public static func uniform(_ low: Double, _ high: Double) -> Initializer {
    Initializer { (tensor: Tensor) throws(XylemError) in
      _ = try uniformOperator.tensor([.tensor(tensor), .float(low), .float(high), .none])
    }
  }

  /// Normal with a mean and a standard deviation.
  public static func normal(mean: Double = 0, std: Double = 1) -> Initializer {
    Initializer { (tensor: Tensor) throws(XylemError) in
      _ = try normalOperator.tensor([.tensor(tensor), .float(mean), .float(std), .none])
    }
  }
}
