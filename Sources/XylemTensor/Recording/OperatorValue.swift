package import XylemErrors
internal import XylemFiles

/// An argument that the tensor functions pass to operators. It converts itself to an operator's argument.
package protocol OperatorValue {
  /// The value as an operator's argument.
  var operatorValue: Value { get }
}

extension Value: OperatorValue {
  /// The value itself.
  package var operatorValue: Value { self }

  /// A device by name, or none.
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
  /// The Boolean.
  package var operatorValue: Value { .bool(self) }
}

extension String: OperatorValue {
  /// The string.
  package var operatorValue: Value { .string(self) }
}

extension DType: OperatorValue {
  /// The runtime's number for the type.
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
  /// Runs or records the operator and returns its single result, a tensor. A nil argument is Python's `None`.
  package func callAsFunction(
    _ arguments: (any OperatorValue)?..., at site: CallSite?
  ) throws(XylemError) -> Tensor {
    try tensor(arguments.map { $0?.operatorValue ?? .none }, at: site)
  }

  /// Runs or records the operator and returns its single result, of any type.
  package func value(_ arguments: (any OperatorValue)?..., at site: CallSite?) throws(XylemError) -> Value? {
    try results(arguments.map { $0?.operatorValue ?? .none }, at: site).first
  }

  /// Runs or records the operator and returns several tensors: as many as declared.
  package func several(
    _ arguments: (any OperatorValue)?..., at site: CallSite?
  ) throws(XylemError) -> [Tensor] {
    try declared(arguments, at: site)
  }

  /// Runs or records an operator that finds elements, and returns them with their positions.
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
        .runtimeOperator, "\(fullName) returned \(found.count) tensors",
        reason: "\(resultTypes.count) were expected")
    }
    return found
  }
}
