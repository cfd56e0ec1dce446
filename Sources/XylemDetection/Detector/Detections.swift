public import XylemTensor

/// The objects that a detector found in an image, best first.
public struct Detections: Sendable {
  /// `[N, 4]`: left, top, right and bottom edges in pixels of the image.
  public var boxes: Tensor
  /// `[N]`, int64: the class of each object, from 1; from 0 for detectors without a background class.
  public var labels: Tensor
  /// `[N]`, from 0 to 1.
  public var scores: Tensor
  /// `[N, 1, H, W]`: the probability that a pixel belongs to the object. From Mask R-CNN.
  public var masks: Tensor?
  /// `[N, K, 3]`: x, y and the visibility, always 1, of each keypoint. From Keypoint R-CNN.
  public var keypoints: Tensor?
  /// `[N, K]`: the logit of each keypoint at its position. From Keypoint R-CNN.
  public var keypointScores: Tensor?

  /// Creates detections.
  public init(
    boxes: Tensor, labels: Tensor, scores: Tensor, masks: Tensor? = nil, keypoints: Tensor? = nil,
    keypointScores: Tensor? = nil
  ) {
    self.boxes = boxes
    self.labels = labels
    self.scores = scores
    self.masks = masks
    self.keypoints = keypoints
    self.keypointScores = keypointScores
  }

  /// The number of objects.
  public var count: Int { get throws { try boxes.sizes[0] } }
}

/// The losses of a batch by their names in torchvision.
///
///     let losses = try model(images, targets)
///     try losses.total().backward()
public struct DetectionLosses: Sendable {
  /// The names and losses in order, each a number.
  public var entries: [(name: String, value: Tensor)]

  /// Creates losses from names and values in order.
  public init(_ entries: [(name: String, value: Tensor)]) { self.entries = entries }

  /// The loss with a name. Nil if there is none.
  public subscript(name: String) -> Tensor? { entries.first { $0.name == name }?.value }

  /// The sum of all losses, which training minimises.
  ///
  /// - Throws: `runtime.operator`.
  public func total() throws -> Tensor {
    guard let first = entries.first?.value else { return try Tensor.zeros([]) }
    return try entries.dropFirst().reduce(first) { try $0 + $1.value }
  }
}
