public import XylemErrors
internal import XylemGraph

infix operator .= : AssignmentPrecedence
infix operator .+= : AssignmentPrecedence
infix operator .-= : AssignmentPrecedence
infix operator .*= : AssignmentPrecedence
infix operator ./= : AssignmentPrecedence

/// A part of a tensor that is written to: `x[…]` on the left of `.=`, `.+=`, `.-=`, `.*=` or `./=`.
///
///     try x[mask] .= 0
///     try x[x < 0.05] .= -1
///     try x[.all, 1..<3] .+= y
///
/// The tensor's own storage is written, which other tensors may share; the value is broadcast and converted to the
/// tensor's type. Writes are functions that throw, and not assignments, because a Swift subscript can't throw when it is
/// assigned to.
public struct TensorPart: Sendable {
  let tensor: Tensor
  let indices: [TensorIndex]

  /// Writes a tensor.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func .= (part: TensorPart, value: Tensor) throws(XylemError) {
    try part.tensor.write(value, at: part.indices)
  }

  /// Writes a number.
  ///
  /// - Throws: `runtime.operator`.
  public static func .= (part: TensorPart, value: Scalar) throws(XylemError) {
    try part.tensor.write(value, at: part.indices)
  }

  /// Writes a number.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func .= (part: TensorPart, value: some ScalarConvertible) throws(XylemError) {
    try part.tensor.write(value.scalar, at: part.indices)
  }

  /// Adds a tensor.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func .+= (part: TensorPart, value: Tensor) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x += value }
  }

  /// Adds a number.
  ///
  /// - Throws: `runtime.operator`.
  public static func .+= (part: TensorPart, value: Scalar) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x += value }
  }

  /// Adds a number.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func .+= (part: TensorPart, value: some ScalarConvertible) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x += value.scalar }
  }

  /// Subtracts a tensor.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func .-= (part: TensorPart, value: Tensor) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x -= value }
  }

  /// Subtracts a number.
  ///
  /// - Throws: `runtime.operator`.
  public static func .-= (part: TensorPart, value: Scalar) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x -= value }
  }

  /// Subtracts a number.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func .-= (part: TensorPart, value: some ScalarConvertible) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x -= value.scalar }
  }

  /// Multiplies by a tensor.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func .*= (part: TensorPart, value: Tensor) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x *= value }
  }

  /// Multiplies by a number.
  ///
  /// - Throws: `runtime.operator`.
  public static func .*= (part: TensorPart, value: Scalar) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x *= value }
  }

  /// Multiplies by a number.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func .*= (part: TensorPart, value: some ScalarConvertible) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x *= value.scalar }
  }

  /// Divides by a tensor.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func ./= (part: TensorPart, value: Tensor) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x /= value }
  }

  /// Divides by a number.
  ///
  /// - Throws: `runtime.operator`.
  public static func ./= (part: TensorPart, value: Scalar) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x /= value }
  }

  /// Divides by a number.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func ./= (part: TensorPart, value: some ScalarConvertible) throws(XylemError) {
    try part.tensor.update(part.indices) { (x: inout Tensor) throws(XylemError) in try x /= value.scalar }
  }
}

private enum WriteOperators {
  static let indexPut = OperatorReference("aten::index_put_", torchvisionName: "index_put")
  static let index = OperatorReference("aten::index", "Tensor")
  static let copy = OperatorReference("aten::copy_", torchvisionName: "copy")
  static let fill = OperatorReference("aten::fill_", "Scalar")
  static let dtype = OperatorReference("prim::dtype", torchvisionName: "getattr", resultType: "int")
  static let device = OperatorReference("prim::device", torchvisionName: "getattr", resultType: "Device")
  static let integer = OperatorReference("aten::tensor", "int")
  static let number = OperatorReference("aten::tensor", "float")
  static let flag = OperatorReference("aten::tensor", "bool")
}

extension Tensor {
  /// The indices of a subscript in order.
  func tensorIndices<each Index: TensorIndexConvertible>(_ indices: repeat each Index) -> [TensorIndex] {
    var all: [TensorIndex] = []
    repeat all.append((each indices).tensorIndex)
    return all
  }

  /// The tensor that a subscript's views lead to, and the index tensors to write at, if there are any.
  private func target(of indices: [TensorIndex]) throws(XylemError) -> (Tensor, index: Value?) {
    let all = try steps(indices)
    guard let last = all.last, last.name == "index" else { return (try view(of: all), nil) }
    return (try view(of: Array(all.dropLast())), last.arguments[0])
  }

  /// Writes a tensor into a part of the storage.
  func write(_ value: Tensor, at indices: [TensorIndex]) throws(XylemError) {
    let (target, index) = try target(of: indices)
    guard let index else {
      _ = try WriteOperators.copy.tensor([.tensor(target), .tensor(value)])
      return
    }
    _ = try WriteOperators.indexPut.tensor([.tensor(target), index, .tensor(value)])
  }

  /// Writes a number into a part of the storage.
  func write(_ value: Scalar, at indices: [TensorIndex]) throws(XylemError) {
    let (target, index) = try target(of: indices)
    guard let index else {
      if Recording.current == nil {
        _ = try WriteOperators.fill.tensor([.tensor(target), value.value])
      } else {
        _ = try WriteOperators.copy.tensor([.tensor(target), .tensor(target.tensor(of: value))])
      }
      return
    }
    _ = try WriteOperators.indexPut.tensor([.tensor(target), index, .tensor(target.tensor(of: value))])
  }

  /// A number as a tensor with the type and device of this one: the operators of a scripted `x[…] = 0`.
  private func tensor(of value: Scalar) throws(XylemError) -> Tensor {
    let dtype = try WriteOperators.dtype.results([.tensor(self)]).first ?? .none
    let device = try WriteOperators.device.results([.tensor(self)]).first ?? .none
    let op: OperatorReference =
      switch value.value.literal {
      case .bool: WriteOperators.flag
      case .float: WriteOperators.number
      default: WriteOperators.integer
      }
    return try op.tensor([value.value, dtype, device, .bool(false)])
  }

  /// Changes a part of the storage in place.
  func update(
    _ indices: [TensorIndex], _ change: (inout Tensor) throws(XylemError) -> Void
  ) throws(XylemError) {
    var (target, index) = try target(of: indices)
    guard let index else { return try change(&target) }
    var changed = try WriteOperators.index.tensor([.tensor(target), index])
    try change(&changed)
    _ = try WriteOperators.indexPut.tensor([.tensor(target), index, .tensor(changed)])
  }
}
