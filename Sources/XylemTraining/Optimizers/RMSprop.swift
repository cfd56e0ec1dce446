public import XylemErrors
public import XylemNN
internal import XylemTensor

/// The options of ``RMSprop`` for a group of parameters.
public struct RMSpropOptions: OptimizerOptions {
  /// The step size.
  public var learningRate: Double
  /// The decay rate of the average of squares.
  public var alpha: Double
  /// A term that keeps the denominator from zero. Added to the root, not under it.
  public var eps: Double
  /// The factor of the parameters that is added to their gradients.
  public var weightDecay: Double
  /// The share of the last update that is kept.
  public var momentum: Double
  /// Whether gradients are divided by their standard deviation instead of their root mean square.
  public var centered: Bool
  /// Whether the loss is maximised.
  public var maximize: Bool

  /// Creates options with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-2, alpha: Double = 0.99, eps: Double = 1e-8, weightDecay: Double = 0,
    momentum: Double = 0, centered: Bool = false, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.alpha = alpha
    self.eps = eps
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.centered = centered
    self.maximize = maximize
  }

  private enum CodingKeys: String, CodingKey {
    case learningRate = "lr"
    case alpha, eps
    case weightDecay = "weight_decay"
    case momentum, centered, maximize
  }

  /// The momentum.
  public var cycledMomentum: Double? {
    get { momentum }
    set { momentum = newValue ?? momentum }
  }

  /// Checks the options.
  ///
  /// - Throws: `training.argument` for a number outside its range.
  public func check() throws(XylemError) {
    try OptionCheck.learningRate(learningRate)
    try OptionCheck.notNegative(eps, "eps")
    try OptionCheck.notNegative(momentum, "momentum")
    try OptionCheck.notNegative(weightDecay, "weightDecay")
    try OptionCheck.notNegative(alpha, "alpha")
  }
}

/// RMSprop, PyTorch's `torch.optim.RMSprop`: Hinton, lecture 6e of *Neural Networks for Machine Learning*; centered:
/// Graves, arXiv:1308.0850.
public final class RMSprop: GroupedOptimizer<RMSpropOptions> {
  /// Creates an optimizer whose groups have options of their own.
  ///
  /// - Throws: `training.argument` without parameters, for one that is listed twice, and for options outside their range.
  public override init(groups: [ParameterGroup<RMSpropOptions>]) throws(XylemError) { try super.init(groups: groups) }

  /// Creates an optimizer of parameters.
  ///
  /// - Throws: as ``init(groups:)``.
  public convenience init(
    _ parameters: [Parameter], learningRate: Double = 1e-2, alpha: Double = 0.99, eps: Double = 1e-8,
    weightDecay: Double = 0, momentum: Double = 0, centered: Bool = false, maximize: Bool = false
  ) throws(XylemError) {
    try self.init(groups: [
      ParameterGroup(
        parameters,
        RMSpropOptions(
          learningRate: learningRate, alpha: alpha, eps: eps, weightDecay: weightDecay, momentum: momentum,
          centered: centered, maximize: maximize))
    ])
  }

  override func update(_ batch: Batch, _ options: RMSpropOptions) throws {
    var gradients = batch.gradients
    let steps = try zeros("step", batch, isScalar: true)
    let squares = try zeros("square_avg", batch)
    try Foreach.run(Foreach.addScalar_, steps, .int(1))
    if options.maximize { gradients = try Foreach.map(Foreach.neg, gradients) }
    if options.weightDecay != 0 {
      gradients = try Foreach.map(
        Foreach.add, gradients, Foreach.list(batch.parameters), .float(options.weightDecay))
    }
    let list = Foreach.list(gradients)
    try Foreach.run(Foreach.mulScalar_, squares, .float(options.alpha))
    try Foreach.run(Foreach.addcmul_, squares, list, list, .float(1 - options.alpha))
    var roots: [Tensor]
    if options.centered {
      let averages = try zeros("grad_avg", batch)
      try Foreach.run(Foreach.lerp_, averages, list, .float(1 - options.alpha))
      roots = try Foreach.map(
        Foreach.addcmul, squares, Foreach.list(averages), Foreach.list(averages), .int(-1))
      try Foreach.run(Foreach.sqrt_, roots)
    } else {
      roots = try Foreach.map(Foreach.sqrt, squares)
    }
    try Foreach.run(Foreach.addScalar_, roots, .float(options.eps))
    guard options.momentum > 0 else {
      return try Foreach.run(
        Foreach.addcdiv_, batch.parameters, list, Foreach.list(roots), .float(-options.learningRate))
    }
    let buffers = try zeros("momentum_buffer", batch)
    try Foreach.run(Foreach.mulScalar_, buffers, .float(options.momentum))
    try Foreach.run(Foreach.addcdiv_, buffers, list, Foreach.list(roots), .int(1))
    try Foreach.run(
      Foreach.addList_, batch.parameters, Foreach.list(buffers), .float(-options.learningRate))
  }
}
