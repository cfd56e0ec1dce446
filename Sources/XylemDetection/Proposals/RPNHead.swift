internal import XylemErrors
public import XylemNN
public import XylemTensor

/// The convolutions that say at each position whether an anchor holds an object, and where its box is.
///
/// Keys and types are those of torchvision's `RPNHead`.
public final class RPNHead: Module {
  private let conv: Sequential
  private let clsLogits: Conv2d
  private let bboxPred: Conv2d

  /// Creates a head.
  ///
  /// - Parameters:
  ///   - inChannels: the channels of each feature map.
  ///   - anchorCount: the number of anchors at each position.
  ///   - depth: the number of convolutions before the predictions.
  public init(_ inChannels: Int, anchorCount: Int, depth: Int = 1) {
    let isAllowed =
      (1...1 << 20).contains(inChannels) && (1...1 << 16).contains(anchorCount) && (0...64).contains(depth)
    let (channels, count) = isAllowed ? (inChannels, anchorCount) : (1, 1)
    let blocks = (0..<(isAllowed ? depth : 1)).map { _ in Conv2dNormActivation(channels, channels, normLayer: nil) }
    conv = Sequential(blocks)
    clsLogits = Conv2d(channels, count, kernelSize: 1)
    bboxPred = Conv2d(channels, count * 4, kernelSize: 1)
    for block in blocks { block.initializeConvolutions(.normal(std: 0.01)) }
    for layer in [clsLogits, bboxPred] {
      layer.weight.initialize(.normal(std: 0.01))
      layer.bias?.initialize(.zeros)
    }
    super.init()
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "a head with \(inChannels) channels, \(anchorCount) anchors and \(depth) convolutions", Self.typeName,
      "at least one channel and one anchor are needed, and not a negative number of convolutions")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.rpn.RPNHead" }

  /// Before torchvision 0.13 there was one convolution.
  public override var formerKeys: [String: String] { .withoutNorm([("conv", "conv.0")]) }

  /// Runs the head for feature maps `[N, inChannels, Hᵢ, Wᵢ]`.
  ///
  /// - Returns: for each feature map the logits of objects, `[N, A, Hᵢ, Wᵢ]`, and the offsets of boxes,
  ///   `[N, 4 * A, Hᵢ, Wᵢ]`.
  /// - Throws: `runtime.operator` with the shapes.
  public func callAsFunction(
    _ features: [Tensor], file: String = #fileID, line: Int = #line
  ) throws -> (logits: [Tensor], offsets: [Tensor]) {
    let found = try call(features, file: file, line: line) { (features: [Tensor]) in
      try features.map { feature in
        let x = try self.conv(feature)
        return [try self.clsLogits(x), try self.bboxPred(x)]
      }
    }
    return (found.map { $0[0] }, found.map { $0[1] })
  }
}

extension Tensor {
  /// The predictions of a convolution for each anchor: `[N, A * C, H, W]` to `[N, H * W * A, C]`.
  func byAnchor(_ channels: Int) throws(XylemError) -> Tensor {
    let (n, _, h, w) = try shape.four
    return try reshape([n, -1, Size(channels), h, w]).permute(0, 3, 4, 1, 2).reshape([n, -1, Size(channels)])
  }
}
