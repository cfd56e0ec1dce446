public import XylemErrors

private enum ArithmeticOperators {
  static let add = OperatorReference("aten::add", "Tensor")
  static let addScalar = OperatorReference("aten::add", "Scalar")
  static let sub = OperatorReference("aten::sub", "Tensor")
  static let subScalar = OperatorReference("aten::sub", "Scalar")
  static let rsubScalar = OperatorReference("aten::rsub", "Scalar")
  static let mul = OperatorReference("aten::mul", "Tensor")
  static let mulScalar = OperatorReference("aten::mul", "Scalar")
  static let div = OperatorReference("aten::div", "Tensor", torchvisionName: "truediv")
  static let divScalar = OperatorReference("aten::div", "Scalar", torchvisionName: "truediv")
  static let reciprocal = OperatorReference("aten::reciprocal")
  static let neg = OperatorReference("aten::neg")
  static let addInPlace = OperatorReference("aten::add_", "Tensor", torchvisionName: "add")
  static let subInPlace = OperatorReference("aten::sub_", "Tensor", torchvisionName: "sub")
  static let mulInPlace = OperatorReference("aten::mul_", "Tensor", torchvisionName: "mul")
  static let divInPlace = OperatorReference("aten::div_", "Tensor", torchvisionName: "truediv")
  static let addScalarInPlace = OperatorReference("aten::add_", "Scalar", torchvisionName: "add")
  static let subScalarInPlace = OperatorReference("aten::sub_", "Scalar", torchvisionName: "sub")
  static let mulScalarInPlace = OperatorReference("aten::mul_", "Scalar", torchvisionName: "mul")
  static let divScalarInPlace = OperatorReference("aten::div_", "Scalar", torchvisionName: "truediv")
}

/// A number that tensors are computed with: a literal, an `Int`, a `Double`, a ``Size``, a Boolean.
public struct Scalar: Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral {
  package let value: Value

  /// An integer.
  public init(integerLiteral value: Int) { self.value = .int(value) }
  /// A number.
  public init(floatLiteral value: Double) { self.value = .float(value) }
  /// A Boolean.
  public init(booleanLiteral value: Bool) { self.value = .bool(value) }
  /// An integer.
  public init(_ value: Int) { self.value = .int(value) }
  /// A number.
  public init(_ value: Double) { self.value = .float(value) }
  /// A number.
  public init(_ value: Float) { self.value = .float(Double(value)) }
  /// A size, which may be symbolic.
  public init(_ value: Size) { self.value = value.value }
}

extension Tensor {
  /// The elementwise sum; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func + (a: Tensor, b: Tensor) throws(XylemError) -> Tensor {
    try ArithmeticOperators.add.tensor([.tensor(a), .tensor(b)])
  }

  /// The tensor with a number added.
  public static func + (a: Tensor, b: Scalar) throws(XylemError) -> Tensor {
    try ArithmeticOperators.addScalar.tensor([.tensor(a), b.value])
  }

  /// The tensor with a number added.
  public static func + (a: Scalar, b: Tensor) throws(XylemError) -> Tensor { try b + a }

  /// The elementwise difference; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func - (a: Tensor, b: Tensor) throws(XylemError) -> Tensor {
    try ArithmeticOperators.sub.tensor([.tensor(a), .tensor(b)])
  }

  /// The tensor with a number subtracted.
  public static func - (a: Tensor, b: Scalar) throws(XylemError) -> Tensor {
    try ArithmeticOperators.subScalar.tensor([.tensor(a), b.value])
  }

  /// A number minus the tensor.
  public static func - (a: Scalar, b: Tensor) throws(XylemError) -> Tensor {
    try ArithmeticOperators.rsubScalar.tensor([.tensor(b), a.value])
  }

  /// The elementwise product; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func * (a: Tensor, b: Tensor) throws(XylemError) -> Tensor {
    try ArithmeticOperators.mul.tensor([.tensor(a), .tensor(b)])
  }

  /// The tensor times a number.
  public static func * (a: Tensor, b: Scalar) throws(XylemError) -> Tensor {
    try ArithmeticOperators.mulScalar.tensor([.tensor(a), b.value])
  }

  /// The tensor times a number.
  public static func * (a: Scalar, b: Tensor) throws(XylemError) -> Tensor { try b * a }

  /// The elementwise quotient; shapes are broadcast, and integers give floating-point numbers.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func / (a: Tensor, b: Tensor) throws(XylemError) -> Tensor {
    try ArithmeticOperators.div.tensor([.tensor(a), .tensor(b)])
  }

  /// The tensor divided by a number.
  public static func / (a: Tensor, b: Scalar) throws(XylemError) -> Tensor {
    try ArithmeticOperators.divScalar.tensor([.tensor(a), b.value])
  }

  /// A number divided by the tensor.
  public static func / (a: Scalar, b: Tensor) throws(XylemError) -> Tensor {
    try ArithmeticOperators.mulScalar.tensor([.tensor(ArithmeticOperators.reciprocal.tensor([.tensor(b)])), a.value])
  }

  /// The negated tensor.
  public static prefix func - (a: Tensor) throws(XylemError) -> Tensor {
    try ArithmeticOperators.neg.tensor([.tensor(a)])
  }

  /// Adds to the tensor's own storage, which other tensors may share, as PyTorch's `+=` does.
  public static func += (a: inout Tensor, b: Tensor) throws(XylemError) {
    a = try ArithmeticOperators.addInPlace.tensor([.tensor(a), .tensor(b)])
  }

  /// Adds a number to the tensor's own storage.
  public static func += (a: inout Tensor, b: Scalar) throws(XylemError) {
    a = try ArithmeticOperators.addScalarInPlace.tensor([.tensor(a), b.value])
  }

  /// Subtracts from the tensor's own storage.
  public static func -= (a: inout Tensor, b: Tensor) throws(XylemError) {
    a = try ArithmeticOperators.subInPlace.tensor([.tensor(a), .tensor(b)])
  }

  /// Subtracts a number from the tensor's own storage.
  public static func -= (a: inout Tensor, b: Scalar) throws(XylemError) {
    a = try ArithmeticOperators.subScalarInPlace.tensor([.tensor(a), b.value])
  }

  /// Multiplies the tensor's own storage.
  public static func *= (a: inout Tensor, b: Tensor) throws(XylemError) {
    a = try ArithmeticOperators.mulInPlace.tensor([.tensor(a), .tensor(b)])
  }

  /// Multiplies the tensor's own storage by a number.
  public static func *= (a: inout Tensor, b: Scalar) throws(XylemError) {
    a = try ArithmeticOperators.mulScalarInPlace.tensor([.tensor(a), b.value])
  }

  /// Divides the tensor's own storage.
  public static func /= (a: inout Tensor, b: Tensor) throws(XylemError) {
    a = try ArithmeticOperators.divInPlace.tensor([.tensor(a), .tensor(b)])
  }

  /// Divides the tensor's own storage by a number.
  public static func /= (a: inout Tensor, b: Scalar) throws(XylemError) {
    a = try ArithmeticOperators.divScalarInPlace.tensor([.tensor(a), b.value])
  }
}
