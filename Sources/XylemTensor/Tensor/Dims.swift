/// Positions of dimensions, or steps along them: `1`, `-1` or `[0, 2]`. Negative positions count from the end.
public struct Dims: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// The numbers in order.
  public let values: [Int]

  /// One dimension.
  public init(_ dim: Int) { values = [dim] }

  /// Several dimensions.
  public init(_ dims: [Int]) { values = dims }

  /// One dimension.
  public init(integerLiteral value: Int) { values = [value] }

  /// Several dimensions.
  public init(arrayLiteral values: Int...) { self.values = values }
}

/// The rounding of a quotient to an integer.
public enum RoundingMode: String, Sendable {
  /// Towards zero.
  case trunc
  /// Towards minus infinity.
  case floor
}
