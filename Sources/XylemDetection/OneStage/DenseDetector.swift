internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// A detector in one stage: a backbone, and heads that predict an object or none for each of many anchors. The shared
/// implementation of ``RetinaNet``, ``FCOS`` and ``SSD``.
///
///     let detections = try model(images)            // in eval mode
///     let losses = try model(images, targets)       // in train mode
public class DenseDetector: Module {
  /// The limits of detections.
  public struct Plan: Sendable {
    /// The score that a detection exceeds.
    public var scoreThreshold: Double
    /// The greatest overlap of two detections of a class.
    public var nmsThreshold: Double
    /// The number of candidates: of each feature map, or of each class in ``SSD``.
    public var candidates: Int
    /// The number of detections in an image.
    public var detections: Int

    /// Creates a plan.
    public init(scoreThreshold: Double, nmsThreshold: Double, candidates: Int, detections: Int) {
      self.scoreThreshold = scoreThreshold
      self.nmsThreshold = nmsThreshold
      self.candidates = candidates
      self.detections = detections
    }
  }

  /// Computes feature maps.
  public final let backbone: any DetectionBackbone
  /// Predicts objects.
  public final let head: DenseHead
  /// Prepares images.
  public final let transform: DetectionTransform
  /// The limits of detections.
  public final var plan: Plan
  /// The number of classes.
  final let classes: Int

  init(
    _ backbone: any DetectionBackbone, _ head: DenseHead, _ transform: DetectionTransform, _ plan: Plan, classes: Int
  ) {
    self.backbone = backbone
    self.head = head
    self.transform = transform
    self.plan = plan
    self.classes = classes
  }

  /// The objects in images of any sizes; in eval mode.
  ///
  /// - Parameter images: `[C, Hᵢ, Wᵢ]` for each image, floating-point, from 0 to 1.
  /// - Returns: the detections of each image in its own pixels.
  /// - Throws: `detection.mode` in train mode; `detection.images`, `detection.features`, `detection.kernels`;
  ///   `runtime.operator`.
  public final func callAsFunction(_ images: [Tensor]) throws -> [Detections] {
    if let fault { throw fault }
    guard !isTraining else { throw DetectionErrors.mode(isTraining: true) }
    let (batch, _) = try transform(images)
    let features = try backbone(batch.tensors).maps
    let predictions = try head(features)
    let anchors = try anchors(batch, features, predictions)
    let found = try images.indices.map { index in
      try detections(predictions.image(index), anchors[index], features, batch.sizes[index])
    }
    return try transform.postprocess(
      found, sizes: batch.sizes, originalSizes: images.map { try DetectionTransform.size(of: $0) })
  }

  /// The losses of images of any sizes; in train mode.
  ///
  /// - Parameters:
  ///   - images: `[C, Hᵢ, Wᵢ]` for each image, floating-point, from 0 to 1.
  ///   - targets: the objects in each image.
  /// - Returns: `classification`, `bbox_regression`, and from FCOS `bbox_ctrness`.
  /// - Throws: `detection.mode` in eval mode; `detection.target` for invalid targets; `detection.images`,
  ///   `detection.features`; `runtime.operator`.
  public final func callAsFunction(_ images: [Tensor], _ targets: [DetectionTarget]) throws -> DetectionLosses {
    if let fault { throw fault }
    guard isTraining else { throw DetectionErrors.mode(isTraining: false) }
    try DetectionTransform.check(images)
    try DetectionTarget.check(targets, for: images, TargetNeeds(classes: classes))
    let prepared = try transform(images, targets)
    let (batch, objects) = (prepared.images, prepared.targets ?? targets)
    let features = try backbone(batch.tensors).maps
    let predictions = try head(features)
    let anchors = try anchors(batch, features, predictions)
    let matches = try zip(anchors, objects).map { anchors, target in
      guard try target.boxes.sizes[0] > 0 else {
        return try Tensor.full(
          Shape([anchors.sizes[0]]), Matcher.belowLowThreshold, dtype: .int64, device: anchors.device)
      }
      return try match(anchors, target.boxes, features)
    }
    return try losses(predictions, anchors, matches, objects)
  }

  /// The anchors of each image, as many as there are predictions.
  private func anchors(_ images: ImageList, _ features: [Tensor], _ predictions: DensePredictions) throws -> [Tensor] {
    let found = try makeAnchors(images, features)
    let (count, wanted) = (try found.first?.sizes[0] ?? 0, try predictions.logits.sizes[1])
    guard count == wanted else {
      throw DetectionErrors.features(
        "there are predictions for \(wanted) anchors, but \(count) anchors",
        "the head predicts as many at each position as the generator makes")
    }
    return found
  }

  // MARK: Parts of a detector

  /// The anchors of each image, `[A, 4]`.
  func makeAnchors(_ images: ImageList, _ features: [Tensor]) throws -> [Tensor] { [] }

  /// The position of each anchor's box, or a negative number: `[A, 4]` and `[M, 4]`, which is not empty, to `[A]`.
  func match(_ anchors: Tensor, _ boxes: Tensor, _ features: [Tensor]) throws -> Tensor { anchors }

  /// The losses of a batch.
  ///
  /// - Parameter matches: `[A]` for each image.
  func losses(
    _ predictions: DensePredictions, _ anchors: [Tensor], _ matches: [Tensor], _ targets: [DetectionTarget]
  ) throws -> DetectionLosses { DetectionLosses([]) }

  /// The detections in an image, from its predictions and anchors, in pixels of the batch.
  func detections(
    _ predictions: DensePredictions, _ anchors: Tensor, _ features: [Tensor], _ size: ImageSize
  ) throws -> Detections { Detections(boxes: anchors, labels: anchors, scores: anchors) }

  // MARK: What detectors share

  /// The best candidates of each feature map, without those that overlap better ones of their class.
  ///
  /// - Parameters:
  ///   - score: the scores `[A, classes]` of predictions.
  ///   - decode: boxes from predictions and anchors, each `[K, 4]`.
  final func best(
    _ predictions: DensePredictions, _ anchors: Tensor, _ features: [Tensor], _ size: ImageSize,
    score: (DensePredictions) throws -> Tensor, decode: (Tensor, Tensor) throws -> Tensor
  ) throws -> Detections {
    let cells = try features.map { try $0.sizes.suffix(2).reduce(1, *) }
    let all = cells.reduce(0, +)
    let perCell = try all > 0 ? anchors.sizes[0] / all : 1
    let counts = cells.map { $0 * perCell }
    let ownAnchors = try anchors.split(counts.map { Size($0) })
    var found: [(boxes: Tensor, scores: Tensor, labels: Tensor)] = []
    for (level, anchors) in zip(try predictions.levels(counts), ownAnchors) {
      let classes = try level.logits.sizes[1]
      var scores = try score(level).flatten(startDim: 0)
      var places = try scores.gt(plan.scoreThreshold).positions()
      scores = try scores.rows(places)
      let top = try scores.topk(Size(min(plan.candidates, places.sizes[0])))
      places = try places.rows(top.indices)
      let rows = try places.floorDivide(classes)
      let boxes = try Boxes.clip(decode(level.boxes.rows(rows), anchors.rows(rows)), to: size)
      found.append((boxes, top.values, try places.remainder(classes)))
    }
    return try suppressed(
      Tensor.cat(found.map(\.boxes)), Tensor.cat(found.map(\.scores)), Tensor.cat(found.map(\.labels)))
  }

  /// Detections without those that overlap better ones of their class, best first.
  final func suppressed(_ boxes: Tensor, _ scores: Tensor, _ labels: Tensor) throws -> Detections {
    let kept = try Boxes.suppressed(boxes, scores, categories: labels, iouThreshold: plan.nmsThreshold)
      .prefix(plan.detections)
    return Detections(boxes: try boxes.rows(kept), labels: try labels.rows(kept), scores: try scores.rows(kept))
  }
}

/// The loss of Lin et al., arXiv:1708.02002, in which examples that are classified well count little: torchvision's
/// `ops.sigmoid_focal_loss`.
///
/// - Parameters:
///   - logits: any shape.
///   - targets: the same shape, 0 or 1.
///   - alpha: the weight of positive examples; that of negative ones is 1 minus it. Not used if it is negative.
///   - gamma: how fast the weight of well classified examples falls.
/// - Returns: the same shape, or a number if it is reduced.
/// - Throws: `runtime.operator` with the shapes.
public func sigmoidFocalLoss(
  _ logits: Tensor, _ targets: Tensor, alpha: Double = 0.25, gamma: Double = 2, reduction: Reduction = .none
) throws -> Tensor {
  let probability = try logits.sigmoid()
  let entropy = try Functional.binaryCrossEntropyWithLogits(logits, targets, reduction: .none)
  let right = try probability * targets + (1 - probability) * (1 - targets)
  var loss = try entropy * (1 - right).pow(gamma)
  if alpha >= 0 { loss = try (alpha * targets + (1 - alpha) * (1 - targets)) * loss }
  switch reduction {
  case .none: return loss
  case .mean: return try loss.mean()
  case .sum: return try loss.sum()
  }
}
