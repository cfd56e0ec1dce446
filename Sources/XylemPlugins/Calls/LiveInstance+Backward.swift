internal import CXylem
internal import XylemErrors
internal import XylemTensor

extension LiveInstance {
  /// The gradients of the call's tensors and then of the parameters, nil where there is none.
  ///
  /// - Parameters:
  ///   - lent: the arguments that the call had.
  ///   - results: what it gave.
  ///   - gradients: of the results, nil where nothing flows.
  ///   - needs: for which of the arguments' tensors and of the parameters one is wanted.
  /// - Throws: `plugin.no-backward`, `plugin.call-failed`, `plugin.result`.
  func backward(
    _ lent: LentArguments, _ results: [Value], _ gradients: [Tensor?], needs: [Bool], isTraining: Bool, seed: UInt64
  ) throws -> [Tensor?] {
    let wanted = WantedGradients(lent, needs, parameterCount: parameters.count)
    if let position = wanted.listWithGradient {
      throw LeafErrors.result(
        position, type.name, type.plugin, "a gradient is wanted for a list of tensors, which leaf modules can't give")
    }
    let outputs = try LentArguments(results, leaf: type.name, writes: [])
    defer { outputs.release() }
    let flows = try LentGradients(gradients)
    defer { flows.release() }
    let space = lent.count + parameters.count
    return try unsafe withUnsafeTemporaryAllocation(
      of: UnsafeMutablePointer<DLManagedTensorVersioned>?.self, capacity: max(space, 1)
    ) { out in
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
      let outcome = Result { try unsafe run(&call, wanted) }
      // Whatever the plugin made is taken over first, so that it is freed whatever follows.
      let lenders: [any LentTensors] = [lent, outputs, flows]
      let made = (0..<space).map { index in Result { unsafe try adopt(out[index], index, lenders) } }
      try outcome.get()
      return try wanted.flattened(try made.map { try $0.get() }) { position in
        LeafErrors.result(position, type.name, type.plugin, "an argument that is no tensor has no gradient")
      }
    }
  }

  private func run(_ call: inout xylem_leaf_backward, _ wanted: WantedGradients) throws {
    guard let function = unsafe type.raw.pointee.backward else { throw LeafErrors.noBackward(type.name, type.plugin) }
    try unsafe wanted.arguments.withUnsafeBufferPointer { arguments in
      try unsafe wanted.parameters.withUnsafeBufferPointer { parameters in
        unsafe call.needs_argument_gradient = arguments.baseAddress
        unsafe call.needs_parameter_gradient = parameters.baseAddress
        try unsafe Self.check("to give gradients", type) { unsafe function(handle, &call, $0) }
      }
    }
  }
}

/// For which arguments and parameters a gradient is wanted, and how arguments spread over tensors.
private struct WantedGradients {
  /// By argument; 1 where one is wanted for the tensor that it is.
  let arguments: [UInt8]
  let parameters: [UInt8]
  /// How many tensors are in each argument.
  private let counts: [Int]
  /// An argument that is a list, for whose tensors a gradient is wanted.
  let listWithGradient: Int?

  init(_ lent: LentArguments, _ needs: [Bool], parameterCount: Int) {
    counts = lent.values.map(\.tensorCount)
    let own = needs.count - parameterCount
    var next = needs[..<own]
    var arguments: [UInt8] = []
    var list: Int?
    for (position, value) in lent.values.enumerated() {
      let wanted = (0..<counts[position]).map { _ in next.popFirst() ?? false }.contains(true)
      if case .list = value, wanted { list = list ?? position }
      arguments.append(wanted ? 1 : 0)
    }
    self.arguments = arguments
    parameters = needs[own...].map { $0 ? 1 : 0 }
    listWithGradient = list
  }

  /// Gradients by argument and parameter as gradients by tensor.
  func flattened(_ found: [Tensor?], _ refuse: (Int) -> any Error) throws -> [Tensor?] {
    var flat: [Tensor?] = []
    for (position, count) in counts.enumerated() {
      guard found[position] == nil || count == 1 else { throw refuse(position) }
      flat += count == 1 ? [found[position]] : Array(repeating: nil, count: count)
    }
    return flat + found[counts.count...]
  }
}

/// Gradients lent to a plugin, null where nothing flows.
@safe private struct LentGradients: LentTensors {
  let pointers: UnsafeMutablePointer<UnsafePointer<DLManagedTensorVersioned>?>
  private let views: UnsafeMutablePointer<DLManagedTensorVersioned>
  private let tensors: [Tensor?]

  init(_ gradients: [Tensor?]) throws {
    tensors = try gradients.map { try $0?.plain() }
    unsafe pointers = UnsafeMutablePointer.allocate(capacity: max(gradients.count, 1))
    unsafe views = UnsafeMutablePointer.allocate(capacity: max(gradients.count, 1))
    do {
      for (index, tensor) in tensors.enumerated() {
        unsafe pointers[index] = nil
        guard let tensor else { continue }
        unsafe views[index] = unsafe try tensor.borrowedView()
        unsafe views[index].flags = UInt64(XYLEM_TENSOR_READ_ONLY)
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

  func tensor(lentAs pointer: UnsafePointer<DLManagedTensorVersioned>) -> Tensor? {
    for (index, tensor) in tensors.enumerated() where unsafe UnsafePointer(views + index) == pointer { return tensor }
    return nil
  }

  func overlaps(_ range: Range<UInt>) -> Bool { tensors.contains { $0?.addressRange?.overlaps(range) == true } }
}

extension Value {
  /// How many tensors are in the value.
  fileprivate var tensorCount: Int {
    switch self {
    case .tensor: 1
    case .list(let elements): elements.reduce(0) { $0 + $1.tensorCount }
    default: 0
    }
  }
}
