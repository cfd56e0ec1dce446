internal import CXylem
internal import XylemErrors

extension LiveInstance {
  /// The maximum number of results of a call.
  private static var resultCapacity: Int { 16 }

  /// Runs the plugin's code instead of forward, and takes ownership of its results.
  ///
  /// - Throws: `plugin.call-failed` with the plugin's own message, `plugin.result`.
  func call(_ lent: ModuleArguments<Value>, isTraining: Bool, seed: UInt64) throws(XylemError) -> [Value] {
    guard let run = unsafe type.raw.pointee.call else {
      throw LeafErrors.incomplete("'\(type.name)'", "no call", type.plugin)
    }
    return try unsafe withUnsafeTemporaryAllocation(of: xylem_argument.self, capacity: Self.resultCapacity) {
      (results) throws(XylemError) -> [Value] in
      unsafe results.initialize(repeating: xylem_argument())
      var call = unsafe xylem_leaf_call()
      unsafe call.struct_size = UInt32(MemoryLayout<xylem_leaf_call>.size)
      unsafe call.is_training = isTraining ? 1 : 0
      unsafe call.seed = seed
      unsafe call.arguments = unsafe UnsafePointer(lent.raw)
      unsafe call.argument_count = lent.count
      unsafe call.results = results.baseAddress
      unsafe call.result_capacity = Self.resultCapacity
      var fault: XylemError?
      do throws(XylemError) {
        try locked { () throws(XylemError) in
          try unsafe type.check("when called") { unsafe run(handle, &call, $0) }
        }
      } catch { fault = error }
      // Whatever else failed, report which tensors may have been written.
      do throws(XylemError) { try lent.tensors.recordWrites() } catch { fault = fault ?? error }
      let count = unsafe call.result_count
      if fault == nil, count > Self.resultCapacity {
        fault = LeafErrors.resultCount(count, type.name, capacity: Self.resultCapacity, type.plugin)
      }
      if let fault {
        unsafe takeable(lent).giveBack(results.map { unsafe $0.givenTensor })
        throw fault
      }
      return try unsafe take(UnsafeMutableBufferPointer(rebasing: results[..<count]), lent)
    }
  }

  /// What a call may return unchanged, and what it may not.
  private func takeable(_ lent: ModuleArguments<Value>) -> LentTensors<Value.Tensor> {
    var tensors = lent.tensors
    tensors.add(own)
    return tensors
  }

  private func take(
    _ results: UnsafeMutableBufferPointer<xylem_argument>, _ lent: ModuleArguments<Value>
  ) throws(XylemError) -> [Value] {
    let lenders = takeable(lent)
    var values: [Value] = []
    var positions: [Int] = []
    for position in results.indices {
      let result = unsafe results[position]
      switch unsafe result.kind {
      case XYLEM_ARGUMENT_NONE.rawValue: values.append(.none)
      case XYLEM_ARGUMENT_BOOL.rawValue: values.append(unsafe .bool(result.as.integer != 0))
      case XYLEM_ARGUMENT_INT.rawValue: values.append(unsafe .int(Int(result.as.integer)))
      case XYLEM_ARGUMENT_FLOAT.rawValue: values.append(unsafe .float(result.as.number))
      case XYLEM_ARGUMENT_TENSOR.rawValue:
        positions.append(position)
        values.append(.none)  // until all of them are taken
      case let kind:
        unsafe lenders.giveBack(results.map { unsafe $0.givenTensor })
        throw LeafErrors.result(
          position, type.name, type.plugin, "it has the kind \(kind), which is not valid for results")
      }
    }
    do throws(LentTensors<Value.Tensor>.Fault) {
      let taken = try unsafe lenders.take(positions.map { unsafe results[$0].as.tensor })
      for (position, tensor) in zip(positions, taken) { values[position] = tensor.map(Value.tensor) ?? .none }
      return values
    } catch {
      throw LeafErrors.result(positions[error.position], type.name, type.plugin, error.reason, cause: error.cause)
    }
  }
}

extension xylem_argument {
  /// The tensor of a result, if it is one.
  fileprivate var givenTensor: UnsafeMutablePointer<DLManagedTensorVersioned>? {
    unsafe kind == XYLEM_ARGUMENT_TENSOR.rawValue ? self.as.tensor : nil
  }
}
