internal import XylemErrors
public import XylemNN
public import XylemTensor

/// A detector in two stages: a backbone, proposals of boxes, and heads over the features in them. The shared
/// implementation of ``FasterRCNN``, ``MaskRCNN`` and ``KeypointRCNN``.
///
///     let detections = try model(images)            // in eval mode
///     let losses = try model(images, targets)       // in train mode
open class GeneralizedRCNN: Module {
  /// Prepares images.
  public final let transform: DetectionTransform
  /// Computes feature maps.
  public final let backbone: any DetectionBackbone
  /// Proposes boxes.
  public final let rpn: RegionProposalNetwork
  /// Finds objects in the proposals.
  public final let roiHeads: RoIHeads

  /// Creates a detector of its parts.
  public init(
    transform: DetectionTransform, backbone: any DetectionBackbone, rpn: RegionProposalNetwork, roiHeads: RoIHeads
  ) {
    self.transform = transform
    self.backbone = backbone
    self.rpn = rpn
    self.roiHeads = roiHeads
  }

  /// The type name in torchvision.
  open override class var typeName: String { "torchvision.models.detection.generalized_rcnn.GeneralizedRCNN" }

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
    let features = try backbone(batch.tensors)
    let (proposals, _) = try rpn(batch, features)
    let found = try roiHeads.detections(features, proposals, batch.sizes)
    return try transform.postprocess(
      found, sizes: batch.sizes, originalSizes: images.map { try DetectionTransform.size(of: $0) })
  }

  /// The losses of images of any sizes; in train mode.
  ///
  /// Samples are drawn from the runtime's default generator in torchvision's order.
  ///
  /// - Parameters:
  ///   - images: `[C, Hᵢ, Wᵢ]` for each image, floating-point, from 0 to 1.
  ///   - targets: the objects in each image.
  /// - Returns: `loss_classifier`, `loss_box_reg`, those of masks and keypoints, `loss_objectness`, `loss_rpn_box_reg`.
  /// - Throws: `detection.mode` in eval mode; `detection.target` for invalid targets; `detection.images`,
  ///   `detection.features`, `detection.kernels`; `runtime.operator`.
  public final func callAsFunction(_ images: [Tensor], _ targets: [DetectionTarget]) throws -> DetectionLosses {
    if let fault { throw fault }
    guard isTraining else { throw DetectionErrors.mode(isTraining: false) }
    try DetectionTransform.check(images)
    try DetectionTarget.check(targets, for: images, roiHeads.needs)
    let prepared = try transform(images, targets)
    let (batch, objects) = (prepared.images, prepared.targets ?? targets)
    let features = try backbone(batch.tensors)
    let (proposals, rpnLosses) = try rpn(batch, features, objects)
    let losses = try roiHeads.losses(features, proposals, batch.sizes, objects)
    return DetectionLosses(losses.entries + rpnLosses.entries)
  }
}
