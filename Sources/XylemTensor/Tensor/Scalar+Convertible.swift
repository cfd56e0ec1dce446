extension Scalar {
  /// A Boolean.
  public init(_ value: Bool) { self.init(booleanLiteral: value) }
}

/// A number in operations on tensors.
public protocol ScalarConvertible: Sendable {
  /// The number.
  var scalar: Scalar { get }
}

extension Scalar: ScalarConvertible {
  /// The number itself.
  public var scalar: Scalar { self }
}

extension Int: ScalarConvertible {
  /// The integer.
  public var scalar: Scalar { Scalar(self) }
}

extension Double: ScalarConvertible {
  /// The number.
  public var scalar: Scalar { Scalar(self) }
}

extension Float: ScalarConvertible {
  /// The number.
  public var scalar: Scalar { Scalar(self) }
}

extension Bool: ScalarConvertible {
  /// The Boolean.
  public var scalar: Scalar { Scalar(self) }
}

extension Size: ScalarConvertible {
  /// The size, which may be symbolic.
  public var scalar: Scalar { Scalar(self) }
}

extension Scalar: OperatorValue {
  /// The number as an operator's argument.
  public var operatorValue: Value { value }
}
