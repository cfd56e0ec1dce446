internal import XylemErrors
internal import XylemFiles
internal import XylemNN
public import XylemTensor

/// SSD: Liu et al., arXiv:1512.02325. Images are resized to one size, whatever their aspect ratio.
///
/// Keys are those of torchvision's `SSD`.
public final class SSD: DenseDetector {
  /// Makes the default boxes.
  public let anchorGenerator: DefaultBoxGenerator
  private let matcher: Matcher
  private let negatives: Double
  private let coder = BoxCoder(weights: (10, 10, 5, 5))

  /// Creates a detector over a backbone.
  ///
  /// - Parameters:
  ///   - channels: the channels of each feature map of the backbone.
  ///   - anchorGenerator: makes the default boxes of each feature map.
  ///   - size: the size of all images.
  ///   - numClasses: the classes, 0 being the background.
  ///   - head: predicts objects; nil for torchvision's default.
  ///   - iouThreshold: the overlap from which a box is matched.
  ///   - positiveFraction: the part of the examples of the classification that are objects, above 0 and up to 1.
  public init(
    _ backbone: any DetectionBackbone, channels: [Int], anchorGenerator: DefaultBoxGenerator, size: ImageSize,
    numClasses: Int, imageMean: [Double] = [0.485, 0.456, 0.406], imageStd: [Double] = [0.229, 0.224, 0.225],
    head: DenseHead? = nil, iouThreshold: Double = 0.5, positiveFraction: Double = 0.25, plan: Plan = .ssd
  ) {
    let isAllowed =
      channels.count == anchorGenerator.aspectRatios.count && positiveFraction > 0 && positiveFraction <= 1
    self.anchorGenerator = anchorGenerator
    matcher = .ssd(threshold: iouThreshold)
    negatives = isAllowed ? (1 - positiveFraction) / positiveFraction : 0
    super.init(
      backbone, head ?? SSDHead(channels, anchorCounts: anchorGenerator.countsPerLocation, numClasses: numClasses),
      DetectionTransform(
        minSizes: [min(size.height, size.width)], maxSize: max(size.height, size.width), imageMean: imageMean,
        imageStd: imageStd, sizeDivisible: 1, fixedSize: size), plan, classes: numClasses)
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "a detector over \(channels.count) feature maps with default boxes for \(anchorGenerator.aspectRatios.count), and a fraction of \(positiveFraction) objects",
      Self.typeName, "boxes for each feature map are needed, and a fraction above 0 and up to 1")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.ssd.SSD" }

  override func makeAnchors(_ images: ImageList, _ features: [Tensor]) throws -> [Tensor] {
    try anchorGenerator(images, features)
  }

  override func match(_ anchors: Tensor, _ boxes: Tensor, _ features: [Tensor]) throws -> Tensor {
    try matcher(Boxes.iou(boxes, anchors))
  }

  override func losses(
    _ predictions: DensePredictions, _ anchors: [Tensor], _ matches: [Tensor], _ targets: [DetectionTarget]
  ) throws -> DetectionLosses {
    var objects = 0
    var regression: [Tensor] = []
    var classes: [Tensor] = []
    for (index, target) in targets.enumerated() {
      let own = try predictions.image(index)
      let rows = try matches[index].ge(0).positions()
      let matched = try matches[index].rows(rows)
      objects += try rows.sizes[0]
      let wanted = try coder.encode(target.boxes.rows(matched), from: anchors[index].rows(rows))
      regression.append(try Functional.smoothL1Loss(own.boxes.rows(rows), wanted, reduction: .sum))
      let labels = try Tensor.zeros(Shape([own.logits.sizes[0]]), dtype: .int64, device: own.logits.device)
      try labels.assign(target.labels.rows(matched), at: .tensor(rows))
      classes.append(labels)
    }
    let labels = try Tensor.stack(classes)
    let count = Double(max(1, objects))
    let entropy = try Functional.crossEntropy(
      predictions.logits.flatten(startDim: 0, endDim: 1), labels.flatten(startDim: 0), reduction: .none
    ).view(labels.shape)
    let isObject = try labels.gt(0)
    // Of the background, the worst: some for each object.
    let wanted = try isObject.sum(dim: [1], keepdim: true) * negatives
    let background = try entropy.maskedFill(isObject, -Double.infinity)
    let rank = try background.sort(dim: 1, descending: true).indices.sort(dim: 1).indices
    let isCounted = try rank.lt(wanted)
    let total = try entropy[.tensor(isObject)].sum() + entropy[.tensor(isCounted)].sum()
    return DetectionLosses([
      ("bbox_regression", try Tensor.stack(regression).sum() / count), ("classification", try total / count),
    ])
  }

  override func detections(
    _ predictions: DensePredictions, _ anchors: Tensor, _ features: [Tensor], _ size: ImageSize
  ) throws -> Detections {
    let scores = try predictions.logits.softmax(dim: -1)
    let boxes = try Boxes.clip(coder.decode(predictions.boxes, from: anchors), to: size)
    var found: [(boxes: Tensor, scores: Tensor, labels: Tensor)] = []
    for label in 1..<max(1, try scores.sizes[1]) {
      let all = try scores.last(label)
      let rows = try all.gt(plan.scoreThreshold).positions()
      let own = try all.rows(rows)
      let top = try own.topk(Size(min(plan.candidates, rows.sizes[0])))
      found.append((try boxes.rows(rows.rows(top.indices)), top.values, try Tensor.fullLike(top.indices, label)))
    }
    guard !found.isEmpty else {
      return Detections(
        boxes: try boxes.prefix(0), labels: try Tensor.zeros([0], dtype: .int64), scores: try scores.last(0).prefix(0))
    }
    return try suppressed(
      Tensor.cat(found.map(\.boxes)), Tensor.cat(found.map(\.scores)), Tensor.cat(found.map(\.labels)))
  }
}

extension DenseDetector.Plan {
  /// torchvision's defaults for SSD.
  public static let ssd = Self(scoreThreshold: 0.01, nmsThreshold: 0.45, candidates: 400, detections: 200)
  /// torchvision's defaults for SSDlite.
  public static let ssdLite = Self(scoreThreshold: 0.001, nmsThreshold: 0.55, candidates: 300, detections: 300)
}

/// A part of an SSD head, with a layer of its own for each feature map.
class ScoringHead: DenseBranch {
  private let moduleList: [any Layer]
  private let columns: Int

  required init(_ layers: [any Layer], columns: Int) {
    moduleList = layers
    self.columns = columns
  }

  override class var typeName: String { "torchvision.models.detection.ssd.SSDScoringHead" }

  final override func forward(_ features: [Tensor]) throws -> Tensor {
    guard features.count == moduleList.count, !features.isEmpty else {
      throw DetectionErrors.features(
        "there are \(features.count) feature maps, but a head for \(moduleList.count)",
        "a head has a layer for each feature map")
    }
    return try Tensor.cat(zip(moduleList, features).map { try $0($1).byAnchor(columns) }, dim: 1)
  }
}

private final class SSDClassificationHead: ScoringHead {
  override class var typeName: String { "torchvision.models.detection.ssd.SSDClassificationHead" }
}

private final class SSDRegressionHead: ScoringHead {
  override class var typeName: String { "torchvision.models.detection.ssd.SSDRegressionHead" }
}

/// The heads of SSD: a convolution for each feature map.
public class SSDHead: DenseHead {
  private let classificationHead: DenseBranch
  private let regressionHead: DenseBranch

  /// Creates heads.
  ///
  /// - Parameters:
  ///   - channels: the channels of each feature map.
  ///   - anchorCounts: the number of boxes at each position, for each feature map.
  public convenience init(_ channels: [Int], anchorCounts: [Int], numClasses: Int) {
    self.init(channels, anchorCounts, numClasses, SSDClassificationHead.self, SSDRegressionHead.self) {
      inChannels, outChannels in
      let layer = Conv2d(inChannels, outChannels, kernelSize: 3, padding: 1)
      layer.initializeXavier(inChannels * 9, outChannels * 9)
      return layer
    }
  }

  init(
    _ channels: [Int], _ anchorCounts: [Int], _ numClasses: Int, _ classification: ScoringHead.Type,
    _ regression: ScoringHead.Type, layer: (Int, Int) -> any Layer
  ) {
    let isAllowed =
      channels.count == anchorCounts.count
      && (channels + anchorCounts + [numClasses]).allSatisfy { (1...1 << 20).contains($0) }
    let plan = isAllowed ? Array(zip(channels, anchorCounts)) : []
    classificationHead = classification.init(plan.map { layer($0, $1 * numClasses) }, columns: numClasses)
    regressionHead = regression.init(plan.map { layer($0, $1 * 4) }, columns: 4)
    super.init()
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "heads for feature maps of \(channels) channels with \(anchorCounts) boxes, and \(numClasses) classes",
      Self.typeName, "at least one of each is needed, for each feature map")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.ssd.SSDHead" }

  /// Predictions from feature maps `[N, Cᵢ, Hᵢ, Wᵢ]`.
  ///
  /// - Throws: `detection.features` for another number of feature maps; `runtime.operator` with the shapes.
  public override func forward(_ features: [Tensor]) throws -> DensePredictions {
    let boxes = try regressionHead(features)
    return DensePredictions(logits: try classificationHead(features), boxes: boxes)
  }
}

extension Conv2d {
  /// Xavier's uniform distribution, and no bias.
  func initializeXavier(_ fanIn: Int, _ fanOut: Int) {
    weight.initialize(.xavierUniform(fanIn: fanIn, fanOut: fanOut))
    bias?.initialize(.zeros)
  }
}
