internal import XylemNN

extension MViT.BlockSetting {
  private static let window = [3, 3, 3]

  /// The strides of keys and values are the same in both versions.
  private static let stridesKV = [8, 4, 4] + Array(repeating: 2, count: 11) + [1, 1]

  /// The blocks of the first version: four stages, each of which begins by halving rows and columns.
  fileprivate static let base: [MViT.BlockSetting] = {
    let widths = [96, 192, 192] + Array(repeating: 384, count: 11) + [768, 768, 768]
    return (0..<16).map { index in
      let halves = [1, 3, 14].contains(index)
      return MViT.BlockSetting(
        heads: widths[index] / 96, widths[index], widths[index + 1], kernelQ: halves ? window : [], kernelKV: window,
        strideQ: halves ? [1, 2, 2] : [], strideKV: [1, stridesKV[index], stridesKV[index]])
    }
  }()

  /// The blocks of the second version.
  fileprivate static let small: [MViT.BlockSetting] = {
    let widths = [96, 96, 192, 192] + Array(repeating: 384, count: 11) + [768, 768]
    return (0..<16).map { index in
      let stride = [1, 3, 14].contains(index) ? 2 : 1
      return MViT.BlockSetting(
        heads: widths[index + 1] / 96, widths[index], widths[index + 1], kernelQ: window, kernelKV: window,
        strideQ: [1, stride, stride], strideKV: [1, stridesKV[index], stridesKV[index]])
    }
  }()
}

/// The base MViT v1, torchvision's `mvit_v1_b`.
public func mvit_v1_b(numClasses: Int = 400) -> MViT {
  MViT(
    blockSetting: MViT.BlockSetting.base, residualWithClsEmbed: false, stochasticDepthProb: 0.2,
    numClasses: numClasses)
}

/// The small MViT v2, torchvision's `mvit_v2_s`.
public func mvit_v2_s(numClasses: Int = 400) -> MViT {
  MViT(
    blockSetting: MViT.BlockSetting.small, residualPool: true, residualWithClsEmbed: false, relPosEmbed: true,
    projAfterAttn: true, stochasticDepthProb: 0.2, numClasses: numClasses)
}

extension ModelZoo {
  /// The multiscale vision transformers.
  static let mvits: [ModelDefinition] = [
    video("mvit_v1_b", "MViT v1, base", size: 224) { mvit_v1_b() },
    video("mvit_v2_s", "MViT v2, small", size: 224) { mvit_v2_s() },
  ]
}
