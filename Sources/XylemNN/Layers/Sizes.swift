internal import XylemErrors

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

  /// A number for each of `count` dimensions. Nil unless there is one number, or exactly `count`.
  func spread(over count: Int) -> [Int]? {
    if values.count == 1 { return Array(repeating: values[0], count: count) }
    return values.count == count ? values : nil
  }

  /// A number for each of `count` dimensions.
  ///
  /// - Throws: `model.argument` unless there is one number, or exactly `count`.
  func expanded(to count: Int) throws(XylemError) -> [Int] {
    if let all = spread(over: count) { return all }
    throw XylemError(
      .modelArgument, "\(values) are \(values.count) sizes",
      cause: Reason("one number is allowed, or \(count), one for each dimension"))
  }
}
