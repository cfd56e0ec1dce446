internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// Classifies proposals and corrects their boxes, and finds masks or keypoints within them: torchvision's `RoIHeads`.
public final class RoIHeads: Module {
  /// Cuts features of boxes out.
  public let boxRoiPool: MultiScaleRoIAlign
  /// The head over them.
  public var boxHead: any Layer
  /// The scores of classes and the boxes.
  public var boxPredictor: FastRCNNPredictor
  /// Cuts features for masks out. Nil if there are no masks.
  public let maskRoiPool: MultiScaleRoIAlign?
  /// The head over them.
  public var maskHead: (any Layer)?
  /// The masks of each class.
  public var maskPredictor: (any Layer)?
  /// Cuts features for keypoints out. Nil if there are no keypoints.
  public let keypointRoiPool: MultiScaleRoIAlign?
  /// The head over them.
  public var keypointHead: (any Layer)?
  /// The heat maps of keypoints.
  public var keypointPredictor: (any Layer)?

  let plan: Plan
  let coder: BoxCoder
  private let matcher: Matcher
  private let sampler: BalancedSampler

  /// The limits of the heads, with torchvision's defaults for Faster R-CNN.
  public struct Plan: Sendable {
    /// The overlap from which a proposal is positive.
    public var foregroundIoU = 0.5
    /// The overlap below which a proposal is negative.
    public var backgroundIoU = 0.5
    /// The number of proposals of an image that the losses use.
    public var batchSizePerImage = 512
    /// The greatest part of positive ones among them.
    public var positiveFraction = 0.25
    /// The factors of the offsets of boxes in x, y, width and height.
    public var regressionWeights = (x: 10.0, y: 10.0, width: 5.0, height: 5.0)
    /// The probability above which a box is detected.
    public var scoreThreshold = 0.05
    /// The overlap above which the better of two boxes of a class suppresses the other.
    public var nmsThreshold = 0.5
    /// The greatest number of detections in an image.
    public var detectionsPerImage = 100

    /// Creates a plan with torchvision's defaults.
    public init() {}
  }

  /// A part that finds something within boxes.
  public struct Branch {
    let pool: MultiScaleRoIAlign
    let head: any Layer
    let predictor: any Layer

    /// Creates a part of a pooling, a head over its results and a predictor over the head's.
    public init(pool: MultiScaleRoIAlign, head: any Layer, predictor: any Layer) {
      (self.pool, self.head, self.predictor) = (pool, head, predictor)
    }
  }

  /// Creates heads.
  public init(
    pool: MultiScaleRoIAlign, head: any Layer, predictor: FastRCNNPredictor, masks: Branch? = nil,
    keypoints: Branch? = nil, _ plan: Plan = Plan()
  ) {
    (boxRoiPool, boxHead, boxPredictor) = (pool, head, predictor)
    (maskRoiPool, maskHead, maskPredictor) = (masks?.pool, masks?.head, masks?.predictor)
    (keypointRoiPool, keypointHead, keypointPredictor) = (keypoints?.pool, keypoints?.head, keypoints?.predictor)
    self.plan = plan
    coder = BoxCoder(weights: plan.regressionWeights)
    matcher = Matcher(high: plan.foregroundIoU, low: plan.backgroundIoU)
    sampler = BalancedSampler(countPerImage: plan.batchSizePerImage, positiveFraction: plan.positiveFraction)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.roi_heads.RoIHeads" }

  /// What targets must have.
  var needs: TargetNeeds {
    get throws {
      TargetNeeds(
        classes: try boxPredictor.numClasses, masks: maskRoiPool != nil,
        keypoints: keypointRoiPool == nil ? nil : try (keypointPredictor as? KeypointRCNNPredictor)?.numKeypoints)
    }
  }

  /// The objects in proposals.
  ///
  /// - Parameters:
  ///   - features: the feature maps of a batch.
  ///   - proposals: `[Kᵢ, 4]` for each image.
  ///   - sizes: the size of each image in the batch.
  /// - Returns: the detections of each image in the batch's coordinates; masks as `[N, 1, M, M]`.
  /// - Throws: `detection.features`, `detection.kernels`, `runtime.operator`.
  public func detections(
    _ features: FeatureMaps, _ proposals: [Tensor], _ sizes: [ImageSize]
  ) throws -> [Detections] {
    let (logits, offsets) = try boxPredictor(boxHead(boxRoiPool(features, proposals, sizes)))
    var found = try select(logits, offsets, proposals, sizes)
    let boxes = found.map(\.boxes)
    if let logits = try run(maskRoiPool, maskHead, maskPredictor, features, boxes, sizes) {
      for (image, masks) in try MaskCoding.probabilities(logits, found.map(\.labels)).enumerated() {
        found[image].masks = masks
      }
    }
    if let logits = try run(keypointRoiPool, keypointHead, keypointPredictor, features, boxes, sizes) {
      for (image, decoded) in try KeypointCoding.decode(logits, boxes).enumerated() {
        (found[image].keypoints, found[image].keypointScores) = (decoded.keypoints, decoded.scores)
      }
    }
    return found
  }

  /// The losses of samples of the proposals.
  ///
  /// - Parameters:
  ///   - features: the feature maps of a batch.
  ///   - proposals: `[Kᵢ, 4]` for each image.
  ///   - sizes: the size of each image in the batch.
  ///   - targets: the objects in the batch's coordinates.
  /// - Returns: `loss_classifier` and `loss_box_reg`, and if there are masks or keypoints `loss_mask` and
  ///   `loss_keypoint`.
  /// - Throws: `detection.features`, `detection.target`, `detection.kernels`, `runtime.operator`.
  public func losses(
    _ features: FeatureMaps, _ proposals: [Tensor], _ sizes: [ImageSize], _ targets: [DetectionTarget]
  ) throws -> DetectionLosses {
    let samples = try sample(proposals, targets)
    let (logits, offsets) = try boxPredictor(boxHead(boxRoiPool(features, samples.map(\.boxes), sizes)))
    var losses = try boxLosses(logits, offsets, samples)
    // Masks and keypoints are found in positive boxes alone.
    let positives = try samples.map { try $0.labels.gt(0).positions() }
    let boxes = try zip(samples, positives).map { try $0.boxes.rows($1) }
    let matches = try zip(samples, positives).map { try $0.matches.rows($1) }
    if let logits = try run(maskRoiPool, maskHead, maskPredictor, features, boxes, sizes) {
      losses.entries.append(("loss_mask", try MaskCoding.loss(logits, boxes, targets, matches)))
    }
    if let logits = try run(keypointRoiPool, keypointHead, keypointPredictor, features, boxes, sizes) {
      losses.entries.append(("loss_keypoint", try KeypointCoding.loss(logits, boxes, targets, matches)))
    }
    return losses
  }

  private func run(
    _ pool: MultiScaleRoIAlign?, _ head: (any Layer)?, _ predictor: (any Layer)?, _ features: FeatureMaps,
    _ boxes: [Tensor], _ sizes: [ImageSize]
  ) throws -> Tensor? {
    guard let pool, let head, let predictor else { return nil }
    return try predictor(head(pool(features, boxes, sizes)))
  }
}

// Training.
extension RoIHeads {
  /// The proposals of an image that the losses use.
  private struct Samples {
    /// `[K, 4]`.
    var boxes: Tensor
    /// `[K]`: the object of each box; of negative ones any.
    var matches: Tensor
    /// `[K]`, int64: the class of each box.
    var labels: Tensor
    /// `[K, 4]`: the offsets of the objects' boxes.
    var offsets: Tensor
  }

  private func sample(_ proposals: [Tensor], _ targets: [DetectionTarget]) throws -> [Samples] {
    var candidates: [(boxes: Tensor, matches: Tensor, labels: Tensor)] = []
    for (proposal, target) in zip(proposals, targets) {
      let own = try target.boxes.typeAs(proposal)
      // The true boxes are proposals too.
      let boxes = try Tensor.cat([proposal, own])
      let assigned = try assign(boxes, own, target.labels)
      candidates.append((boxes, assigned.matches, assigned.labels))
    }
    let (positive, negative) = try sampler(candidates.map(\.labels))
    var samples: [Samples] = []
    for (image, candidate) in candidates.enumerated() {
      let rows = try (positive[image] | negative[image]).positions()
      let (boxes, matches) = (try candidate.boxes.rows(rows), try candidate.matches.rows(rows))
      var own = try targets[image].boxes.typeAs(boxes)
      if try own.sizes[0] == 0 { own = try Tensor.zeros([1, 4], dtype: boxes.dtype, device: boxes.device) }
      samples.append(
        Samples(
          boxes: boxes, matches: matches, labels: try candidate.labels.rows(rows),
          offsets: try coder.encode(own.rows(matches), from: boxes)))
    }
    return samples
  }

  private func assign(_ boxes: Tensor, _ own: Tensor, _ labels: Tensor) throws -> (matches: Tensor, labels: Tensor) {
    guard try own.sizes[0] > 0 else {
      let zeros = try Tensor.zeros(Shape([boxes.sizes[0]]), dtype: .int64, device: boxes.device)
      return (zeros, zeros)
    }
    let matches = try matcher(Boxes.iou(own, boxes))
    let known = try matches.clamp(min: 0)
    let classes = try labels.rows(known).maskedFill(matches.eq(Matcher.belowLowThreshold), 0)
      .maskedFill(matches.eq(Matcher.betweenThresholds), -1)
    return (known, classes)
  }

  private func boxLosses(_ logits: Tensor, _ offsets: Tensor, _ samples: [Samples]) throws -> DetectionLosses {
    let labels = try Tensor.cat(samples.map(\.labels))
    let wanted = try Tensor.cat(samples.map(\.offsets))
    let positive = try labels.gt(0).positions()
    let byClass = try offsets.reshape(Shape([logits.sizes[0], -1, 4]))
    let distance = try Functional.smoothL1Loss(
      byClass[.tensor(positive), .tensor(labels.rows(positive))], wanted.rows(positive), reduction: .sum,
      beta: 1.0 / 9)
    return DetectionLosses([
      ("loss_classifier", try Functional.crossEntropy(logits, labels)),
      ("loss_box_reg", try distance / labels.count),
    ])
  }
}

// Inference.
extension RoIHeads {
  /// The best boxes of each image and class that do not overlap better ones of the same class.
  private func select(
    _ logits: Tensor, _ offsets: Tensor, _ proposals: [Tensor], _ sizes: [ImageSize]
  ) throws -> [Detections] {
    let counts = try proposals.map { Size(try $0.sizes[0]) }
    let boxes = try coder.decode(offsets, from: proposals).split(counts)
    let scores = try logits.softmax(dim: -1).split(counts)
    let classes = try logits.sizes[1]
    return try sizes.indices.map { image in
      // Every class of a proposal is a detection of its own, the background's apart.
      let labels = try Tensor.arange(1, classes, device: logits.device).unsqueeze(dim: 0)
        .expand(Shape([scores[image].sizes[0], classes - 1]))
      var found = Detections(
        boxes: try Boxes.clip(boxes[image], to: sizes[image])[.all, .slice(1)].reshape([-1, 4]),
        labels: try labels.reshape([-1]), scores: try scores[image][.all, .slice(1)].reshape([-1]))
      func keep(_ rows: Tensor) throws {
        found = Detections(
          boxes: try found.boxes.rows(rows), labels: try found.labels.rows(rows), scores: try found.scores.rows(rows))
      }
      try keep(found.scores.gt(plan.scoreThreshold).positions())
      try keep(Boxes.largeEnough(found.boxes, minSize: 1e-2))
      let kept = try Boxes.suppressed(
        found.boxes, found.scores, categories: found.labels, iouThreshold: plan.nmsThreshold)
      try keep(kept.prefix(plan.detectionsPerImage))
      return found
    }
  }
}
