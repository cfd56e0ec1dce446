internal import CXylem
internal import XylemErrors

extension LiveInstance {
  /// Returns the gradients of the call's tensors, then those of the parameters; nil where there is none.
  ///
  /// - Parameters:
  ///   - lent: the arguments of the call.
  ///   - results: the results of the call.
  ///   - gradients: the gradients of the results; nil where nothing flows.
  ///   - needs: the arguments' tensors and the parameters whose gradients are needed.
  /// - Throws: `plugin.no-backward`, `plugin.call-failed`, `plugin.result`.
  func backward(
    _ lent: ModuleArguments<Value>, _ results: [Value], _ gradients: [Value.Tensor?], needs: [Bool], isTraining: Bool,
    seed: UInt64
  ) throws(XylemError) -> [Value.Tensor?] {
    let wanted = WantedGradients(lent, needs, parameterCount: parameters.count)
    if let position = wanted.listWithGradient {
      throw LeafErrors.result(
        position, type.name, type.plugin,
        "it is a list of tensors that requires gradients, which leaf modules don't support")
    }
    let outputs = try ModuleArguments(results, leaf: type.name, writes: [])
    defer { outputs.release() }
    let flows = try LentGradients(gradients) { LeafErrors.argument($0, type.name, $1, cause: $2) }
    defer { flows.release() }
    var lenders = lent.tensors
    for others in [outputs.tensors, flows.tensors, own] { lenders.add(others) }
    let space = lent.count + parameters.count
    return try unsafe withUnsafeTemporaryAllocation(
      of: UnsafeMutablePointer<DLManagedTensorVersioned>?.self, capacity: max(space, 1)
    ) { (out) throws(XylemError) -> [Value.Tensor?] in
      unsafe out.initialize(repeating: nil)
      var call = unsafe xylem_leaf_backward()
      unsafe call.struct_size = UInt32(MemoryLayout<xylem_leaf_backward>.size)
      unsafe call.is_training = isTraining ? 1 : 0
      unsafe call.seed = seed
      unsafe call.arguments = unsafe UnsafePointer(lent.raw)
      unsafe call.argument_count = lent.count
      unsafe call.results = unsafe UnsafePointer(outputs.raw)
      unsafe call.result_gradients = unsafe UnsafePointer(flows.pointers)
      unsafe call.result_count = outputs.count
      unsafe call.argument_gradients = out.baseAddress
      unsafe call.parameter_gradients = unsafe out.baseAddress.map { unsafe $0 + lent.count }
      unsafe call.parameter_count = parameters.count
      do throws(XylemError) { try unsafe run(&call, wanted) } catch {
        unsafe lenders.giveBack(out.prefix(space).map { unsafe $0 })
        throw error
      }
      return try wanted.flattened(try unsafe taken(out.prefix(space).map { unsafe $0 }, lenders)) { position in
        LeafErrors.result(position, type.name, type.plugin, "an argument that is not a tensor has no gradient")
      }
    }
  }

  private func taken(
    _ gradients: [LentTensors<Value.Tensor>.View?], _ lenders: LentTensors<Value.Tensor>
  ) throws(XylemError) -> [Value.Tensor?] {
    do { return try unsafe lenders.take(gradients, allowsNone: true) } catch {
      throw LeafErrors.result(error.position, type.name, type.plugin, error.reason, cause: error.cause)
    }
  }

  private func run(_ call: inout xylem_leaf_backward, _ wanted: WantedGradients) throws(XylemError) {
    guard let function = unsafe type.raw.pointee.backward else { throw LeafErrors.noBackward(type.name, type.plugin) }
    try unsafe wanted.arguments.withUnsafeBufferPointer { (arguments) throws(XylemError) in
      try unsafe wanted.parameters.withUnsafeBufferPointer { (parameters) throws(XylemError) in
        unsafe call.needs_argument_gradient = arguments.baseAddress
        unsafe call.needs_parameter_gradient = parameters.baseAddress
        try locked { () throws(XylemError) in
          try unsafe type.check("to compute gradients") { unsafe function(handle, &call, $0) }
        }
      }
    }
  }
}

/// The arguments and parameters whose gradients are needed, and how arguments map to tensors.
private struct WantedGradients {
  /// By argument; 1 if the gradient of that tensor is needed.
  let arguments: [UInt8]
  let parameters: [UInt8]
  /// The number of tensors in each argument.
  private let counts: [Int]
  /// An argument that is a list with tensors whose gradients are needed.
  let listWithGradient: Int?

  init<Value: CallValue>(_ lent: ModuleArguments<Value>, _ needs: [Bool], parameterCount: Int) {
    counts = lent.values.map(\.tensorCount)
    let own = needs.count - parameterCount
    var next = needs[..<own]
    var arguments: [UInt8] = []
    var list: Int?
    for (position, value) in lent.values.enumerated() {
      let wanted = (0..<counts[position]).map { _ in next.popFirst() ?? false }.contains(true)
      if case .list = value.content, wanted { list = list ?? position }
      arguments.append(wanted ? 1 : 0)
    }
    self.arguments = arguments
    parameters = needs[own...].map { $0 ? 1 : 0 }
    listWithGradient = list
  }

  /// Converts gradients by argument and parameter to gradients by tensor.
  func flattened<Tensor>(_ found: [Tensor?], _ refuse: (Int) -> XylemError) throws(XylemError) -> [Tensor?] {
    var flat: [Tensor?] = []
    for (position, count) in counts.enumerated() {
      guard count == 1 || found[position] == nil else { throw refuse(position) }
      flat += count == 1 ? [found[position]] : Array(repeating: nil, count: count)
    }
    return flat + found[counts.count...]
  }
}

/// Gradients lent to a plugin; null where nothing flows.
@safe private struct LentGradients<Tensor: CallTensor> {
  let pointers: UnsafeMutablePointer<UnsafePointer<DLManagedTensorVersioned>?>
  private(set) var tensors = LentTensors<Tensor>()
  private let views: UnsafeMutablePointer<DLManagedTensorVersioned>

  init(
    _ gradients: [Tensor?], _ refuse: (_ position: Int, _ reason: String, _ cause: (any Error)?) -> XylemError
  ) throws(XylemError) {
    unsafe pointers = UnsafeMutablePointer.allocate(capacity: max(gradients.count, 1))
    unsafe pointers.initialize(repeating: nil, count: max(gradients.count, 1))
    unsafe views = UnsafeMutablePointer.allocate(capacity: max(gradients.count, 1))
    do throws(XylemError) {
      for (index, gradient) in gradients.enumerated() {
        guard let gradient else { continue }
        try unsafe tensors.lend(gradient, for: .reads, at: views + index) { refuse(index, "a gradient, \($0)", $1) }
        unsafe pointers[index] = unsafe UnsafePointer(views + index)
      }
    } catch {
      release()
      throw error
    }
  }

  func release() {
    unsafe pointers.deallocate()
    unsafe views.deallocate()
  }
}
