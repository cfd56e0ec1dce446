internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// Proposes boxes that may hold objects: Ren et al., arXiv:1506.01497.
public final class RegionProposalNetwork: Module {
  /// The anchors that boxes are predicted from.
  public let anchorGenerator: AnchorGenerator
  /// The predictions.
  public var head: RPNHead
  private let plan: Plan
  private let coder = BoxCoder()
  private let matcher: Matcher
  private let sampler: BalancedSampler

  /// The limits of a proposal network, with torchvision's defaults for Faster R-CNN.
  public struct Plan: Sendable {
    /// The overlap from which an anchor is positive.
    public var foregroundIoU = 0.7
    /// The overlap below which an anchor is negative.
    public var backgroundIoU = 0.3
    /// The number of anchors of an image that the losses use.
    public var batchSizePerImage = 256
    /// The greatest part of positive ones among them.
    public var positiveFraction = 0.5
    /// The number of boxes of each feature map before suppression, in train mode.
    public var candidatesInTraining = 2000
    /// The number of boxes of each feature map before suppression, in eval mode.
    public var candidates = 1000
    /// The number of proposals of an image, in train mode.
    public var proposalsInTraining = 2000
    /// The number of proposals of an image, in eval mode.
    public var proposals = 1000
    /// The overlap above which the better of two boxes suppresses the other.
    public var nmsThreshold = 0.7
    /// The probability from which a box is proposed.
    public var scoreThreshold = 0.0

    /// Creates a plan with torchvision's defaults.
    public init() {}
  }

  /// Creates a proposal network.
  public init(_ anchorGenerator: AnchorGenerator, _ head: RPNHead, _ plan: Plan = Plan()) {
    self.anchorGenerator = anchorGenerator
    self.head = head
    self.plan = plan
    matcher = Matcher(high: plan.foregroundIoU, low: plan.backgroundIoU, allowsLowQualityMatches: true)
    sampler = BalancedSampler(countPerImage: plan.batchSizePerImage, positiveFraction: plan.positiveFraction)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.rpn.RegionProposalNetwork" }

  /// Proposes boxes, and computes losses in train mode.
  ///
  /// - Parameters:
  ///   - images: a batch.
  ///   - features: its feature maps.
  ///   - targets: the true boxes in the batch's coordinates; for train mode.
  /// - Returns: `[Kᵢ, 4]` for each image, best first, without gradients; `loss_objectness` and `loss_rpn_box_reg`, in
  ///   eval mode none.
  /// - Throws: `detection.features` if there are anchors for another number of feature maps; `detection.mode` in train
  ///   mode without targets; `detection.kernels`, `runtime.operator`.
  public func callAsFunction(
    _ images: ImageList, _ features: FeatureMaps, _ targets: [DetectionTarget]? = nil
  ) throws -> (proposals: [Tensor], losses: DetectionLosses) {
    let maps = features.maps
    let (logits, offsets) = try head(maps)
    let anchors = try anchorGenerator(images, maps)
    let counts = try logits.map { try $0.sizes.dropFirst().reduce(1, *) }
    let objectness = try Tensor.cat(logits.map { try $0.byAnchor(1) }, dim: 1).flatten(startDim: 0, endDim: -2)
    let regression = try Tensor.cat(offsets.map { try $0.byAnchor(4) }, dim: 1).reshape([-1, 4])
    let expected = try anchors.reduce(0) { try $0 + $1.sizes[0] }
    guard try regression.sizes[0] == expected else {
      throw DetectionErrors.features(
        "the head predicts \(try regression.sizes[0]) boxes for \(expected) anchors",
        "it was made for another number of anchors at each position",
        remedies: ["RPNHead(outChannels, anchorCount: anchorGenerator.countsPerLocation[0])"])
    }
    // Proposals are as constants for what follows.
    let boxes = try coder.decode(regression.detach(), from: anchors).view(Shape([anchors.count, -1, 4]))
    let proposals = try select(boxes, objectness.detach().reshape(Shape([anchors.count, -1])), images.sizes, counts)
    guard isTraining else { return (proposals, DetectionLosses([])) }
    guard let targets else { throw DetectionErrors.mode(isTraining: true) }
    return (proposals, try losses(objectness, regression, anchors, targets))
  }

  /// The best boxes of each image that do not overlap better ones of the same feature map.
  ///
  /// - Parameters:
  ///   - boxes: `[N, A, 4]`.
  ///   - objectness: `[N, A]`.
  ///   - counts: the number of anchors of each feature map.
  private func select(
    _ boxes: Tensor, _ objectness: Tensor, _ sizes: [ImageSize], _ counts: [Int]
  ) throws -> [Tensor] {
    let candidates = isTraining ? plan.candidatesInTraining : plan.candidates
    var offset = 0
    var best: [Tensor] = []
    var levels: [Tensor] = []
    for (level, part) in try objectness.split(counts.map { Size($0) }, dim: 1).enumerated() {
      let indices = try part.topk(Size(min(max(0, candidates), counts[level])), dim: 1).indices + offset
      best.append(indices)
      levels.append(try Tensor.fullLike(indices, level))
      offset += counts[level]
    }
    let chosen = try Tensor.cat(best, dim: 1)
    let level = try Tensor.cat(levels, dim: 1)
    let score = try objectness.gather(dim: 1, index: chosen).sigmoid()
    let box = try boxes.gather(dim: 1, index: chosen.unsqueeze(dim: 2).expand([-1, -1, 4]))
    return try sizes.indices.map { image in
      let at = Size(image)
      var proposals = (try Boxes.clip(box[.at(at)], to: sizes[image]), try score[.at(at)], try level[.at(at)])
      func keep(_ rows: Tensor) throws {
        proposals = (try proposals.0.rows(rows), try proposals.1.rows(rows), try proposals.2.rows(rows))
      }
      try keep(Boxes.largeEnough(proposals.0, minSize: 1e-3))
      try keep(proposals.1.ge(plan.scoreThreshold).positions())
      let kept = try Boxes.suppressed(
        proposals.0, proposals.1, categories: proposals.2, iouThreshold: plan.nmsThreshold)
      return try proposals.0.rows(kept.prefix(isTraining ? plan.proposalsInTraining : plan.proposals))
    }
  }

  /// For each anchor of an image 1 for an object, 0 for the background, -1 for neither, and the box of its object.
  private func assign(_ anchors: Tensor, _ target: DetectionTarget) throws -> (labels: Tensor, boxes: Tensor) {
    guard try target.boxes.sizes[0] > 0 else {
      return (try Tensor.zeros(Shape([anchors.sizes[0]]), device: anchors.device), try Tensor.zerosLike(anchors))
    }
    let matches = try matcher(Boxes.iou(target.boxes, anchors))
    let labels = try matches.ge(0).to(.float32).maskedFill(matches.eq(Matcher.betweenThresholds), -1)
    return (labels, try target.boxes.rows(matches.clamp(min: 0)))
  }

  private func losses(
    _ objectness: Tensor, _ regression: Tensor, _ anchors: [Tensor], _ targets: [DetectionTarget]
  ) throws -> DetectionLosses {
    let assigned = try zip(anchors, targets).map { try assign($0, $1) }
    let offsets = try Tensor.cat(coder.encode(assigned.map(\.boxes), from: anchors))
    let (positive, negative) = try sampler(assigned.map(\.labels))
    let positives = try Tensor.cat(positive).positions()
    let sampled = try Tensor.cat([positives, Tensor.cat(negative).positions()])
    let labels = try Tensor.cat(assigned.map(\.labels))
    let distance = try Functional.smoothL1Loss(
      regression.rows(positives), offsets.rows(positives), reduction: .sum, beta: 1.0 / 9)
    return DetectionLosses([
      (
        "loss_objectness",
        try Functional.binaryCrossEntropyWithLogits(objectness.flatten().rows(sampled), labels.rows(sampled))
      ),
      ("loss_rpn_box_reg", try distance / sampled.count),
    ])
  }
}
