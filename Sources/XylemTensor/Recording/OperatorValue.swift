package import XylemErrors
internal import XylemFiles

/// What the tensor functions pass to operators: each turns itself into the value that an operator takes.
package protocol OperatorValue {
  /// The value as operators take it.
  var operatorValue: Value { get }
}

extension Value: OperatorValue {
  /// The value itself.
  package var operatorValue: Value { self }

  /// A device by name; none where none is named.
  package init(device: String?) { self = device.map { .device($0) } ?? .none }
}

extension Tensor: OperatorValue {
  /// The tensor.
  package var operatorValue: Value { .tensor(self) }
}

extension Int: OperatorValue {
  /// The integer.
  package var operatorValue: Value { .int(self) }
}

extension Double: OperatorValue {
  /// The number.
  package var operatorValue: Value { .float(self) }
}

extension Bool: OperatorValue {
  /// The truth value.
  package var operatorValue: Value { .bool(self) }
}

extension String: OperatorValue {
  /// The text.
  package var operatorValue: Value { .string(self) }
}

extension DType: OperatorValue {
  /// The number that the runtime knows the type by.
  package var operatorValue: Value { .int(Int(runtimeCode)) }
}

extension Size: OperatorValue {
  /// The size.
  package var operatorValue: Value { value }
}

extension Shape: OperatorValue {
  /// The list of sizes.
  package var operatorValue: Value { value }
}

extension Dims: OperatorValue {
  /// The list of dimensions.
  package var operatorValue: Value { .list(values.map { .int($0) }) }
}

extension Array: OperatorValue where Element: OperatorValue {
  /// The list.
  package var operatorValue: Value { .list(map(\.operatorValue)) }
}

extension OperatorReference {
  /// Runs the operator, or writes it down, for its one result, a tensor; an argument of nil is Python's `None`.
  package func callAsFunction(
    _ arguments: (any OperatorValue)?..., at site: CallSite?
  ) throws(XylemError) -> Tensor {
    try tensor(arguments.map { $0?.operatorValue ?? .none }, at: site)
  }

  /// Runs the operator, or writes it down, for its one result, whatever that is.
  package func value(_ arguments: (any OperatorValue)?..., at site: CallSite?) throws(XylemError) -> Value? {
    try results(arguments.map { $0?.operatorValue ?? .none }, at: site).first
  }

  /// Runs the operator, or writes it down, for several tensors: as many as were declared.
  package func several(
    _ arguments: (any OperatorValue)?..., at site: CallSite?
  ) throws(XylemError) -> [Tensor] {
    try declared(arguments, at: site)
  }

  /// Runs an operator that finds elements, for them and their positions.
  package func pair(
    _ arguments: (any OperatorValue)?..., at site: CallSite?
  ) throws(XylemError) -> (values: Tensor, indices: Tensor) {
    let found = try declared(arguments, at: site)
    return (found[0], found[1])
  }

  private func declared(_ arguments: [(any OperatorValue)?], at site: CallSite?) throws(XylemError) -> [Tensor] {
    let found = try tensors(arguments.map { $0?.operatorValue ?? .none }, at: site)
    guard found.count == resultTypes.count else {
      throw RuntimeErrors.failed(
        .runtimeOperator, "\(fullName) gave \(found.count) tensors",
        reason: "\(resultTypes.count) were expected")
    }
    return found
  }
}
