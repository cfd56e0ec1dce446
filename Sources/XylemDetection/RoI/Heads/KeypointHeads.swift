public import XylemNN
public import XylemTensor

/// Convolutions over the cut out features of keypoints, torchvision's `KeypointRCNNHeads`.
public final class KeypointRCNNHeads: Sequential {
  /// Creates a head with the channels of each convolution.
  public init(_ inChannels: Int, layers: [Int]) {
    var channels = inChannels
    var all: [any Layer] = []
    for width in layers {
      all.append(Conv2d(channels, width, kernelSize: 3, padding: 1))
      all.append(ReLU(inplace: true))
      channels = width
    }
    super.init(all)
    for (layer, width) in zip(all.filter { $0 is Conv2d }, layers) {
      guard let convolution = layer as? Conv2d else { continue }
      convolution.weight.initialize(.kaimingNormal(fan: width * 9))
      convolution.bias?.initialize(.zeros)
    }
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.keypoint_rcnn.KeypointRCNNHeads" }
}

/// The logits of each keypoint's position: `[K, inChannels, M, M]` to `[K, numKeypoints, 4 * M, 4 * M]`, torchvision's
/// `KeypointRCNNPredictor`.
public final class KeypointRCNNPredictor: Module, Layer {
  private let kpsScoreLowres: ConvTranspose2d

  /// Creates a predictor.
  public init(_ inChannels: Int, numKeypoints: Int) {
    kpsScoreLowres = ConvTranspose2d(inChannels, numKeypoints, kernelSize: 4, stride: 2, padding: 1)
    kpsScoreLowres.weight.initialize(.kaimingNormal(fan: inChannels * 16))
    kpsScoreLowres.bias?.initialize(.zeros)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.keypoint_rcnn.KeypointRCNNPredictor" }

  /// The number of keypoints.
  public var numKeypoints: Int { get throws { try kpsScoreLowres.weight.tensor.sizes[1] } }

  /// `[K, inChannels, M, M]` to `[K, numKeypoints, 4 * M, 4 * M]`.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public func forward(_ x: Tensor) throws -> Tensor {
    try Functional.interpolate(kpsScoreLowres(x), scaleFactor: 2, mode: .bilinear, alignCorners: false)
  }
}
