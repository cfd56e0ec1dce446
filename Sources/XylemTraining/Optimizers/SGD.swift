public import XylemErrors
public import XylemNN
internal import XylemTensor

/// The options of ``SGD`` for a group of parameters.
public struct SGDOptions: OptimizerOptions {
  /// The step size.
  public var learningRate: Double
  /// The share of the last update that is kept.
  public var momentum: Double
  /// How much less the gradient counts in the momentum.
  public var dampening: Double
  /// The factor of the parameters that is added to their gradients.
  public var weightDecay: Double
  /// Whether the momentum is applied ahead: Nesterov's method. Needs momentum and no dampening.
  public var nesterov: Bool
  /// Whether the loss is maximised.
  public var maximize: Bool

  /// Creates options with PyTorch's defaults.
  public init(
    learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0,
    nesterov: Bool = false, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    self.maximize = maximize
  }

  private enum CodingKeys: String, CodingKey {
    case learningRate = "lr"
    case momentum, dampening
    case weightDecay = "weight_decay"
    case nesterov, maximize
  }

  /// The momentum.
  public var cycledMomentum: Double? {
    get { momentum }
    set { momentum = newValue ?? momentum }
  }

  /// Checks the options.
  ///
  /// - Throws: `training.argument` for a number outside its range, and for Nesterov's method without momentum or with
  ///   dampening.
  public func check() throws(XylemError) {
    try OptionCheck.learningRate(learningRate)
    try OptionCheck.notNegative(momentum, "momentum")
    try OptionCheck.notNegative(weightDecay, "weightDecay")
    try TrainingErrors.require(
      !nesterov || momentum > 0 && dampening == 0,
      "Nesterov's method with momentum \(momentum) and dampening \(dampening)",
      "it needs a momentum above zero and no dampening")
  }
}

/// Stochastic gradient descent with momentum, PyTorch's `torch.optim.SGD`: Sutskever et al. 2013.
///
/// Runs libtorch's fused kernel.
public final class SGD: GroupedOptimizer<SGDOptions> {
  /// Creates an optimizer whose groups have options of their own.
  ///
  /// - Throws: `training.argument` without parameters, for one that is listed twice, and for options outside their range.
  public override init(groups: [ParameterGroup<SGDOptions>]) throws(XylemError) { try super.init(groups: groups) }

  /// Creates an optimizer of parameters.
  ///
  /// - Throws: as ``init(groups:)``.
  public convenience init(
    _ parameters: [Parameter], learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0,
    weightDecay: Double = 0, nesterov: Bool = false, maximize: Bool = false
  ) throws(XylemError) {
    try self.init(groups: [
      ParameterGroup(
        parameters,
        SGDOptions(
          learningRate: learningRate, momentum: momentum, dampening: dampening, weightDecay: weightDecay,
          nesterov: nesterov, maximize: maximize))
    ])
  }

  override func update(_ batch: Batch, _ options: SGDOptions) throws {
    guard options.momentum != 0 else { return try run(batch, [], options, isFirst: false) }
    // The kernel fills all of the buffers it is given, or none: parameters whose first gradient this is go apart.
    var (first, later) = (Batch(), Batch())
    for index in batch.positions.indices {
      let position = batch.positions[index]
      if tensor("momentum_buffer", at: position) == nil {
        first.append(batch, index)
      } else {
        later.append(batch, index)
      }
    }
    for (part, isFirst) in [(first, true), (later, false)] where !part.positions.isEmpty {
      try run(part, zeros("momentum_buffer", part), options, isFirst: isFirst)
    }
  }

  private func run(_ batch: Batch, _ buffers: [Tensor], _ options: SGDOptions, isFirst: Bool) throws(XylemError) {
    try Foreach.run(
      Foreach.fusedSGD_, batch.parameters, Foreach.list(batch.gradients), Foreach.list(buffers),
      .float(options.weightDecay), .float(options.momentum), .float(options.learningRate), .float(options.dampening),
      .bool(options.nesterov), .bool(options.maximize), .bool(isFirst))
  }
}

extension GroupedOptimizer.Batch {
  /// Adds a parameter of another batch.
  mutating func append(_ other: Self, _ index: Int) {
    positions.append(other.positions[index])
    parameters.append(other.parameters[index])
    gradients.append(other.gradients[index])
  }
}

/// Checks of options that optimizers share.
enum OptionCheck {
  static func learningRate(_ rate: Double) throws(XylemError) {
    try TrainingErrors.require(
      rate >= 0 && rate.isFinite, "the learning rate is \(rate)", "it must be finite and at least 0")
  }

  static func notNegative(_ number: Double, _ name: String) throws(XylemError) {
    try TrainingErrors.require(
      number >= 0 && number.isFinite, "\(name) is \(number)", "it must be finite and at least 0")
  }

  static func beta(_ number: Double, _ name: String) throws(XylemError) {
    try TrainingErrors.require(
      (0..<1).contains(number), "\(name) is \(number)", "it must be at least 0 and less than 1")
  }
}
