internal import CXylem

/// A leaf module behind the host's opaque pointer, which holds the only strong reference from `create` to `destroy`.
@safe final class Instance: @unchecked Sendable {
  // Unchecked: the memory of the names is written before the instance is shared.
  let module: any LeafModule
  let writes: UInt64
  let parameters: [String]
  let parameterNames: [UnsafeMutablePointer<CChar>]
  private let lease: Lease

  init(_ module: any LeafModule, writes: UInt64, lease: Lease) throws(LeafError) {
    self.module = module
    self.writes = writes
    self.lease = lease
    parameters = (module as? any DifferentiableLeafModule)?.parameters ?? []
    var names: [UnsafeMutablePointer<CChar>] = unsafe []
    for parameter in parameters {
      guard let name = unsafe Memory.text(parameter) else {
        for i in unsafe names.indices { unsafe Memory.releaseText(names[i]) }
        throw LeafError("there is no memory for the parameters' names")
      }
      unsafe names.append(name)
    }
    unsafe parameterNames = unsafe names
  }

  deinit {
    lease.end()
    for i in unsafe parameterNames.indices { unsafe Memory.releaseText(parameterNames[i]) }
  }

  static func of(_ pointer: UnsafeRawPointer?) throws(LeafError) -> Instance {
    guard let pointer = unsafe pointer else { throw LeafError("the instance is null") }
    return unsafe Unmanaged<Instance>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// The arguments of a call. Arguments that the leaf writes are listed twice: for reading and for writing.
  func inputs(
    _ arguments: UnsafePointer<xylem_argument>?, _ count: Int, for lease: Lease, isBackward: Bool = false
  ) throws(LeafError) -> LeafValues {
    let values = unsafe try LeafValue.list(arguments, count, for: lease)
    var writable: [Int: WritableLeafTensor] = [:]
    for i in 0..<min(count, 64) where !isBackward && writes & (1 << UInt64(i)) != 0 {
      if case .tensor = values[i], let tensor = unsafe arguments?[i].as.tensor {
        writable[i] = unsafe try WritableLeafTensor(tensor, for: lease)
      }
    }
    return LeafValues(values, writable: writable)
  }
}
