/// What a model is for.
public enum ModelTask: String, Sendable, Hashable, CaseIterable {
  /// Classes of photographs.
  case classification
  /// A class for each pixel.
  case segmentation
  /// Boxes of objects, with classes, masks or keypoints.
  case detection
  /// Classes of clips.
  case video
  /// The motion of each pixel from one photograph to the next.
  case flow
}
