/// The initialisers of `torch.nn.init` that depend on the number of inputs or outputs.
extension Initializer {
  /// Uniform within a bound that preserves the variance of activations: He et al., arXiv:1502.01852.
  ///
  /// - Parameters:
  ///   - fan: the number of inputs (or outputs) of one element of the result.
  ///   - slope: the negative slope of the leaky ReLU that follows; PyTorch's layers use the square root of 5.
  public static func kaimingUniform(fan: Int, slope: Double = 5.0.squareRoot()) -> Initializer {
    guard fan > 0 else { return .zeros }
    let bound = 3.0.squareRoot() * ((2.0 / (1 + slope * slope)).squareRoot() / Double(fan).squareRoot())
    return .uniform(-bound, bound)
  }

  /// Normal with a standard deviation that preserves the variance of activations before a ReLU: He et al.,
  /// arXiv:1502.01852.
  public static func kaimingNormal(fan: Int) -> Initializer {
    guard fan > 0 else { return .zeros }
    return .normal(std: 2.0.squareRoot() / Double(fan).squareRoot())
  }

  /// Uniform within a bound that preserves the variance of activations and gradients: Glorot and Bengio 2010.
  public static func xavierUniform(fanIn: Int, fanOut: Int, gain: Double = 1) -> Initializer {
    let std = gain * (2.0 / (Double(fanIn) + Double(fanOut))).squareRoot()
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
