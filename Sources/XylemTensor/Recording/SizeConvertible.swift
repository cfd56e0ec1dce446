/// A size of a dimension, a position in it or a count: an `Int`, or a ``Size``, which may be symbolic.
///
/// Functions that take sizes accept both, also mixed in one shape:
///
///     let (n, heads) = (try x.shape[0], 8)
///     let y = try x.reshape([n, heads, -1])
public protocol SizeConvertible: Sendable {
  /// The size.
  var size: Size { get }
}

extension Int: SizeConvertible {
  /// The number as a size.
  public var size: Size { Size(self) }
}

extension Size: SizeConvertible {
  /// The size itself.
  public var size: Size { self }
}
