internal import XylemNN

/// Mask R-CNN: He et al., arXiv:1703.06870. Faster R-CNN with a mask of each object.
///
/// Keys are those of torchvision's `MaskRCNN`.
public final class MaskRCNN: FasterRCNN {
  /// Creates a detector over a backbone.
  ///
  /// - Parameters:
  ///   - numClasses: the classes, 0 being the background.
  ///   - masks: finds masks in boxes; nil for torchvision's default.
  public init(
    _ backbone: any DetectionBackbone, numClasses: Int, parts: Parts = Parts(), masks: RoIHeads.Branch? = nil,
    options: RCNNOptions = RCNNOptions()
  ) {
    let pool = MultiScaleRoIAlign(featureMapNames: ["0", "1", "2", "3"], outputSize: 14, samplingRatio: 2)
    let branch =
      masks
      ?? RoIHeads.Branch(
        pool: pool, head: MaskRCNNHeads(max(1, backbone.outChannels), layers: [256, 256, 256, 256]),
        predictor: MaskRCNNPredictor(256, dimReduced: 256, numClasses: max(1, numClasses)))
    super.init(
      backbone, numClasses: numClasses, parts: parts, masks: branch, keypoints: nil, options: options)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.mask_rcnn.MaskRCNN" }
}
