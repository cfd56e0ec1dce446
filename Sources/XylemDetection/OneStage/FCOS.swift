internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// FCOS: Tian et al., arXiv:1904.01355. One anchor at each position: its centre is what counts.
///
/// Keys are those of torchvision's `FCOS`.
public final class FCOS: DenseDetector {
  /// Makes the anchors, squares with the distance of the positions as size.
  public let anchorGenerator: AnchorGenerator
  private let radius: Double
  private let coder = BoxLinearCoder(normalizesBySize: true)

  /// Creates a detector over a backbone.
  ///
  /// - Parameters:
  ///   - numClasses: the classes. There is no class for the background.
  ///   - anchorGenerator: makes one anchor at each position; nil for torchvision's default, for five feature maps.
  ///   - head: predicts objects; nil for torchvision's default.
  ///   - centerSamplingRadius: the greatest distance of a position from the centre of its object, relative to the size
  ///     of the anchor.
  public init(
    _ backbone: any DetectionBackbone, numClasses: Int, anchorGenerator: AnchorGenerator? = nil,
    head: FCOSHead? = nil, centerSamplingRadius: Double = 1.5, plan: Plan = .fcos,
    transform: DetectionTransform = DetectionTransform()
  ) {
    let anchors = anchorGenerator ?? AnchorGenerator(sizes: [8, 16, 32, 64, 128], aspectRatios: [1])
    self.anchorGenerator = anchors
    radius = centerSamplingRadius
    super.init(
      backbone, head ?? FCOSHead(backbone.outChannels, numClasses: numClasses), transform, plan, classes: numClasses)
    guard let count = anchors.countsPerLocation.first(where: { $0 != 1 }) else { return }
    fault = DetectionErrors.argument(
      "an anchor generator with \(count) anchors at a position", Self.typeName,
      "one is needed: a size and an aspect ratio"
    )
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.fcos.FCOS" }

  override func makeAnchors(_ images: ImageList, _ features: [Tensor]) throws -> [Tensor] {
    try anchorGenerator(images, features)
  }

  /// Each position near the centre of a box and within it gets the smallest such box, if its feature map is for that
  /// size.
  override func match(_ anchors: Tensor, _ boxes: Tensor, _ features: [Tensor]) throws -> Tensor {
    let edges = try boxes.unsqueeze(dim: 0)
    func center(_ boxes: Tensor, _ axis: Int) throws -> Tensor { try (boxes.last(axis) + boxes.last(axis + 2)) / 2 }
    let (x, y) = (try center(anchors, 0).unsqueeze(dim: 1), try center(anchors, 1).unsqueeze(dim: 1))
    let size = try (anchors.last(2) - anchors.last(0)).unsqueeze(dim: 1)
    let offCenter = try (x - center(edges, 0)).abs().maximum((y - center(edges, 1)).abs())
    let isNear = try offCenter.lt(size * radius)
    let distances = try Tensor.stack(
      [try x - edges.last(0), try y - edges.last(1), try edges.last(2) - x, try edges.last(3) - y], dim: 2)
    let isInside = try distances.amin(dim: [2]).gt(0)
    let (least, most) = try limits(size, features)
    let farthest = try distances.amax(dim: [2])
    let fits = try farthest.gt(least) & farthest.lt(most)
    let isMatch = try isNear & isInside & fits
    let areas = try (boxes.last(2) - boxes.last(0)) * (boxes.last(3) - boxes.last(1))
    let (value, index) = try (isMatch.float() * (1e8 - areas.unsqueeze(dim: 0))).max(dim: 1)
    return try index.maskedFill(value.lt(1e-5), Matcher.belowLowThreshold)
  }

  /// The distances of the farthest edge that each anchor's feature map is for, `[A, 1]`: none is too small for the
  /// first one, nor too large for the last one.
  private func limits(_ size: Tensor, _ features: [Tensor]) throws -> (least: Tensor, most: Tensor) {
    let counts = try features.map { try $0.sizes.suffix(2).reduce(1, *) }
    let total = try size.sizes[0]
    let row = try Tensor.arange(total, device: size.device).unsqueeze(dim: 1)
    let least = try (size * 4).maskedFill(row.lt(counts.first ?? 0), 0)
    // The last map's anchors; torchvision takes all where it has none.
    let start = counts.last.map { $0 > 0 ? total - $0 : 0 } ?? 0
    return (least, try (size * 8).maskedFill(row.ge(start), Double.infinity))
  }

  override func losses(
    _ predictions: DensePredictions, _ anchors: [Tensor], _ matches: [Tensor], _ targets: [DetectionTarget]
  ) throws -> DetectionLosses {
    var classes: [Tensor] = []
    var ownBoxes: [Tensor] = []
    var ownAnchors: [Tensor] = []
    var places: [Tensor] = []
    let perImage = try predictions.logits.sizes[1]
    for (index, target) in targets.enumerated() {
      let rows = try matches[index].ge(0).positions()
      let objects = try matches[index].rows(rows)
      classes.append(try target.labels.rows(objects))
      ownBoxes.append(try target.boxes.rows(objects))
      ownAnchors.append(try anchors[index].rows(rows))
      places.append(try rows + index * perImage)
    }
    let rows = try Tensor.cat(places)
    let boxes = try Tensor.cat(ownBoxes)
    let references = try Tensor.cat(ownAnchors)
    let count = try Double(max(1, rows.sizes[0]))
    let logits = try predictions.logits.flatten(startDim: 0, endDim: 1)
    let wanted = try Tensor.zerosLike(logits)
    try wanted.assign(
      Tensor.full([], 1, dtype: logits.dtype, device: logits.device), at: .tensor(rows), .tensor(Tensor.cat(classes)))
    let found = try coder.decode(predictions.boxes.flatten(startDim: 0, endDim: 1).rows(rows), from: references)
    guard let centerness = try predictions.centerness?.flatten(startDim: 0).rows(rows) else {
      throw DetectionErrors.features("the head predicts no centres", "FCOS needs 'bbox_ctrness'")
    }
    let inMiddle = try Functional.binaryCrossEntropyWithLogits(
      centerness, Self.centerness(coder.encode(boxes, from: references)), reduction: .sum)
    return DetectionLosses([
      ("classification", try sigmoidFocalLoss(logits, wanted, reduction: .sum) / count),
      ("bbox_regression", try Boxes.generalizedIoULoss(found, boxes, reduction: .sum) / count),
      ("bbox_ctrness", try inMiddle / count),
    ])
  }

  /// How near to the middle of its box each position is, from 0 to 1: `[K, 4]` to `[K]`.
  private static func centerness(_ distances: Tensor) throws -> Tensor {
    func ratio(_ axis: Int) throws -> Tensor {
      let (before, after) = (try distances.last(axis), try distances.last(axis + 2))
      return try before.minimum(after) / before.maximum(after)
    }
    return try (ratio(0) * ratio(1)).sqrt()
  }

  override func detections(
    _ predictions: DensePredictions, _ anchors: Tensor, _ features: [Tensor], _ size: ImageSize
  ) throws -> Detections {
    try best(
      predictions, anchors, features, size,
      score: { level in
        guard let centerness = level.centerness else {
          throw DetectionErrors.features("the head predicts no centres", "FCOS needs 'bbox_ctrness'")
        }
        return try (level.logits.sigmoid() * centerness.sigmoid()).sqrt()
      }, decode: { try self.coder.decode($0, from: $1) })
  }
}

extension DenseDetector.Plan {
  /// torchvision's defaults for FCOS.
  public static let fcos = Self(scoreThreshold: 0.2, nmsThreshold: 0.6, candidates: 1000, detections: 100)
}

/// The heads of FCOS: convolutions that all feature maps share.
public final class FCOSHead: DenseHead {
  private let classificationHead: ClassificationHead
  private let regressionHead: RegressionHead

  /// Creates heads.
  ///
  /// - Parameters:
  ///   - inChannels: the channels of each feature map; a multiple of 32 unless there is a `normLayer`.
  ///   - convolutions: the number of convolutions before the predictions.
  ///   - normLayer: creates the norms of the convolutions for a number of channels; nil for 32 groups each.
  public init(
    _ inChannels: Int, numClasses: Int, convolutions: Int = 4, normLayer: ((Int) -> any Layer)? = nil
  ) {
    let isAllowed =
      [inChannels, numClasses].allSatisfy { (1...1 << 20).contains($0) } && (0...64).contains(convolutions)
      && (normLayer != nil || inChannels % 32 == 0)
    let (channels, classes) = isAllowed ? (inChannels, numClasses) : (32, 1)
    func layers() -> Sequential {
      Sequential(
        (0..<(isAllowed ? convolutions : 0)).flatMap { _ -> [any Layer] in
          [Conv2d.prediction(channels, channels), normLayer?(channels) ?? GroupNorm(32, channels), ReLU()]
        })
    }
    classificationHead = ClassificationHead(layers(), channels, classes)
    regressionHead = RegressionHead(layers(), channels)
    super.init()
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "heads for \(inChannels) channels, \(numClasses) classes and \(convolutions) convolutions", Self.typeName,
      "channels in multiples of 32 are needed, or a normLayer, and at least one class")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.fcos.FCOSHead" }

  /// Predictions from feature maps `[N, inChannels, Hᵢ, Wᵢ]`.
  ///
  /// - Throws: `detection.features` without feature maps; `runtime.operator` with the shapes.
  public override func forward(_ features: [Tensor]) throws -> DensePredictions {
    let logits = try classificationHead(features)
    let regression = try regressionHead(features)
    return DensePredictions(logits: logits, boxes: regression[0], centerness: regression[1])
  }

  private final class ClassificationHead: DenseBranch {
    private let conv: Sequential
    private let clsLogits: Conv2d
    private let classes: Int

    init(_ conv: Sequential, _ channels: Int, _ classes: Int) {
      self.conv = conv
      self.classes = classes
      clsLogits = .prediction(channels, classes, bias: rareBias)
    }

    override class var typeName: String { "torchvision.models.detection.fcos.FCOSClassificationHead" }

    override func forward(_ features: [Tensor]) throws -> Tensor {
      try joined(features) { try clsLogits(conv($0)).byAnchor(classes) }
    }
  }

  private final class RegressionHead: Module {
    private let conv: Sequential
    private let bboxReg: Conv2d
    private let bboxCtrness: Conv2d

    init(_ conv: Sequential, _ channels: Int) {
      self.conv = conv
      bboxReg = .prediction(channels, 4)
      bboxCtrness = .prediction(channels, 1)
    }

    override class var typeName: String { "torchvision.models.detection.fcos.FCOSRegressionHead" }

    /// The boxes, `[N, A, 4]`, and the centres, `[N, A, 1]`.
    func callAsFunction(_ features: [Tensor], file: String = #fileID, line: Int = #line) throws -> [Tensor] {
      try call(features, file: file, line: line) { (features: [Tensor]) in
        var boxes: [Tensor] = []
        var centers: [Tensor] = []
        for feature in features {
          let x = try self.conv(feature)
          boxes.append(try Functional.relu(self.bboxReg(x)).byAnchor(4))
          centers.append(try self.bboxCtrness(x).byAnchor(1))
        }
        return [try Tensor.cat(boxes, dim: 1), try Tensor.cat(centers, dim: 1)]
      }
    }
  }
}
