public import XylemErrors

private enum Comparisons {
  static let eq = OperatorReference("aten::eq", "int", resultType: "bool")
  static let ne = OperatorReference("aten::ne", "int", resultType: "bool")
  static let lt = OperatorReference("aten::lt", "int", resultType: "bool")
  static let le = OperatorReference("aten::le", "int", resultType: "bool")
  static let gt = OperatorReference("aten::gt", "int", resultType: "bool")
  static let ge = OperatorReference("aten::ge", "int", resultType: "bool")

  static func compare(
    _ op: OperatorReference, _ a: Size, _ b: Size, _ known: (Int, Int) -> Bool
  ) throws(XylemError) -> Condition {
    if let a = a.known, let b = b.known { return Condition(known(a, b)) }
    return try Condition(op.results([a.value, b.value]).first)
  }
}

// As conditions, which are checked or recorded.
extension Size {
  /// Whether a size equals another, as a condition to check or record.
  public static func == (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.eq, a, b, ==)
  }
  /// Whether a size equals a number, as a condition to check or record.
  public static func == (a: Size, b: Int) throws(XylemError) -> Condition { try a == Size(b) }
  /// Whether a number equals a size, as a condition to check or record.
  public static func == (a: Int, b: Size) throws(XylemError) -> Condition { try Size(a) == b }
  /// Whether a size differs from another, as a condition to check or record.
  public static func != (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.ne, a, b, !=)
  }
  /// Whether a size differs from a number, as a condition to check or record.
  public static func != (a: Size, b: Int) throws(XylemError) -> Condition { try a != Size(b) }
  /// Whether a number differs from a size, as a condition to check or record.
  public static func != (a: Int, b: Size) throws(XylemError) -> Condition { try Size(a) != b }
  /// Whether a size is less than another, as a condition to check or record.
  public static func < (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.lt, a, b, <)
  }
  /// Whether a size is less than a number, as a condition to check or record.
  public static func < (a: Size, b: Int) throws(XylemError) -> Condition { try a < Size(b) }
  /// Whether a number is less than a size, as a condition to check or record.
  public static func < (a: Int, b: Size) throws(XylemError) -> Condition { try Size(a) < b }
  /// Whether a size is at most another, as a condition to check or record.
  public static func <= (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.le, a, b, <=)
  }
  /// Whether a size is at most a number, as a condition to check or record.
  public static func <= (a: Size, b: Int) throws(XylemError) -> Condition { try a <= Size(b) }
  /// Whether a number is at most a size, as a condition to check or record.
  public static func <= (a: Int, b: Size) throws(XylemError) -> Condition { try Size(a) <= b }
  /// Whether a size is greater than another, as a condition to check or record.
  public static func > (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.gt, a, b, >)
  }
  /// Whether a size is greater than a number, as a condition to check or record.
  public static func > (a: Size, b: Int) throws(XylemError) -> Condition { try a > Size(b) }
  /// Whether a number is greater than a size, as a condition to check or record.
  public static func > (a: Int, b: Size) throws(XylemError) -> Condition { try Size(a) > b }
  /// Whether a size is at least another, as a condition to check or record.
  public static func >= (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.ge, a, b, >=)
  }
  /// Whether a size is at least a number, as a condition to check or record.
  public static func >= (a: Size, b: Int) throws(XylemError) -> Condition { try a >= Size(b) }
  /// Whether a number is at least a size, as a condition to check or record.
  public static func >= (a: Int, b: Size) throws(XylemError) -> Condition { try Size(a) >= b }
}

// As Booleans to branch on. They throw `trace.control-flow` if they depend on the input of a model that is being traced.
extension Size {
  /// Whether a size equals another, as a `Bool` to branch on.
  ///
  /// - Throws: `trace.control-flow` if that depends on the input of a model that is being traced.
  @_disfavoredOverload
  public static func == (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a == b
    return try condition.decided()
  }
  /// Whether a size equals a number, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func == (a: Size, b: Int) throws(XylemError) -> Bool { try a == Size(b) }
  /// Whether a number equals a size, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func == (a: Int, b: Size) throws(XylemError) -> Bool { try Size(a) == b }
  /// Whether a size differs from another, as a `Bool` to branch on.
  ///
  /// - Throws: `trace.control-flow` if that depends on the input of a model that is being traced.
  @_disfavoredOverload
  public static func != (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a != b
    return try condition.decided()
  }
  /// Whether a size differs from a number, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func != (a: Size, b: Int) throws(XylemError) -> Bool { try a != Size(b) }
  /// Whether a number differs from a size, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func != (a: Int, b: Size) throws(XylemError) -> Bool { try Size(a) != b }
  /// Whether a size is less than another, as a `Bool` to branch on.
  ///
  /// - Throws: `trace.control-flow` if that depends on the input of a model that is being traced.
  @_disfavoredOverload
  public static func < (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a < b
    return try condition.decided()
  }
  /// Whether a size is less than a number, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func < (a: Size, b: Int) throws(XylemError) -> Bool { try a < Size(b) }
  /// Whether a number is less than a size, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func < (a: Int, b: Size) throws(XylemError) -> Bool { try Size(a) < b }
  /// Whether a size is at most another, as a `Bool` to branch on.
  ///
  /// - Throws: `trace.control-flow` if that depends on the input of a model that is being traced.
  @_disfavoredOverload
  public static func <= (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a <= b
    return try condition.decided()
  }
  /// Whether a size is at most a number, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func <= (a: Size, b: Int) throws(XylemError) -> Bool { try a <= Size(b) }
  /// Whether a number is at most a size, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func <= (a: Int, b: Size) throws(XylemError) -> Bool { try Size(a) <= b }
  /// Whether a size is greater than another, as a `Bool` to branch on.
  ///
  /// - Throws: `trace.control-flow` if that depends on the input of a model that is being traced.
  @_disfavoredOverload
  public static func > (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a > b
    return try condition.decided()
  }
  /// Whether a size is greater than a number, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func > (a: Size, b: Int) throws(XylemError) -> Bool { try a > Size(b) }
  /// Whether a number is greater than a size, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func > (a: Int, b: Size) throws(XylemError) -> Bool { try Size(a) > b }
  /// Whether a size is at least another, as a `Bool` to branch on.
  ///
  /// - Throws: `trace.control-flow` if that depends on the input of a model that is being traced.
  @_disfavoredOverload
  public static func >= (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a >= b
    return try condition.decided()
  }
  /// Whether a size is at least a number, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func >= (a: Size, b: Int) throws(XylemError) -> Bool { try a >= Size(b) }
  /// Whether a number is at least a size, as a `Bool` to branch on.
  ///
  /// - Throws: as the comparison of two sizes.
  @_disfavoredOverload
  public static func >= (a: Int, b: Size) throws(XylemError) -> Bool { try Size(a) >= b }
}
