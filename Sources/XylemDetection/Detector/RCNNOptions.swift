/// The options of detectors in two stages, with torchvision's defaults.
///
///     var options = RCNNOptions()
///     options.minSizes = [480]
///     options.heads.scoreThreshold = 0.5
///     let model = fasterrcnn_resnet50_fpn(numClasses: 3, options: options)
public struct RCNNOptions: Sendable {
  /// The sizes of an image's shorter side: one of them at random in train mode, the last one in eval mode.
  public var minSizes = [800]
  /// The limit of an image's longer side.
  public var maxSize = 1333
  /// The mean of each channel.
  public var imageMean = [0.485, 0.456, 0.406]
  /// The standard deviation of each channel.
  public var imageStd = [0.229, 0.224, 0.225]
  /// The number that both sides of a batch are multiples of.
  public var sizeDivisible = 32
  /// The size of all images, whatever their aspect ratio. Nil if the limits apply.
  public var fixedSize: ImageSize?
  /// The limits of the proposal network: torchvision's options with `rpn_`.
  public var rpn = RegionProposalNetwork.Plan()
  /// The limits of the heads: torchvision's options with `box_`.
  public var heads = RoIHeads.Plan()

  /// Creates options with torchvision's defaults for Faster and Mask R-CNN.
  public init() {}

  /// torchvision's defaults for Keypoint R-CNN: images of different sizes in train mode.
  public static var keypoints: RCNNOptions {
    var options = RCNNOptions()
    options.minSizes = [640, 672, 704, 736, 768, 800]
    return options
  }

  /// torchvision's defaults for Faster R-CNN over MobileNet v3.
  public static var mobile: RCNNOptions {
    var options = RCNNOptions()
    options.rpn.scoreThreshold = 0.05
    return options
  }

  /// torchvision's defaults for Faster R-CNN over MobileNet v3 with small images.
  public static var mobile320: RCNNOptions {
    var options = RCNNOptions.mobile
    options.minSizes = [320]
    options.maxSize = 640
    options.rpn.candidates = 150
    options.rpn.proposals = 150
    return options
  }

  /// The transform of images.
  var transform: DetectionTransform {
    DetectionTransform(
      minSizes: minSizes, maxSize: maxSize, imageMean: imageMean, imageStd: imageStd, sizeDivisible: sizeDivisible,
      fixedSize: fixedSize)
  }
}
