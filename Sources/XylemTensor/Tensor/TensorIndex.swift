/// An index for one dimension of a tensor: see the tensor's subscript.
public struct TensorIndex: Sendable, ExpressibleByIntegerLiteral {
  package enum Kind: Sendable {
    case at(Size)
    case slice(start: Size?, stop: Size?, step: Int)
    case newAxis
    case ellipsis
    /// Positions, or a mask. The number of dimensions that it covers, if the caller says so.
    case tensor(Tensor, covers: Int?)
    /// Positions as numbers.
    case positions([Int])
    case flags([Bool])
  }

  package let kind: Kind

  init(_ kind: Kind) { self.kind = kind }

  /// One position; negative positions count from the end. The dimension is removed.
  public init(integerLiteral value: Int) { kind = .at(Size(value)) }
}

/// What can stand in a tensor's subscript: an `Int`, a ``Size``, a tensor of positions or a mask, `[Int]`, `[Bool]`, or a
/// ``TensorIndex`` such as `.all`, `1..<3`, `.ellipsis`.
public protocol TensorIndexConvertible: Sendable {
  /// The index.
  var tensorIndex: TensorIndex { get }
}

extension TensorIndex: TensorIndexConvertible {
  /// The index itself.
  public var tensorIndex: TensorIndex { self }
}

extension Int: TensorIndexConvertible {
  /// One position; negative positions count from the end.
  public var tensorIndex: TensorIndex { TensorIndex(.at(Size(self))) }
}

extension Size: TensorIndexConvertible {
  /// One position.
  public var tensorIndex: TensorIndex { TensorIndex(.at(self)) }
}

extension Tensor: TensorIndexConvertible {
  /// The elements at positions, or those where a mask is true.
  public var tensorIndex: TensorIndex { TensorIndex(.tensor(self, covers: nil)) }
}

extension Array: TensorIndexConvertible where Element: TensorIndexElement {
  /// The elements at positions, or those where a Boolean is true.
  public var tensorIndex: TensorIndex { Element.tensorIndex(of: self) }
}

/// An element of an array that indexes a tensor: `Int` or `Bool`.
public protocol TensorIndexElement: Sendable {
  /// The index that an array of elements is.
  static func tensorIndex(of elements: [Self]) -> TensorIndex
}

extension Int: TensorIndexElement {
  /// Positions.
  public static func tensorIndex(of elements: [Int]) -> TensorIndex { TensorIndex(.positions(elements)) }
}

extension Bool: TensorIndexElement {
  /// A mask.
  public static func tensorIndex(of elements: [Bool]) -> TensorIndex { TensorIndex(.flags(elements)) }
}

extension TensorIndexConvertible where Self == TensorIndex {
  /// Everything.
  public static var all: TensorIndex { TensorIndex(.slice(start: nil, stop: nil, step: 1)) }
  /// A new dimension of size 1.
  public static var newAxis: TensorIndex { TensorIndex(.newAxis) }
  /// Everything in all dimensions that are not listed.
  public static var ellipsis: TensorIndex { TensorIndex(.ellipsis) }

  /// One position; negative positions count from the end. The dimension is removed.
  public static func at(_ position: any SizeConvertible) -> TensorIndex { TensorIndex(.at(position.size)) }

  /// From one position to another, exclusive, in steps; negative positions count from the end.
  public static func slice(
    _ start: (any SizeConvertible)? = nil, _ stop: (any SizeConvertible)? = nil, step: Int = 1
  ) -> TensorIndex { TensorIndex(.slice(start: start?.size, stop: stop?.size, step: step)) }

  /// The positions of a range: for a variable, since a range that is written in a subscript needs no name.
  public static func range(_ range: Range<Int>) -> TensorIndex { .slice(range.lowerBound, range.upperBound) }

  /// The elements at positions, or those where a mask is true.
  public static func tensor(_ tensor: Tensor) -> TensorIndex { tensor.tensorIndex }

  /// The elements at positions. Says what a tensor is that is known only when a traced model runs, if other indices
  /// follow it.
  public static func positions(_ tensor: Tensor) -> TensorIndex { TensorIndex(.tensor(tensor, covers: 1)) }

  /// The elements where a mask of some dimensions is true. Says what a tensor is that is known only when a traced model
  /// runs, if other indices follow it.
  public static func mask(_ tensor: Tensor, dimensions: Int) -> TensorIndex {
    TensorIndex(.tensor(tensor, covers: dimensions))
  }
}

// Ranges in subscripts: `x[1..<3]`, `x[.all, n...]`, `x[..<(-1)]`. Unlike Swift's own, they may have an end that is negative
// and counts from the end. Elsewhere `1..<3` is Swift's range.

/// The positions from `start` to `stop`, exclusive.
@_disfavoredOverload public func ..< (start: Int, stop: Int) -> TensorIndex { .slice(start, stop) }
/// The positions from `start` to `stop`, exclusive.
@_disfavoredOverload public func ..< (start: Size, stop: Int) -> TensorIndex { .slice(start, stop) }
/// The positions from `start` to `stop`, exclusive.
@_disfavoredOverload public func ..< (start: Int, stop: Size) -> TensorIndex { .slice(start, stop) }
/// The positions from `start` to `stop`, exclusive.
@_disfavoredOverload public func ..< (start: Size, stop: Size) -> TensorIndex { .slice(start, stop) }
/// The positions before `stop`.
@_disfavoredOverload prefix public func ..< (stop: Int) -> TensorIndex { .slice(nil, stop) }
/// The positions before `stop`.
@_disfavoredOverload prefix public func ..< (stop: Size) -> TensorIndex { .slice(nil, stop) }
/// The positions from `start` on.
@_disfavoredOverload postfix public func ... (start: Int) -> TensorIndex { .slice(start) }
/// The positions from `start` on.
@_disfavoredOverload postfix public func ... (start: Size) -> TensorIndex { .slice(start) }
/// The positions from `start` to `last`, inclusive.
@_disfavoredOverload public func ... (start: Int, last: Int) -> TensorIndex {
  // Nothing comes after the last position, whether it is counted from the end or is the greatest number.
  .slice(start, last == -1 || last == .max ? nil : last + 1)
}
