public import XylemNN

/// Convolutions over the cut out features of masks, torchvision's `MaskRCNNHeads`.
public final class MaskRCNNHeads: Sequential {
  /// Creates a head.
  ///
  /// - Parameters:
  ///   - layers: the channels of each convolution.
  ///   - normLayer: creates the norms for a number of channels; nil for none.
  public init(_ inChannels: Int, layers: [Int], dilation: Int = 1, normLayer: ((Int) -> any Layer)? = nil) {
    var channels = inChannels
    super.init(
      layers.map { width in
        let block = Conv2dNormActivation(
          channels, width, padding: Sizes(dilation), normLayer: normLayer, dilation: Sizes(dilation))
        block.initializeConvolutions(.kaimingNormal(fan: width * 9))
        channels = width
        return block
      })
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.mask_rcnn.MaskRCNNHeads" }

  /// Before torchvision 0.13 the convolutions had names.
  public override var formerKeys: [String: String] {
    .withoutNorm(layers.indices.map { ("mask_fcn\($0 + 1)", "\($0)") })
  }
}

/// The logits of each class's mask: `[K, inChannels, M, M]` to `[K, numClasses, 2 * M, 2 * M]`, torchvision's
/// `MaskRCNNPredictor`.
public final class MaskRCNNPredictor: Sequential {
  /// Creates a predictor.
  ///
  /// - Parameters:
  ///   - dimReduced: the channels between its two layers.
  ///   - numClasses: the classes, 0 being the background.
  public init(_ inChannels: Int, dimReduced: Int, numClasses: Int) {
    let upsampling = ConvTranspose2d(inChannels, dimReduced, kernelSize: 2, stride: 2)
    upsampling.weight.initialize(.kaimingNormal(fan: inChannels * 4))
    super.init([
      ("conv5_mask", upsampling), ("relu", ReLU(inplace: true)),
      (
        "mask_fcn_logits",
        Conv2d(dimReduced, numClasses, kernelSize: 1, initializer: .kaimingNormal(fan: numClasses))
      ),
    ])
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.mask_rcnn.MaskRCNNPredictor" }
}
