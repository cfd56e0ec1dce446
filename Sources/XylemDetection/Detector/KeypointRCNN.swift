internal import XylemNN

/// Keypoint R-CNN: He et al., arXiv:1703.06870. Faster R-CNN with keypoints of each object.
///
/// Keys are those of torchvision's `KeypointRCNN`.
public final class KeypointRCNN: FasterRCNN {
  /// Creates a detector over a backbone.
  ///
  /// - Parameters:
  ///   - numClasses: the classes, 0 being the background.
  ///   - numKeypoints: the keypoints of each object.
  ///   - keypoints: finds keypoints in boxes; nil for torchvision's default, which `numKeypoints` is for.
  public init(
    _ backbone: any DetectionBackbone, numClasses: Int, numKeypoints: Int = 17, parts: Parts = Parts(),
    keypoints: RoIHeads.Branch? = nil, options: RCNNOptions = .keypoints
  ) {
    let pool = MultiScaleRoIAlign(featureMapNames: ["0", "1", "2", "3"], outputSize: 14, samplingRatio: 2)
    let branch =
      keypoints
      ?? RoIHeads.Branch(
        pool: pool,
        head: KeypointRCNNHeads(max(1, backbone.outChannels), layers: Array(repeating: 512, count: 8)),
        predictor: KeypointRCNNPredictor(512, numKeypoints: numKeypoints))
    super.init(
      backbone, numClasses: numClasses, parts: parts, masks: nil, keypoints: branch, options: options)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.keypoint_rcnn.KeypointRCNN" }
}
