/// One number for each spatial dimension, or one for all: `3` or `[3, 5]`.
public struct Sizes: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// As given: one number, or one for each dimension.
  public let values: [Int]

  /// One number for all dimensions.
  public init(_ value: Int) { values = [value] }

  /// One number for each dimension.
  public init(_ values: [Int]) { self.values = values }

  /// One number for all dimensions.
  public init(integerLiteral value: Int) { values = [value] }

  /// One number for each dimension.
  public init(arrayLiteral values: Int...) { self.values = values }

  /// A number for each of `count` dimensions.
  ///
  /// - Precondition: there is one number, or exactly `count`.
  func expanded(to count: Int) -> [Int] {
    if values.count == 1 { return Array(repeating: values[0], count: count) }
    precondition(values.count == count, "\(values) are \(values.count) sizes, and \(count) are needed")
    return values
  }
}
