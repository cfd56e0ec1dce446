package import XylemErrors
internal import XylemGraph
package import XylemTensor

/// The difference between two values.
package enum ValueDifference: Hashable {
  /// Equal bit for bit, where NaN equals NaN.
  case none
  /// The largest absolute difference between two elements. Infinite if one of them is not finite.
  case elements(Double)
  /// Different structures, shapes or types.
  case structure

  /// The larger of two differences.
  package func merged(with other: ValueDifference) -> ValueDifference {
    switch (self, other) {
    case (.structure, _), (_, .structure): .structure
    case (.elements(let a), .elements(let b)): .elements(max(a, b))
    case (.none, let found), (let found, .none): found
    }
  }

  /// Compares two values with all their parts. Values that can't be inspected, such as modules, count as equal.
  ///
  /// - Throws: the errors of operators, for tensors that can't be compared, such as those without data.
  package init(_ a: Value, _ b: Value) throws(XylemError) {
    switch (try a.unpacked(), try b.unpacked()) {
    case (.tensor(let a), .tensor(let b)): self = try Self.compare(a, b)
    case (.list(let a), .list(let b)): self = try Self.compare(a, b)
    case (.tuple(let a, let names), .tuple(let b, let others)):
      self = names == others ? try Self.compare(a, b) : .structure
    case (.dictionary(let a), .dictionary(let b)):
      self = try Self.compare(a.flatMap { [$0.key, $0.value] }, b.flatMap { [$0.key, $0.value] })
    case (.literal(let a), .literal(let b)): self = Self.compare(a, b)
    case (.object, .object): self = .none
    default: self = .structure
    }
  }

  private static func compare(_ a: Literal, _ b: Literal) -> ValueDifference {
    switch (a, b) {
    case (.int(let a), .int(let b)): a == b ? .none : .elements((Double(a) - Double(b)).magnitude)
    case (.float(let a), .float(let b)): compare(a, b)
    case (.complex(let a, let c), .complex(let b, let d)): compare(a, b).merged(with: compare(c, d))
    case (.bool(let a), .bool(let b)): a == b ? .none : .elements(1)
    default: a == b ? .none : .structure
    }
  }

  /// Whether it is at most 1e-5 times the largest finite magnitude in `value`.
  ///
  /// - Throws: the errors of operators.
  package func isRounding(of value: Value) throws(XylemError) -> Bool {
    guard case .elements(let difference) = self, difference.isFinite else { return false }
    return difference <= 1e-5 * (try Self.largest(value))
  }

  /// The largest finite magnitude in tensors. 0 if there is none.
  private static func largest(_ value: Value) throws(XylemError) -> Double {
    var values: [Value] = []
    switch try value.unpacked() {
    case .tensor(let tensor):
      if try tensor.count == 0 { return 0 }
      let finite = try TensorOperator.call(
        "aten::nan_to_num", [.tensor(try numbers(tensor)), .float(0), .float(0), .float(0)])
      let most = try TensorOperator.call(
        "aten::max", [.tensor(try TensorOperator.call("aten::abs", [.tensor(finite)]))])
      guard
        case .literal(.float(let number))? = try TensorOperator("aten::Float", overload: "Tensor")([.tensor(most)])
          .first
      else { return 0 }
      return number
    case .list(let elements): values = elements
    case .tuple(let elements, _): values = elements
    case .dictionary(let entries): values = entries.map(\.value)
    default: break
    }
    var most = 0.0
    for element in values { most = max(most, try largest(element)) }
    return most
  }

  private static func compare(_ a: [Value], _ b: [Value]) throws(XylemError) -> ValueDifference {
    guard a.count == b.count else { return .structure }
    var found = ValueDifference.none
    for (index, value) in a.enumerated() { found = found.merged(with: try ValueDifference(value, b[index])) }
    return found
  }

  private static func compare(_ a: Double, _ b: Double) -> ValueDifference {
    if a == b || a.isNaN && b.isNaN { return .none }
    let difference = (a - b).magnitude
    return .elements(difference.isNaN ? .infinity : difference)
  }

  private static func compare(_ a: Tensor, _ b: Tensor) throws(XylemError) -> ValueDifference {
    if a.identity == b.identity { return .none }
    guard try a.sizes == b.sizes, a.dtype == b.dtype else { return .structure }
    if try a.count == 0 { return .none }
    if a.dataAddress != nil, try Self.flag("aten::equal", [.tensor(a), .tensor(b)]) { return .none }
    let (x, y) = (try numbers(a), try numbers(b))
    let isSame = try TensorOperator.call("aten::eq", overload: "Tensor", [.tensor(x), .tensor(y)])
    let areNaN = try TensorOperator.call(
      "aten::logical_and",
      [
        .tensor(try TensorOperator.call("aten::isnan", [.tensor(x)])),
        .tensor(try TensorOperator.call("aten::isnan", [.tensor(y)])),
      ])
    let agrees = try TensorOperator.call("aten::logical_or", [.tensor(isSame), .tensor(areNaN)])
    if try flag("aten::Bool", overload: "Tensor", [.tensor(try TensorOperator.call("aten::all", [.tensor(agrees)]))]) {
      return .none
    }
    let distance = try TensorOperator.call(
      "aten::abs", [.tensor(try TensorOperator.call("aten::sub", overload: "Tensor", [.tensor(x), .tensor(y)]))])
    // Equal infinities have no distance, and neither have two NaN values.
    let kept = try TensorOperator.call(
      "aten::masked_fill", overload: "Scalar", [.tensor(distance), .tensor(agrees), .float(0)])
    let whole = try TensorOperator.call(
      "aten::nan_to_num", [.tensor(kept), .float(.infinity), .float(.infinity), .none])
    let most = try TensorOperator.call("aten::max", [.tensor(whole)])
    guard
      case .literal(.float(let number))? = try TensorOperator("aten::Float", overload: "Tensor")([.tensor(most)]).first
    else {
      return .elements(.infinity)
    }
    return .elements(number)
  }

  /// A dense tensor of double precision, with the parts of complex numbers side by side.
  private static func numbers(_ tensor: Tensor) throws(XylemError) -> Tensor {
    var tensor = tensor
    if try TensorOperator("aten::is_complex")([.tensor(tensor)]).first?.literal == .bool(true) {
      tensor = try TensorOperator.call("aten::view_as_real", [.tensor(tensor)])
    }
    if tensor.dataAddress == nil {
      tensor = try TensorOperator.call("aten::to_dense", [.tensor(tensor), .none, .none])
    }
    return try TensorOperator.call(
      "aten::to", overload: "dtype", [.tensor(tensor), .int(7), .bool(false), .bool(false), .none])
  }

  private static func flag(
    _ name: String, overload: String = "", _ arguments: [Value]
  ) throws(XylemError) -> Bool {
    guard case .literal(.bool(let flag))? = try TensorOperator(name, overload: overload)(arguments).first else {
      return false
    }
    return flag
  }
}
