internal import CXylem

/// `xylem_leaf_module_type.create` of every Swift module.
@c(xylem_swift_create)
public func createModule(
  _ leaf: UnsafeRawPointer?, _ attributes: UnsafePointer<CChar>?, _ names: UnsafeRawPointer?,
  _ tensors: UnsafeRawPointer?, _ count: Int, _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ error: UnsafeMutableRawPointer?
) -> Int32 {
  let outcome = unsafe status(error?.assumingMemoryBound(to: xylem_error.self)) {
    guard let leaf = unsafe leaf?.assumingMemoryBound(to: xylem_swift_leaf.self),
      let pointer = unsafe leaf.pointee.implementation, let out = unsafe out
    else { throw LeafError("the plugin has not been opened") }
    let implementation = unsafe Unmanaged<ModuleImplementation>.fromOpaque(pointer).takeUnretainedValue()
    let lease = Lease()
    do {
      let module = try implementation.make(
        LeafAttributes(json: unsafe attributes.map { unsafe String(cString: $0) } ?? "{}"),
        unsafe lent(
          names?.assumingMemoryBound(to: UnsafePointer<CChar>?.self),
          tensors?.assumingMemoryBound(to: UnsafePointer<DLManagedTensorVersioned>?.self), count, for: lease))
      let instance = unsafe try Instance(module, writes: leaf.pointee.module?.pointee.writes ?? 0, lease: lease)
      unsafe out.pointee = Unmanaged.passRetained(instance).toOpaque()
    } catch {
      lease.end()
      throw error
    }
  }
  return Int32(bitPattern: outcome.rawValue)
}

private func lent(
  _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ tensors: UnsafePointer<UnsafePointer<DLManagedTensorVersioned>?>?,
  _ count: Int, for lease: Lease
) throws(LeafError) -> LeafTensors {
  var byName: [String: LeafTensor] = [:]
  for i in 0..<count {
    guard let name = unsafe names?[i], let tensor = unsafe tensors?[i] else { continue }
    byName[unsafe String(cString: name)] = unsafe try LeafTensor(tensor, for: lease, ofModule: true)
  }
  return LeafTensors(tensors: byName)
}

/// `xylem_leaf_module_type.call` of every Swift module.
@c(xylem_swift_call)
public func callModule(
  _ instance: UnsafeRawPointer?, _ call: UnsafeMutableRawPointer?, _ error: UnsafeMutableRawPointer?
) -> Int32 {
  let lease = Lease()
  defer { lease.end() }
  let outcome = unsafe status(error?.assumingMemoryBound(to: xylem_error.self)) {
    guard let call = unsafe call?.assumingMemoryBound(to: xylem_leaf_call.self) else {
      throw LeafError("the call is null")
    }
    let instance = unsafe try Instance.of(instance)
    let inputs = unsafe try instance.inputs(call.pointee.arguments, Int(call.pointee.argument_count), for: lease)
    let context = unsafe LeafContext(isTraining: call.pointee.is_training != 0, seed: call.pointee.seed)
    let results = try instance.module.call(inputs, context)
    guard unsafe results.count <= Int(call.pointee.result_capacity) else {
      throw unsafe LeafError("there are \(results.count) results; the host takes \(call.pointee.result_capacity)")
    }
    unsafe try give(results, to: call)
  }
  return Int32(bitPattern: outcome.rawValue)
}

/// Writes all of them, or none.
private func give(_ results: [LeafValue], to call: UnsafeMutablePointer<xylem_leaf_call>) throws(LeafError) {
  var given: [xylem_argument] = unsafe []
  do {
    for result in results { unsafe given.append(try result.given()) }
  } catch {
    for i in unsafe given.indices where unsafe given[i].kind == XYLEM_ARGUMENT_TENSOR.rawValue {
      unsafe LeafTensor.drop(given[i].as.tensor)
    }
    throw error
  }
  for i in unsafe given.indices { unsafe call.pointee.results[i] = unsafe given[i] }
  unsafe call.pointee.result_count = given.count
}

/// `xylem_leaf_module_type.parameters` of every Swift module with gradients.
@c(xylem_swift_parameters)
public func moduleParameters(
  _ instance: UnsafeRawPointer?, _ names: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ capacity: Int
) -> Int {
  guard let pointer = unsafe instance else { return 0 }
  let instance = unsafe Unmanaged<Instance>.fromOpaque(pointer).takeUnretainedValue()
  if let names = unsafe names {
    for i in unsafe instance.parameterNames.indices.prefix(capacity) {
      unsafe names[i] = unsafe UnsafePointer(instance.parameterNames[i])
    }
  }
  return instance.parameters.count
}

/// `xylem_leaf_module_type.backward` of every Swift module with gradients.
@c(xylem_swift_backward)
public func moduleBackward(
  _ instance: UnsafeRawPointer?, _ backward: UnsafeMutableRawPointer?, _ error: UnsafeMutableRawPointer?
) -> Int32 {
  let lease = Lease()
  defer { lease.end() }
  let outcome = unsafe status(error?.assumingMemoryBound(to: xylem_error.self)) {
    guard let backward = unsafe backward?.assumingMemoryBound(to: xylem_leaf_backward.self) else {
      throw LeafError("the call is null")
    }
    let instance = unsafe try Instance.of(instance)
    guard let module = instance.module as? any DifferentiableLeafModule else {
      throw LeafError("the module has no gradients")
    }
    let call = unsafe try LeafBackward(backward, of: instance, for: lease)
    unsafe try give(module.backward(call), for: call, of: instance, to: backward)
  }
  return Int32(bitPattern: outcome.rawValue)
}

extension LeafBackward {
  fileprivate init(
    _ call: UnsafePointer<xylem_leaf_backward>, of instance: Instance, for lease: Lease
  ) throws(LeafError) {
    let call = unsafe call.pointee
    inputs = unsafe try instance.inputs(call.arguments, Int(call.argument_count), for: lease, isBackward: true)
    results = unsafe LeafValues(try LeafValue.list(call.results, Int(call.result_count), for: lease))
    var gradients: [LeafTensor?] = []
    let count = unsafe Int(call.result_count)
    for i in 0..<count {
      let gradient = unsafe call.result_gradients?[i]
      unsafe gradients.append(try gradient.map { lent throws(LeafError) in unsafe try LeafTensor(lent, for: lease) })
    }
    self.gradients = gradients
    context = unsafe LeafContext(isTraining: call.is_training != 0, seed: call.seed)
    neededInputs = unsafe Set((0..<Int(call.argument_count)).filter { unsafe call.needs_argument_gradient?[$0] == 1 })
    neededParameters = unsafe Set(
      instance.parameters.prefix(Int(call.parameter_count)).enumerated()
        .filter { unsafe call.needs_parameter_gradient?[$0.offset] == 1 }.map(\.element))
  }
}

/// Writes all needed gradients, or none.
private func give(
  _ gradients: LeafGradients, for call: LeafBackward, of instance: Instance,
  to backward: UnsafeMutablePointer<xylem_leaf_backward>
) throws(LeafError) {
  if let unknown = gradients.parameters.keys.sorted().first(where: { !instance.parameters.contains($0) }) {
    throw LeafError.missing("parameter with gradients", unknown, among: instance.parameters)
  }
  if let unknown = gradients.inputs.keys.sorted().first(where: { !(0..<call.inputs.count).contains($0) }) {
    throw LeafError("a gradient is for argument \(unknown); there are \(call.inputs.count)")
  }
  var given: [UnsafeMutablePointer<DLManagedTensorVersioned>?] = unsafe []
  let inputs = (0..<call.inputs.count).map { call.needsGradient(ofInput: $0) ? gradients.inputs[$0] : nil }
  let parameters = instance.parameters.map {
    call.needsGradient(ofParameter: $0) ? gradients.parameters[$0] : nil
  }
  do {
    for gradient in inputs + parameters {
      unsafe given.append(try gradient.map { tensor throws(LeafError) in unsafe try tensor.given() })
    }
  } catch {
    for i in unsafe given.indices { unsafe LeafTensor.drop(given[i]) }
    throw error
  }
  for i in unsafe given.indices {
    guard let gradient = unsafe given[i] else { continue }
    if i < inputs.count {
      unsafe backward.pointee.argument_gradients[i] = unsafe gradient
    } else {
      unsafe backward.pointee.parameter_gradients[i - inputs.count] = unsafe gradient
    }
  }
}

/// `xylem_leaf_module_type.destroy` of every Swift module.
@c(xylem_swift_destroy)
public func destroyModule(_ instance: UnsafeRawPointer?) {
  if let instance = unsafe instance { unsafe Unmanaged<Instance>.fromOpaque(instance).release() }
}
