public import XylemErrors

// Arithmetic of sizes with numbers; that of two sizes is beside `Size`.
extension Size {
  /// The sum.
  public static func + (a: Size, b: Int) throws(XylemError) -> Size { try a + Size(b) }
  /// The sum.
  public static func + (a: Int, b: Size) throws(XylemError) -> Size { try Size(a) + b }
  /// The difference.
  public static func - (a: Size, b: Int) throws(XylemError) -> Size { try a - Size(b) }
  /// The difference.
  public static func - (a: Int, b: Size) throws(XylemError) -> Size { try Size(a) - b }
  /// The product.
  public static func * (a: Size, b: Int) throws(XylemError) -> Size { try a * Size(b) }
  /// The product.
  public static func * (a: Int, b: Size) throws(XylemError) -> Size { try Size(a) * b }
  /// The quotient rounded towards minus infinity: Python's `//`.
  public static func / (a: Size, b: Int) throws(XylemError) -> Size { try a / Size(b) }
  /// The quotient rounded towards minus infinity: Python's `//`.
  public static func / (a: Int, b: Size) throws(XylemError) -> Size { try Size(a) / b }
  /// The remainder with the divisor's sign: Python's `%`.
  public static func % (a: Size, b: Int) throws(XylemError) -> Size { try a % Size(b) }
  /// The remainder with the divisor's sign: Python's `%`.
  public static func % (a: Int, b: Size) throws(XylemError) -> Size { try Size(a) % b }

  /// The negated size.
  public static prefix func - (a: Size) throws(XylemError) -> Size {
    if let number = a.known {
      return try SizeOperators.apply(SizeOperators.sub, 0, Size(number)) { $0.subtractingReportingOverflow($1) }
    }
    return try Size(SizeOperators.neg.results([a.value]).first)
  }

  /// Adds a size.
  public static func += (a: inout Size, b: some SizeConvertible) throws(XylemError) { a = try a + b.size }
  /// Subtracts a size.
  public static func -= (a: inout Size, b: some SizeConvertible) throws(XylemError) { a = try a - b.size }
  /// Multiplies by a size.
  public static func *= (a: inout Size, b: some SizeConvertible) throws(XylemError) { a = try a * b.size }
}
