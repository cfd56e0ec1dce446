internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// RetinaNet: Lin et al., arXiv:1708.02002.
///
/// Keys are those of torchvision's `RetinaNet`.
public final class RetinaNet: DenseDetector {
  /// The loss of boxes.
  public enum BoxLoss: Sendable {
    /// The absolute differences of offsets.
    case l1
    /// 1 minus the generalized IoU.
    case generalizedIoU
  }

  /// Makes the anchors.
  public let anchorGenerator: AnchorGenerator
  private let boxLoss: BoxLoss
  private let matcher: Matcher

  /// Creates a detector over a backbone.
  ///
  /// - Parameters:
  ///   - numClasses: the classes. There is no class for the background.
  ///   - anchorGenerator: makes the anchors; nil for torchvision's default, three sizes for each of five feature maps.
  ///   - head: predicts objects; nil for torchvision's default.
  ///   - boxLoss: the loss of boxes.
  ///   - foregroundIoU: the overlap from which an anchor is matched.
  ///   - backgroundIoU: the overlap below which an anchor is background.
  public init(
    _ backbone: any DetectionBackbone, numClasses: Int, anchorGenerator: AnchorGenerator? = nil,
    head: RetinaNetHead? = nil, boxLoss: BoxLoss = .l1, foregroundIoU: Double = 0.5, backgroundIoU: Double = 0.4,
    plan: Plan = .retinaNet, transform: DetectionTransform = DetectionTransform()
  ) {
    let anchors = anchorGenerator ?? .retinaNet
    self.anchorGenerator = anchors
    self.boxLoss = boxLoss
    matcher = Matcher(high: foregroundIoU, low: backgroundIoU, allowsLowQualityMatches: true)
    super.init(
      backbone,
      head
        ?? RetinaNetHead(
          backbone.outChannels, anchorCount: anchors.countsPerLocation.first ?? 1, numClasses: numClasses), transform,
      plan, classes: numClasses)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.retinanet.RetinaNet" }

  override func makeAnchors(_ images: ImageList, _ features: [Tensor]) throws -> [Tensor] {
    try anchorGenerator(images, features)
  }

  override func match(_ anchors: Tensor, _ boxes: Tensor, _ features: [Tensor]) throws -> Tensor {
    try matcher(Boxes.iou(boxes, anchors))
  }

  override func losses(
    _ predictions: DensePredictions, _ anchors: [Tensor], _ matches: [Tensor], _ targets: [DetectionTarget]
  ) throws -> DetectionLosses {
    var classification: [Tensor] = []
    var regression: [Tensor] = []
    for (index, target) in targets.enumerated() {
      let own = try predictions.image(index)
      let rows = try matches[index].ge(0).positions()
      let objects = try matches[index].rows(rows)
      let count = try Double(max(1, rows.sizes[0]))
      let wanted = try Tensor.zerosLike(own.logits)
      try wanted.assign(
        Tensor.full([], 1, dtype: own.logits.dtype, device: own.logits.device), at: .tensor(rows),
        .tensor(target.labels.rows(objects)))
      let counted = try matches[index].ne(Matcher.betweenThresholds).positions()
      classification.append(
        try sigmoidFocalLoss(own.logits.rows(counted), wanted.rows(counted), reduction: .sum) / count)
      regression.append(
        try boxLoss(own.boxes.rows(rows), anchors[index].rows(rows), target.boxes.rows(objects)) / count)
    }
    let images = Double(targets.count)
    func mean(_ losses: [Tensor]) throws -> Tensor {
      try losses.dropFirst().reduce(losses[0]) { try $0 + $1 } / images
    }
    return DetectionLosses([
      ("classification", try mean(classification)), ("bbox_regression", try mean(regression)),
    ])
  }

  private func boxLoss(_ offsets: Tensor, _ anchors: Tensor, _ boxes: Tensor) throws -> Tensor {
    let coder = BoxCoder()
    switch boxLoss {
    case .l1: return try Functional.l1Loss(offsets, coder.encode(boxes, from: anchors), reduction: .sum)
    case .generalizedIoU:
      return try Boxes.generalizedIoULoss(coder.decode(offsets, from: anchors), boxes, reduction: .sum)
    }
  }

  override func detections(
    _ predictions: DensePredictions, _ anchors: Tensor, _ features: [Tensor], _ size: ImageSize
  ) throws -> Detections {
    try best(
      predictions, anchors, features, size, score: { try $0.logits.sigmoid() },
      decode: { try BoxCoder().decode($0, from: $1) })
  }
}

extension DenseDetector.Plan {
  /// torchvision's defaults for RetinaNet.
  public static let retinaNet = Self(scoreThreshold: 0.05, nmsThreshold: 0.5, candidates: 1000, detections: 300)
}

extension AnchorGenerator {
  /// The anchors of RetinaNet: three sizes a third of an octave apart for each of five feature maps, with three aspect
  /// ratios.
  static var retinaNet: AnchorGenerator {
    let sizes = [[32, 40, 50], [64, 80, 101], [128, 161, 203], [256, 322, 406], [512, 645, 812]]
    return AnchorGenerator(sizes: sizes, aspectRatios: sizes.map { _ in [0.5, 1, 2] })
  }
}

/// Before torchvision 0.13 convolutions and activations alternated in one sequence.
private let formerConvolutions: [String: String] = .withoutNorm((0..<4).map { ("conv.\(2 * $0)", "conv.\($0)") })

/// The heads of RetinaNet: convolutions that all feature maps share.
public final class RetinaNetHead: DenseHead {
  private let classificationHead: DenseBranch
  private let regressionHead: DenseBranch

  /// Creates heads.
  ///
  /// - Parameters:
  ///   - inChannels: the channels of each feature map.
  ///   - anchorCount: the number of anchors at each position.
  ///   - normLayer: creates the norms of the convolutions for a number of channels; nil for none.
  public init(
    _ inChannels: Int, anchorCount: Int, numClasses: Int, normLayer: ((Int) -> any Layer)? = nil
  ) {
    let isAllowed = [inChannels, anchorCount, numClasses].allSatisfy { (1...1 << 20).contains($0) }
    let (channels, count, classes) = isAllowed ? (inChannels, anchorCount, numClasses) : (1, 1, 1)
    func convolutions() -> Sequential {
      Sequential(
        (0..<4).map { _ in
          let block = Conv2dNormActivation(channels, channels, normLayer: normLayer)
          block.initializeConvolutions(.normal(std: 0.01))
          return block
        })
    }
    classificationHead = ClassificationHead(convolutions(), channels, count, classes)
    regressionHead = RegressionHead(convolutions(), channels, count)
    super.init()
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "heads for \(inChannels) channels, \(anchorCount) anchors and \(numClasses) classes", Self.typeName,
      "at least one of each is needed")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.retinanet.RetinaNetHead" }

  /// Predictions from feature maps `[N, inChannels, Hᵢ, Wᵢ]`.
  ///
  /// - Throws: `detection.features` without feature maps; `runtime.operator` with the shapes.
  public override func forward(_ features: [Tensor]) throws -> DensePredictions {
    DensePredictions(logits: try classificationHead(features), boxes: try regressionHead(features))
  }

  private final class ClassificationHead: DenseBranch {
    private let conv: Sequential
    private let clsLogits: Conv2d
    private let classes: Int

    init(_ conv: Sequential, _ channels: Int, _ anchors: Int, _ classes: Int) {
      self.conv = conv
      self.classes = classes
      clsLogits = .prediction(channels, anchors * classes, bias: rareBias)
    }

    override class var typeName: String {
      "torchvision.models.detection.retinanet.RetinaNetClassificationHead"
    }

    override var formerKeys: [String: String] { formerConvolutions }

    override func forward(_ features: [Tensor]) throws -> Tensor {
      try joined(features) { try clsLogits(conv($0)).byAnchor(classes) }
    }
  }

  private final class RegressionHead: DenseBranch {
    private let conv: Sequential
    private let bboxReg: Conv2d

    init(_ conv: Sequential, _ channels: Int, _ anchors: Int) {
      self.conv = conv
      bboxReg = .prediction(channels, anchors * 4)
    }

    override class var typeName: String { "torchvision.models.detection.retinanet.RetinaNetRegressionHead" }

    override var formerKeys: [String: String] { formerConvolutions }

    override func forward(_ features: [Tensor]) throws -> Tensor {
      try joined(features) { try bboxReg(conv($0)).byAnchor(4) }
    }
  }
}

/// The bias with which a sigmoid is 0.01: most anchors are background.
let rareBias = -4.59511985013459

/// A part of a head, with predictions `[N, A, C]` from feature maps.
class DenseBranch: Module {
  final func callAsFunction(_ features: [Tensor], file: String = #fileID, line: Int = #line) throws -> Tensor {
    try call(features, file: file, line: line) { try self.forward($0) }
  }

  func forward(_ features: [Tensor]) throws -> Tensor { try joined(features) { $0 } }

  /// The predictions of all feature maps, one after another.
  final func joined(_ features: [Tensor], _ predict: (Tensor) throws -> Tensor) throws -> Tensor {
    guard !features.isEmpty else {
      throw DetectionErrors.features("there are no feature maps", "a head needs at least one")
    }
    return try Tensor.cat(features.map(predict), dim: 1)
  }
}

extension Conv2d {
  /// A convolution that predicts: with narrow weights and a constant bias.
  static func prediction(_ inChannels: Int, _ outChannels: Int, bias: Double = 0) -> Conv2d {
    let layer = Conv2d(inChannels, outChannels, kernelSize: 3, padding: 1)
    layer.weight.initialize(.normal(std: 0.01))
    layer.bias?.initialize(.constant(bias))
    return layer
  }
}
