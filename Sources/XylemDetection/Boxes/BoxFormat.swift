/// The meaning of a box's four numbers.
public enum BoxFormat: String, Sendable, CaseIterable {
  /// The left, top, right and bottom edge.
  case xyxy
  /// The left and top edge, the width and the height.
  case xywh
  /// The centre, the width and the height.
  case cxcywh
}

/// The size of an image in pixels.
public struct ImageSize: Sendable, Hashable, CustomStringConvertible {
  /// The number of rows.
  public var height: Int
  /// The number of columns.
  public var width: Int

  /// Creates a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// As in `480 x 640`, the height first.
  public var description: String { "\(height) x \(width)" }
}
