public import XylemErrors
internal import XylemFiles
public import XylemNN
internal import XylemTensor

/// The options of ``Adam`` and ``AdamW`` for a group of parameters.
public struct AdamOptions: OptimizerOptions {
  /// The step size.
  public var learningRate: Double
  /// The decay rates of the averages of gradients and of their squares.
  public var betas: [Double]
  /// A term that keeps the denominator from zero.
  public var eps: Double
  /// For ``Adam`` the factor of the parameters that is added to their gradients; for ``AdamW`` that by which the
  /// parameters shrink, relative to the learning rate.
  public var weightDecay: Double
  /// Whether the largest average of squares is kept: Reddi et al., arXiv:1904.09237.
  public var amsgrad: Bool
  /// Whether the loss is maximised.
  public var maximize: Bool

  /// Creates options.
  ///
  /// - Parameter betas: two numbers.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8, weightDecay: Double = 0,
    amsgrad: Bool = false, maximize: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = [betas.0, betas.1]
    self.eps = eps
    self.weightDecay = weightDecay
    self.amsgrad = amsgrad
    self.maximize = maximize
  }

  private enum CodingKeys: String, CodingKey {
    case learningRate = "lr"
    case betas, eps
    case weightDecay = "weight_decay"
    case amsgrad, maximize
  }

  /// The first beta.
  public var cycledMomentum: Double? {
    get { betas.first }
    set { if let newValue, !betas.isEmpty { betas[0] = newValue } }
  }

  /// Checks the options.
  ///
  /// - Throws: `training.argument` for a number outside its range.
  public func check() throws(XylemError) {
    try OptionCheck.learningRate(learningRate)
    try OptionCheck.notNegative(eps, "eps")
    try OptionCheck.notNegative(weightDecay, "weightDecay")
    try TrainingErrors.require(betas.count == 2, "there are \(betas.count) betas", "there must be two")
    for (index, beta) in betas.enumerated() { try OptionCheck.beta(beta, "beta\(index + 1)") }
  }
}

/// The shared implementation of Adam and AdamW, over one of libtorch's fused kernels.
public class AdamFamily: GroupedOptimizer<AdamOptions> {
  private let kernel: OperatorReference

  init(groups: [ParameterGroup<AdamOptions>], _ kernel: OperatorReference) throws(XylemError) {
    self.kernel = kernel
    try super.init(groups: groups)
  }

  /// PyTorch's files say which of the two they are of. Without weight decay there is no difference.
  private struct Kind: Decodable {
    var decoupled: Bool?
    var weightDecay: Double
    private enum CodingKeys: String, CodingKey {
      case decoupled = "decoupled_weight_decay"
      case weightDecay = "weight_decay"
    }
  }

  override func checkKind(of group: OptimizerState.Group) throws(XylemError) {
    let kind = try? BoundedJSON.decode(Kind.self, from: Array(group.options.utf8))
    guard let isDecoupled = kind?.decoupled, kind?.weightDecay != 0, isDecoupled != (self is AdamW) else { return }
    throw TrainingErrors.state(
      "the state is that of \(isDecoupled ? "AdamW" : "Adam")",
      "its weight decay is \(isDecoupled ? "decoupled from" : "added to") the gradients",
      remedies: ["try \(isDecoupled ? "AdamW" : "Adam")(model.parameters())"])
  }

  override func update(_ batch: Batch, _ options: AdamOptions) throws {
    let steps = try zeros("step", batch, isScalar: true)
    let averages = try zeros("exp_avg", batch)
    let squares = try zeros("exp_avg_sq", batch)
    let largest = try options.amsgrad ? zeros("max_exp_avg_sq", batch) : []
    try Foreach.run(Foreach.addScalar_, steps, .int(1))
    try Foreach.run(
      kernel, batch.parameters, Foreach.list(batch.gradients), Foreach.list(averages), Foreach.list(squares),
      Foreach.list(largest), Foreach.list(steps), .float(options.learningRate), .float(options.betas[0]),
      .float(options.betas[1]), .float(options.weightDecay), .float(options.eps), .bool(options.amsgrad),
      .bool(options.maximize))
  }
}

/// Adam, PyTorch's `torch.optim.Adam`: Kingma and Ba, arXiv:1412.6980.
public final class Adam: AdamFamily {
  /// Creates an optimizer whose groups have options of their own.
  ///
  /// - Throws: `training.argument` without parameters, for one that is listed twice, and for options outside their range.
  public init(groups: [ParameterGroup<AdamOptions>]) throws(XylemError) {
    try super.init(groups: groups, Foreach.fusedAdam_)
  }

  /// Creates an optimizer of parameters.
  ///
  /// - Throws: as ``init(groups:)``.
  public convenience init(
    _ parameters: [Parameter], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, amsgrad: Bool = false, maximize: Bool = false
  ) throws(XylemError) {
    try self.init(groups: [
      ParameterGroup(
        parameters,
        AdamOptions(
          learningRate: learningRate, betas: betas, eps: eps, weightDecay: weightDecay, amsgrad: amsgrad,
          maximize: maximize))
    ])
  }
}

/// Adam with decoupled weight decay, PyTorch's `torch.optim.AdamW`: Loshchilov and Hutter, arXiv:1711.05101.
public final class AdamW: AdamFamily {
  /// Creates an optimizer whose groups have options of their own.
  ///
  /// - Throws: `training.argument` without parameters, for one that is listed twice, and for options outside their range.
  public init(groups: [ParameterGroup<AdamOptions>]) throws(XylemError) {
    try super.init(groups: groups, Foreach.fusedAdamW_)
  }

  /// Creates an optimizer of parameters.
  ///
  /// - Throws: as ``init(groups:)``.
  public convenience init(
    _ parameters: [Parameter], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 1e-2, amsgrad: Bool = false, maximize: Bool = false
  ) throws(XylemError) {
    try self.init(groups: [
      ParameterGroup(
        parameters,
        AdamOptions(
          learningRate: learningRate, betas: betas, eps: eps, weightDecay: weightDecay, amsgrad: amsgrad,
          maximize: maximize))
    ])
  }
}
