internal import Foundation
internal import XylemErrors
internal import XylemRuntime

/// The initialisers of `torch.nn.init` that go by the number of inputs or outputs.
extension Initializer {
  /// Uniform within a bound that keeps the variance of activations: He et al., arXiv:1502.01852.
  ///
  /// - Parameters:
  ///   - fan: the number of inputs (or outputs) of one element of the result.
  ///   - slope: the negative slope of the leaky ReLU that follows; PyTorch's layers use the square root of 5.
  public static func kaimingUniform(fan: Int, slope: Double = 5.0.squareRoot()) -> Initializer {
    guard fan > 0 else { return .zeros }
    let bound = 3.0.squareRoot() * ((2.0 / (1 + slope * slope)).squareRoot() / Double(fan).squareRoot())
    return .uniform(-bound, bound)
  }

  /// Normal with a deviation that keeps the variance of activations before a ReLU: He et al., arXiv:1502.01852.
  public static func kaimingNormal(fan: Int) -> Initializer {
    guard fan > 0 else { return .zeros }
    return .normal(std: 2.0.squareRoot() / Double(fan).squareRoot())
  }

  /// Uniform within a bound that keeps the variance of activations and gradients: Glorot and Bengio 2010.
  public static func xavierUniform(fanIn: Int, fanOut: Int, gain: Double = 1) -> Initializer {
    let std = gain * (2.0 / Double(fanIn + fanOut)).squareRoot()
    let bound = 3.0.squareRoot() * std
    return .uniform(-bound, bound)
  }

  /// Uniform within the bound of PyTorch's biases, the inverse root of the number of inputs.
  static func bias(fan: Int) -> Initializer {
    guard fan > 0 else { return .zeros }
    let bound = 1 / Double(fan).squareRoot()
    return .uniform(-bound, bound)
  }
}

extension Initializer {
  private static let uniformOperator = OperatorReference("aten::uniform_")
  private static let inverseError = OperatorReference("aten::erfinv_")
  private static let scaleOperator = OperatorReference("aten::mul_", "Scalar")
  private static let shiftOperator = OperatorReference("aten::add_", "Scalar")
  private static let clampOperator = OperatorReference("aten::clamp_")

  /// Normal, with what lies beyond two bounds drawn again.
  public static func truncatedNormal(
    mean: Double = 0, std: Double = 1, from low: Double = -2, to high: Double = 2
  ) -> Initializer {
    func below(_ x: Double) -> Double { (1 + erf(((x - mean) / std) / 2.0.squareRoot())) / 2 }
    let (first, last) = (2 * below(low) - 1, 2 * below(high) - 1)
    return Initializer { (tensor: Tensor) throws(XylemError) in
      // The inverse of the distribution, of uniform numbers.
      _ = try uniformOperator.tensor([.tensor(tensor), .float(first), .float(last), .none])
      _ = try inverseError.tensor([.tensor(tensor)])
      _ = try scaleOperator.tensor([.tensor(tensor), .float(std * 2.0.squareRoot())])
      _ = try shiftOperator.tensor([.tensor(tensor), .float(mean), .int(1)])
      _ = try clampOperator.tensor([.tensor(tensor), .float(low), .float(high)])
    }
  }
}
