public import XylemErrors
public import XylemNN
public import XylemTensor

/// Updates parameters by their gradients.
///
///     let optimizer = try SGD(model.parameters(), learningRate: 0.01, momentum: 0.9)
///     for (images, labels) in batches {
///       try optimizer.zeroGrad()
///       let loss = try F.crossEntropy(model(images), labels)
///       try loss.backward()
///       try optimizer.step()
///     }
///
/// Parameters without a gradient, such as frozen ones, are left as they are. Infinite gradients and gradients that are
/// not numbers are used as they are, as in PyTorch: see ``clipGradNorm(_:maxNorm:normType:errorIfNonFinite:)`` and
/// ``requireFinite(_:_:)``.
///
/// Not safe to use from several threads.
public protocol Optimizer: AnyObject {
  /// The parameters of all groups, in order.
  var parameters: [Parameter] { get }

  /// The learning rate of each group.
  var learningRates: [Double] { get set }

  /// The momentum of each group, which schedules cycle: for Adam the first beta. Nil if the optimizer has none.
  var momenta: [Double]? { get set }

  /// The learning rates before the first schedule, which sets them. Nil without a schedule.
  var initialLearningRates: [Double]? { get set }

  /// Updates the parameters once.
  ///
  /// - Throws: `training.argument` for options outside their range; `runtime.operator`.
  func step() throws

  /// The accumulated state and the options.
  func state() throws -> OptimizerState

  /// Restores a state that ``state()`` returned, for the same parameters. Nothing is changed if an error is thrown.
  ///
  /// - Throws: `training.state` if the groups or the shapes differ.
  func load(_ state: OptimizerState) throws
}

extension Optimizer {
  /// Removes the gradients of all parameters, as PyTorch's `zero_grad()` does: a parameter that the next loss does not
  /// depend on has none and is not updated.
  ///
  /// - Throws: `runtime.operator`.
  public func zeroGrad() throws(XylemError) {
    for parameter in parameters { try parameter.tensor.setGradient(nil) }
  }
}

/// Options of an optimizer that hold for a group of parameters.
public protocol OptimizerOptions: Sendable, Hashable, Codable {
  /// The step size.
  var learningRate: Double { get set }
  /// The momentum that schedules cycle. Nil if there is none.
  var cycledMomentum: Double? { get set }
  /// Checks the options.
  ///
  /// - Throws: `training.argument` for a number outside its range.
  func check() throws(XylemError)
}

/// Parameters that share options.
public struct ParameterGroup<Options: OptimizerOptions> {
  /// The parameters.
  public let parameters: [Parameter]
  /// Their options.
  public var options: Options

  /// Creates a group.
  public init(_ parameters: [Parameter], _ options: Options) {
    self.parameters = parameters
    self.options = options
  }
}

/// The state of an optimizer, in the form of PyTorch's `optimizer.state_dict()`.
public struct OptimizerState: Sendable {
  /// The options of a group of parameters.
  public struct Group: Sendable, Hashable, Codable {
    /// The positions of the group's parameters among all.
    public var params: [Int]
    /// The options by PyTorch's names, as JSON: `{"lr":0.1,"momentum":0.9,…}`.
    public var options: String
  }

  /// The tensors by the position of their parameter and their name in PyTorch: `exp_avg`, `momentum_buffer`, `step`.
  public var tensors: [Int: [String: Tensor]]
  /// The groups.
  public var groups: [Group]
}
