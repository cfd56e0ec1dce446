internal import XylemErrors
internal import XylemFiles
public import XylemTensor

/// The objects in an image: what a detector is trained to find.
public struct DetectionTarget: Sendable {
  /// `[N, 4]`, floating-point: left, top, right and bottom edges in pixels. An image without objects has `[0, 4]`.
  public var boxes: Tensor
  /// `[N]`, int64: the class of each object. 0 is the background.
  public var labels: Tensor
  /// `[N, H, W]`: nonzero where each object is. For Mask R-CNN.
  public var masks: Tensor?
  /// `[N, K, 3]`, float32: x, y and visibility of each keypoint; 0 is invisible. For Keypoint R-CNN.
  public var keypoints: Tensor?

  /// Creates a target.
  public init(boxes: Tensor, labels: Tensor, masks: Tensor? = nil, keypoints: Tensor? = nil) {
    self.boxes = boxes
    self.labels = labels
    self.masks = masks
    self.keypoints = keypoints
  }
}

/// The parts of a target that a detector needs besides boxes and labels.
struct TargetNeeds {
  /// The number of classes, if the detector limits it.
  var classes: Int?
  /// Whether masks are needed.
  var masks = false
  /// The number of keypoints of an object, if they are needed.
  var keypoints: Int?
}

extension DetectionTarget {
  /// Checks the targets of a batch.
  ///
  /// - Throws: `detection.target`.
  static func check(_ targets: [DetectionTarget], for images: [Tensor], _ needs: TargetNeeds) throws {
    guard targets.count == images.count else {
      throw XylemError(
        .detectionTarget, "there are \(targets.count) targets for \(images.count) images",
        cause: Reason("one is needed for each image; one without objects has boxes of the shape [0, 4]"))
    }
    for (index, (target, image)) in zip(targets, images).enumerated() { try target.check(index, image, needs) }
  }

  private func check(_ index: Int, _ image: Tensor, _ needs: TargetNeeds) throws {
    let sizes = try boxes.sizes
    guard sizes.count == 2, sizes[1] == 4 else {
      throw DetectionErrors.target(
        index, "has boxes of the shape \(sizes)", "[N, 4] is expected, and [0, 4] for an image without objects",
        remedies: sizes == [0] ? ["Tensor.zeros([0, 4])"] : [])
    }
    guard boxes.dtype?.isFloatingPoint == true else {
      throw DetectionErrors.target(
        index, "has boxes of \(boxes.dtype?.rawValue ?? "another type")", "floating-point numbers are expected",
        remedies: ["try boxes.float()"])
    }
    try checkEdges(index)
    try checkLabels(index, needs.classes)
    if needs.masks { try checkMasks(index, image) }
    if let count = needs.keypoints { try checkKeypoints(index, count) }
  }

  /// Fails for a box without area, or that is not finite.
  private func checkEdges(_ index: Int) throws {
    let numbers = try boxes.doubles()
    for start in stride(from: 0, to: numbers.count, by: 4) {
      let box = Array(numbers[start..<start + 4])
      let isPositive = box[2] > box[0] && box[3] > box[1]
      guard !isPositive || !box.allSatisfy(\.isFinite) else { continue }
      throw DetectionErrors.target(
        index, "has an invalid box: \(box)",
        "a box is its left, top, right and bottom edge, with a positive width and height",
        remedies: ["Boxes.convert(boxes, from: .xywh, to: .xyxy)", "Boxes.largeEnough(boxes, minSize: 1)"])
    }
  }

  private func checkLabels(_ index: Int, _ classes: Int?) throws {
    let (sizes, count) = (try labels.sizes, try boxes.sizes[0])
    guard sizes == [count], labels.dtype == .int64 else {
      throw DetectionErrors.target(
        index, "has labels of \(labels.dtype?.rawValue ?? "another type") \(sizes)",
        "int64 [\(count)] is expected, one for each box", remedies: sizes == [count] ? ["try labels.long()"] : [])
    }
    let numbers = try labels.integers()
    guard let wrong = numbers.first(where: { $0 < 0 || $0 >= classes ?? .max }) else { return }
    throw DetectionErrors.target(
      index, "has the label \(wrong)",
      classes.map { "the detector has \($0) classes: 0, the background, to \($0 - 1)" } ?? "labels are not negative",
      remedies: wrong > 0 ? ["numClasses: \(wrong + 1)  // where the detector is created"] : [])
  }

  private func checkMasks(_ index: Int, _ image: Tensor) throws {
    let wanted = try [boxes.sizes[0]] + image.sizes.suffix(2)
    guard let masks else {
      throw DetectionErrors.target(index, "has no masks", "\(wanted) is expected, a mask for each box")
    }
    let sizes = try masks.sizes
    guard sizes == wanted else {
      throw DetectionErrors.target(
        index, "has masks of the shape \(sizes)", "\(wanted) is expected, a mask of the image's size for each box")
    }
  }

  private func checkKeypoints(_ index: Int, _ count: Int) throws {
    let wanted = try [boxes.sizes[0], count, 3]
    guard let keypoints else {
      throw DetectionErrors.target(
        index, "has no keypoints", "float32 \(wanted) is expected: x, y and visibility of each")
    }
    let sizes = try keypoints.sizes
    guard sizes == wanted, keypoints.dtype == .float32 else {
      throw DetectionErrors.target(
        index, "has keypoints of \(keypoints.dtype?.rawValue ?? "another type") \(sizes)",
        "float32 \(wanted) is expected: x, y and visibility of each")
    }
  }
}

extension DType {
  /// Whether its values are real floating-point numbers.
  var isFloatingPoint: Bool { [.float16, .bfloat16, .float32, .float64].contains(self) }
}
