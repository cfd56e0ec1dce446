package import XylemErrors
public import XylemFiles

/// An argument of an operator: a tensor, a number, a text, an element type, a size or shape, or an array of those.
public protocol OperatorValue {
  /// The value as an operator's argument.
  var operatorValue: Value { get }
}

extension Value: OperatorValue {
  /// The value itself.
  public var operatorValue: Value { self }

  /// A device by name, or none.
  package init(device: String?) { self = device.map { .device($0) } ?? .none }
}

extension Tensor: OperatorValue {
  /// The tensor.
  public var operatorValue: Value { .tensor(self) }
}

extension Int: OperatorValue {
  /// The integer.
  public var operatorValue: Value { .int(self) }
}

extension Double: OperatorValue {
  /// The number.
  public var operatorValue: Value { .float(self) }
}

extension Float: OperatorValue {
  /// The number.
  public var operatorValue: Value { .float(Double(self)) }
}

extension Bool: OperatorValue {
  /// The Boolean.
  public var operatorValue: Value { .bool(self) }
}

extension String: OperatorValue {
  /// The string.
  public var operatorValue: Value { .string(self) }
}

extension DType: OperatorValue {
  /// The runtime's number for the type.
  public var operatorValue: Value { .int(Int(runtimeCode)) }
}

extension Size: OperatorValue {
  /// The size.
  public var operatorValue: Value { value }
}

extension Shape: OperatorValue {
  /// The list of sizes.
  public var operatorValue: Value { value }
}

extension Dims: OperatorValue {
  /// The list of dimensions.
  public var operatorValue: Value { .list(values.map { .int($0) }) }
}

extension Array: OperatorValue where Element: OperatorValue {
  /// The list.
  public var operatorValue: Value { .list(map(\.operatorValue)) }
}

extension Optional: OperatorValue where Wrapped: OperatorValue {
  /// The value, or Python's `None`.
  public var operatorValue: Value { self?.operatorValue ?? .none }
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
