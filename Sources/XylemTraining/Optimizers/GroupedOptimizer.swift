internal import Foundation
public import XylemErrors
internal import XylemFiles
public import XylemNN
internal import XylemTensor

/// The shared implementation of optimizers: groups of parameters, and named tensors for each parameter.
public class GroupedOptimizer<Options: OptimizerOptions>: Optimizer {
  /// The groups. Their options may be changed between steps.
  ///
  /// Their parameters can't be: groups with others are not taken over, and the next ``step()`` throws
  /// `training.argument`. A later assignment of groups with the optimizer's parameters takes that back.
  public var groups: [ParameterGroup<Options>] {
    get { stored }
    set {
      let own = stored.map { $0.parameters.map(ObjectIdentifier.init) }
      let given = newValue.map { $0.parameters.map(ObjectIdentifier.init) }
      guard own == given else {
        fault = TrainingErrors.argument(
          "the parameters of an optimizer were replaced",
          "its groups have \(own.map(\.count)) parameters, and other ones, \(given.map(\.count)), were assigned",
          remedies: ["try optimizer.add(ParameterGroup(parameters, options))"])
        return
      }
      (stored, fault) = (newValue, nil)
    }
  }
  private var stored: [ParameterGroup<Options>] = []
  /// The error of groups that were not taken over.
  private var fault: XylemError?

  /// The tensors of each parameter, by name. Made when the parameter first has a gradient.
  private var tensors: [[String: Tensor]] = []

  init(groups: [ParameterGroup<Options>]) throws(XylemError) {
    guard !groups.isEmpty, groups.contains(where: { !$0.parameters.isEmpty }) else {
      throw TrainingErrors.argument(
        "an optimizer needs at least one parameter", "its groups are empty",
        remedies: ["try SGD(model.parameters(), learningRate: 0.1)"])
    }
    for group in groups { try add(group) }
  }

  /// Adds a group of parameters, such as a part of the model that is no longer frozen.
  ///
  /// - Throws: `training.argument` for a parameter that already belongs to a group, and for options outside their range.
  public func add(_ group: ParameterGroup<Options>) throws(XylemError) {
    try group.options.check()
    var known = Set(parameters.map(ObjectIdentifier.init))
    for (index, parameter) in group.parameters.enumerated() {
      guard known.insert(ObjectIdentifier(parameter)).inserted else {
        throw TrainingErrors.argument(
          "parameter \(index) of group \(stored.count) is listed twice", "each parameter may be in one group only",
          remedies: ["Array(Set(parameters))  // or model.parameters(), which lists each once"])
      }
    }
    stored.append(group)
    tensors += group.parameters.map { _ in [:] }
  }

  /// The parameters of all groups, in order.
  public var parameters: [Parameter] { stored.flatMap(\.parameters) }

  /// The learning rate of each group.
  public var learningRates: [Double] {
    get { stored.map(\.options.learningRate) }
    set {
      for index in stored.indices where index < newValue.count { stored[index].options.learningRate = newValue[index] }
    }
  }

  /// The learning rates before the first schedule. Nil without a schedule.
  public var initialLearningRates: [Double]?

  /// The momentum of each group that schedules cycle. Nil if the optimizer has none.
  public var momenta: [Double]? {
    get {
      let found = stored.compactMap(\.options.cycledMomentum)
      return found.count == stored.count ? found : nil
    }
    set {
      guard let newValue else { return }
      for index in stored.indices where index < newValue.count {
        stored[index].options.cycledMomentum = newValue[index]
      }
    }
  }

  // MARK: - Steps

  /// Parameters of one group and one element type that have gradients.
  struct Batch {
    /// The positions among all parameters.
    var positions: [Int] = []
    var parameters: [Tensor] = []
    var gradients: [Tensor] = []
  }

  /// Updates the parameters that have gradients.
  ///
  /// - Throws: `training.argument` for options outside their range, and if ``groups`` was assigned other parameters;
  ///   `runtime.operator`.
  public final func step() throws {
    if let fault { throw fault }
    for group in stored { try group.options.check() }
    try TensorRuntime.withGradients(false) {
      var start = 0
      for group in stored {
        for batch in try batches(of: group, from: start) { try update(batch, group.options) }
        start += group.parameters.count
      }
    }
  }

  /// Kernels take tensors of one type.
  private func batches(of group: ParameterGroup<Options>, from start: Int) throws(XylemError) -> [Batch] {
    var types: [DType?] = []
    var batches: [Batch] = []
    for (offset, parameter) in group.parameters.enumerated() {
      guard var gradient = try parameter.tensor.gradient() else { continue }
      let dtype = parameter.tensor.dtype
      let index = types.firstIndex(of: dtype) ?? types.count
      if index == types.count {
        types.append(dtype)
        batches.append(Batch())
      }
      // Kernels run over memory: a gradient that was set may be laid out in another way.
      if try gradient.strides != parameter.tensor.strides {
        gradient = try Foreach.zerosLike.tensor([.tensor(parameter.tensor)]).copy_(gradient)
      }
      batches[index].positions.append(start + offset)
      batches[index].parameters.append(parameter.tensor)
      batches[index].gradients.append(gradient)
    }
    return batches
  }

  /// Updates parameters of one type.
  func update(_ batch: Batch, _ options: Options) throws {
    preconditionFailure("each optimizer has its own update")
  }

  /// A tensor of each parameter of a batch, zeros at first.
  func zeros(_ name: String, _ batch: Batch, isScalar: Bool = false) throws(XylemError) -> [Tensor] {
    var found: [Tensor] = []
    for (position, parameter) in zip(batch.positions, batch.parameters) {
      if let known = tensors[position][name] {
        found.append(known)
        continue
      }
      let made =
        try isScalar ? Tensor.zeros([], dtype: .float32) : Foreach.zerosLike.tensor([.tensor(parameter)])
      tensors[position][name] = made
      found.append(made)
    }
    return found
  }

  func tensor(_ name: String, at position: Int) -> Tensor? { tensors[position][name] }

  func setTensor(_ name: String, at position: Int, to tensor: Tensor) { tensors[position][name] = tensor }

  /// Fails for the options of another kind of optimizer whose options have the same names.
  func checkKind(of group: OptimizerState.Group) throws(XylemError) {}

  // MARK: - State

  /// The accumulated tensors, which are the optimizer's own and not copies, and the options.
  ///
  /// - Throws: never for options that passed their check.
  public final func state() throws -> OptimizerState {
    var start = 0
    var found = OptimizerState(tensors: [:], groups: [])
    for group in stored {
      let positions = Array(start..<start + group.parameters.count)
      found.groups.append(.init(params: positions, options: try JSONText.sorted(group.options)))
      start += group.parameters.count
    }
    for (position, own) in tensors.enumerated() where !own.isEmpty { found.tensors[position] = own }
    return found
  }

  /// Restores a state. The tensors are copied, and converted to the parameters' types.
  ///
  /// - Throws: `training.state` if the groups or the shapes differ.
  public final func load(_ state: OptimizerState) throws {
    let (own, given) = (stored.map(\.parameters.count), state.groups.map(\.params.count))
    guard own == given else {
      throw TrainingErrors.state(
        "the optimizer's state has other groups of parameters",
        "the groups have \(given) parameters, and those of the optimizer \(own)")
    }
    var options: [Options] = []
    for group in state.groups {
      do { options.append(try BoundedJSON.decode(Options.self, from: Array(group.options.utf8))) } catch {
        throw TrainingErrors.state(
          "the options of the optimizer's state can't be read", "they are \(group.options.prefix(200))",
          remedies: ["make the optimizer of the kind that was saved"])
      }
      try options.last?.check()
      try checkKind(of: group)
    }
    let parameters = parameters
    var loaded: [[String: Tensor]] = parameters.map { _ in [:] }
    // The state's own numbers for the parameters, group after group.
    for (position, number) in state.groups.flatMap(\.params).enumerated() {
      for (name, tensor) in state.tensors[number] ?? [:] {
        let parameter = parameters[position].tensor
        let isScalar = name == "step"
        let shape = isScalar ? [] : try parameter.sizes
        guard try tensor.sizes == shape else {
          throw TrainingErrors.state(
            "'\(name)' of parameter \(position) has another shape",
            "it is \(try tensor.sizes) and the parameter needs \(shape)")
        }
        let target = try isScalar ? Tensor.zeros([], dtype: .float32) : Foreach.zerosLike.tensor([.tensor(parameter)])
        loaded[position][name] = try TensorRuntime.withGradients(false) { try target.copy_(tensor) }
      }
    }
    tensors = loaded
    for index in stored.indices { stored[index].options = options[index] }
  }
}

/// Operators on lists of tensors.
enum Foreach {
  static let zerosLike = OperatorReference("aten::zeros_like")
  private static let none = "None"
  static let add = OperatorReference("aten::_foreach_add", "List", resultType: "List[Tensor]")
  static let neg = OperatorReference("aten::_foreach_neg", resultType: "List[Tensor]")
  static let sqrt = OperatorReference("aten::_foreach_sqrt", resultType: "List[Tensor]")
  static let norm = OperatorReference("aten::_foreach_norm", "Scalar", resultType: "List[Tensor]")
  static let addcmul = OperatorReference("aten::_foreach_addcmul", "Scalar", resultType: "List[Tensor]")
  static let addList_ = OperatorReference("aten::_foreach_add_", "List", resultType: none)
  static let addScalar_ = OperatorReference("aten::_foreach_add_", "Scalar", resultType: none)
  static let mulScalar_ = OperatorReference("aten::_foreach_mul_", "Scalar", resultType: none)
  static let mulTensor_ = OperatorReference("aten::_foreach_mul_", "Tensor", resultType: none)
  static let sqrt_ = OperatorReference("aten::_foreach_sqrt_", resultType: none)
  static let lerp_ = OperatorReference("aten::_foreach_lerp_", "Scalar", resultType: none)
  static let addcmul_ = OperatorReference("aten::_foreach_addcmul_", "Scalar", resultType: none)
  static let addcdiv_ = OperatorReference("aten::_foreach_addcdiv_", "Scalar", resultType: none)
  static let clampMin_ = OperatorReference("aten::_foreach_clamp_min_", "Scalar", resultType: none)
  static let clampMax_ = OperatorReference("aten::_foreach_clamp_max_", "Scalar", resultType: none)
  static let fusedSGD_ = OperatorReference("aten::_fused_sgd_", resultType: none)
  static let fusedAdam_ = OperatorReference("aten::_fused_adam_", resultType: none)
  static let fusedAdamW_ = OperatorReference("aten::_fused_adamw_", resultType: none)

  static func list(_ tensors: [Tensor]) -> Value { .list(tensors.map { .tensor($0) }) }

  /// Runs an operator in place.
  static func run(_ op: OperatorReference, _ tensors: [Tensor], _ arguments: Value...) throws(XylemError) {
    _ = try op.results([list(tensors)] + arguments)
  }

  /// Runs an operator that returns new tensors.
  static func map(_ op: OperatorReference, _ tensors: [Tensor], _ arguments: Value...) throws(XylemError) -> [Tensor] {
    guard case .list(let found)? = try op.results([list(tensors)] + arguments).first?.unpacked() else { return [] }
    return found.compactMap(\.tensor)
  }
}
