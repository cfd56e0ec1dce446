internal import XylemErrors
public import XylemNN
internal import XylemTensor

/// Faster R-CNN: Ren et al., arXiv:1506.01497.
///
/// Keys are those of torchvision's `FasterRCNN`. To train it for other classes, replace its predictor:
///
///     let model = fasterrcnn_resnet50_fpn()
///     model.roiHeads.boxPredictor = FastRCNNPredictor(1024, numClasses: 3)
open class FasterRCNN: GeneralizedRCNN {
  /// The parts of a detector that may be given instead of torchvision's defaults.
  public struct Parts {
    /// The anchors: by default one size for each of five feature maps, 32 to 512 pixels, with three aspect ratios.
    public var anchorGenerator: AnchorGenerator?
    /// The head of the proposal network.
    public var rpnHead: RPNHead?
    /// The pooling of boxes: by default 7 by 7 from the feature maps `0` to `3`.
    public var boxRoIPool: MultiScaleRoIAlign?
    /// The head over pooled boxes: by default ``TwoMLPHead``.
    public var boxHead: (any Layer)?
    /// The predictor over the head.
    public var boxPredictor: FastRCNNPredictor?

    /// Creates parts; nil stands for a default.
    public init(
      anchorGenerator: AnchorGenerator? = nil, rpnHead: RPNHead? = nil, boxRoIPool: MultiScaleRoIAlign? = nil,
      boxHead: (any Layer)? = nil, boxPredictor: FastRCNNPredictor? = nil
    ) {
      self.anchorGenerator = anchorGenerator
      self.rpnHead = rpnHead
      self.boxRoIPool = boxRoIPool
      self.boxHead = boxHead
      self.boxPredictor = boxPredictor
    }
  }

  /// Creates a detector over a backbone.
  ///
  ///     let backbone = SequentialBackbone(mobilenet_v2().features, outChannels: 1280)
  ///     let model = FasterRCNN(
  ///       backbone, numClasses: 2,
  ///       parts: .init(
  ///         anchorGenerator: AnchorGenerator(sizes: [[32, 64, 128, 256, 512]], aspectRatios: [[0.5, 1, 2]]),
  ///         boxRoIPool: MultiScaleRoIAlign(featureMapNames: ["0"], outputSize: 7, samplingRatio: 2)))
  ///
  /// - Parameter numClasses: the classes, 0 being the background.
  public convenience init(
    _ backbone: any DetectionBackbone, numClasses: Int, parts: Parts = Parts(), options: RCNNOptions = RCNNOptions()
  ) {
    self.init(backbone, numClasses: numClasses, parts: parts, masks: nil, keypoints: nil, options: options)
  }

  init(
    _ backbone: any DetectionBackbone, numClasses: Int, parts: Parts, masks: RoIHeads.Branch?,
    keypoints: RoIHeads.Branch?, options: RCNNOptions
  ) {
    let isAllowed = (1...1 << 20).contains(numClasses) && (1...1 << 20).contains(backbone.outChannels)
    let (classes, channels) = isAllowed ? (numClasses, backbone.outChannels) : (1, 1)
    let anchors = parts.anchorGenerator ?? AnchorGenerator(sizes: [32, 64, 128, 256, 512])
    let pool =
      parts.boxRoIPool
      ?? MultiScaleRoIAlign(featureMapNames: ["0", "1", "2", "3"], outputSize: 7, samplingRatio: 2)
    super.init(
      transform: options.transform, backbone: backbone,
      rpn: RegionProposalNetwork(
        anchors, parts.rpnHead ?? RPNHead(channels, anchorCount: anchors.countsPerLocation.first ?? 1), options.rpn),
      roiHeads: RoIHeads(
        pool: pool,
        head: parts.boxHead
          ?? TwoMLPHead(channels * pool.outputSize[0] * pool.outputSize[0], representationSize: 1024),
        predictor: parts.boxPredictor ?? FastRCNNPredictor(1024, numClasses: classes), masks: masks,
        keypoints: keypoints, options.heads))
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "a detector of \(numClasses) classes over \(backbone.outChannels) channels", Self.typeName,
      "at least one of each is needed; the background is a class")
  }

  /// The type name in torchvision.
  open override class var typeName: String { "torchvision.models.detection.faster_rcnn.FasterRCNN" }
}
