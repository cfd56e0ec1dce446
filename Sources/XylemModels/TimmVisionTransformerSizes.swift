internal import XylemNN

extension Timm {
  /// ViT-Ti with patches of 16 by 16, timm's `vit_tiny_patch16_224`.
  public static func vit_tiny_patch16_224(numClasses: Int = 1000) -> VisionTransformer {
    .tiny(224, 16, numClasses)
  }
  /// ViT-Ti for images of 384 pixels, timm's `vit_tiny_patch16_384`.
  public static func vit_tiny_patch16_384(numClasses: Int = 1000) -> VisionTransformer {
    .tiny(384, 16, numClasses)
  }
  /// ViT-S with patches of 32 by 32, timm's `vit_small_patch32_224`.
  public static func vit_small_patch32_224(numClasses: Int = 1000) -> VisionTransformer {
    .small(224, 32, numClasses)
  }
  /// ViT-S with patches of 32 by 32 for images of 384 pixels, timm's `vit_small_patch32_384`.
  public static func vit_small_patch32_384(numClasses: Int = 1000) -> VisionTransformer {
    .small(384, 32, numClasses)
  }
  /// ViT-S with patches of 16 by 16, timm's `vit_small_patch16_224`.
  public static func vit_small_patch16_224(numClasses: Int = 1000) -> VisionTransformer {
    .small(224, 16, numClasses)
  }
  /// ViT-S for images of 384 pixels, timm's `vit_small_patch16_384`.
  public static func vit_small_patch16_384(numClasses: Int = 1000) -> VisionTransformer {
    .small(384, 16, numClasses)
  }
  /// ViT-B with patches of 32 by 32, timm's `vit_base_patch32_224`.
  public static func vit_base_patch32_224(numClasses: Int = 1000) -> VisionTransformer {
    .base(224, 32, numClasses)
  }
  /// ViT-B with patches of 32 by 32 for images of 384 pixels, timm's `vit_base_patch32_384`.
  public static func vit_base_patch32_384(numClasses: Int = 1000) -> VisionTransformer {
    .base(384, 32, numClasses)
  }
  /// ViT-B with patches of 16 by 16, timm's `vit_base_patch16_224`.
  public static func vit_base_patch16_224(numClasses: Int = 1000) -> VisionTransformer {
    .base(224, 16, numClasses)
  }
  /// ViT-B for images of 384 pixels, timm's `vit_base_patch16_384`.
  public static func vit_base_patch16_384(numClasses: Int = 1000) -> VisionTransformer {
    .base(384, 16, numClasses)
  }
  /// ViT-B with patches of 8 by 8, timm's `vit_base_patch8_224`.
  public static func vit_base_patch8_224(numClasses: Int = 1000) -> VisionTransformer {
    .base(224, 8, numClasses)
  }
  /// ViT-L with patches of 32 by 32, timm's `vit_large_patch32_224`, whose weights have no head.
  public static func vit_large_patch32_224(numClasses: Int = 0) -> VisionTransformer {
    .large(224, 32, numClasses)
  }
  /// ViT-L with patches of 32 by 32 for images of 384 pixels, timm's `vit_large_patch32_384`.
  public static func vit_large_patch32_384(numClasses: Int = 1000) -> VisionTransformer {
    .large(384, 32, numClasses)
  }
  /// ViT-L with patches of 16 by 16, timm's `vit_large_patch16_224`.
  public static func vit_large_patch16_224(numClasses: Int = 1000) -> VisionTransformer {
    .large(224, 16, numClasses)
  }
  /// ViT-L for images of 384 pixels, timm's `vit_large_patch16_384`.
  public static func vit_large_patch16_384(numClasses: Int = 1000) -> VisionTransformer {
    .large(384, 16, numClasses)
  }
  /// ViT-L with patches of 14 by 14, timm's `vit_large_patch14_224`.
  public static func vit_large_patch14_224(numClasses: Int = 1000) -> VisionTransformer {
    .large(224, 14, numClasses)
  }
  /// ViT-H with patches of 14 by 14, timm's `vit_huge_patch14_224`, whose weights have no head.
  public static func vit_huge_patch14_224(numClasses: Int = 0) -> VisionTransformer {
    VisionTransformer(patchSize: 14, embedDim: 1280, depth: 32, numHeads: 16, numClasses: numClasses)
  }
}

extension Timm.VisionTransformer {
  fileprivate static func tiny(_ imageSize: Int, _ patchSize: Int, _ numClasses: Int) -> Timm.VisionTransformer {
    Timm.VisionTransformer(
      imageSize: imageSize, patchSize: patchSize, embedDim: 192, depth: 12, numHeads: 3, numClasses: numClasses)
  }

  fileprivate static func small(_ imageSize: Int, _ patchSize: Int, _ numClasses: Int) -> Timm.VisionTransformer {
    Timm.VisionTransformer(
      imageSize: imageSize, patchSize: patchSize, embedDim: 384, depth: 12, numHeads: 6, numClasses: numClasses)
  }

  fileprivate static func base(_ imageSize: Int, _ patchSize: Int, _ numClasses: Int) -> Timm.VisionTransformer {
    Timm.VisionTransformer(
      imageSize: imageSize, patchSize: patchSize, embedDim: 768, depth: 12, numHeads: 12, numClasses: numClasses)
  }

  fileprivate static func large(_ imageSize: Int, _ patchSize: Int, _ numClasses: Int) -> Timm.VisionTransformer {
    Timm.VisionTransformer(
      imageSize: imageSize, patchSize: patchSize, embedDim: 1024, depth: 24, numHeads: 16, numClasses: numClasses)
  }
}

extension ModelZoo {
  /// timm's vision transformers.
  static let timmVits: [ModelDefinition] = [
    image("vit_tiny_patch16_224", "timm's ViT-Ti, patches of 16 by 16") { Timm.vit_tiny_patch16_224() },
    image("vit_tiny_patch16_384", "timm's ViT-Ti, patches of 16 by 16", size: 384) { Timm.vit_tiny_patch16_384() },
    image("vit_small_patch32_224", "timm's ViT-S, patches of 32 by 32") { Timm.vit_small_patch32_224() },
    image("vit_small_patch32_384", "timm's ViT-S, patches of 32 by 32", size: 384) { Timm.vit_small_patch32_384() },
    image("vit_small_patch16_224", "timm's ViT-S, patches of 16 by 16") { Timm.vit_small_patch16_224() },
    image("vit_small_patch16_384", "timm's ViT-S, patches of 16 by 16", size: 384) { Timm.vit_small_patch16_384() },
    image("vit_base_patch32_224", "timm's ViT-B, patches of 32 by 32") { Timm.vit_base_patch32_224() },
    image("vit_base_patch32_384", "timm's ViT-B, patches of 32 by 32", size: 384) { Timm.vit_base_patch32_384() },
    image("vit_base_patch16_224", "timm's ViT-B, patches of 16 by 16") { Timm.vit_base_patch16_224() },
    image("vit_base_patch16_384", "timm's ViT-B, patches of 16 by 16", size: 384) { Timm.vit_base_patch16_384() },
    image("vit_base_patch8_224", "timm's ViT-B, patches of 8 by 8") { Timm.vit_base_patch8_224() },
    image("vit_large_patch32_224", "timm's ViT-L, patches of 32 by 32, without a head") {
      Timm.vit_large_patch32_224()
    },
    image("vit_large_patch32_384", "timm's ViT-L, patches of 32 by 32", size: 384) { Timm.vit_large_patch32_384() },
    image("vit_large_patch16_224", "timm's ViT-L, patches of 16 by 16") { Timm.vit_large_patch16_224() },
    image("vit_large_patch16_384", "timm's ViT-L, patches of 16 by 16", size: 384) { Timm.vit_large_patch16_384() },
    image("vit_large_patch14_224", "timm's ViT-L, patches of 14 by 14") { Timm.vit_large_patch14_224() },
    image("vit_huge_patch14_224", "timm's ViT-H, patches of 14 by 14, without a head") {
      Timm.vit_huge_patch14_224()
    },
  ]
}
