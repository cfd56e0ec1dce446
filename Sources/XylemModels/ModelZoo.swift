public import XylemNN

/// The built-in models, with their names in torchvision (for EfficientNet-Lite0: in timm).
public enum ModelZoo {
  /// All models, grouped by family.
  public static let models: [ModelDefinition] =
    [
      resnets, vggs, squeezenets, densenets, mnasnets, shufflenets, efficientnets, regnets, convnexts, swins, others,
      segmentations,
      videos,
    ].flatMap { $0 }

  /// The families of one or a few models.
  private static let others = [
    image("alexnet", "AlexNet") { alexnet() },
    image("googlenet", "GoogLeNet, with auxiliary heads while training") { googlenet() },
    image("inception_v3", "Inception v3, with an auxiliary head while training", size: 299) { inception_v3() },
    image("mobilenet_v2", "MobileNet v2") { mobilenet_v2() },
    image("mobilenet_v3_small", "MobileNet v3, small") { mobilenet_v3_small() },
    image("mobilenet_v3_large", "MobileNet v3, large") { mobilenet_v3_large() },
    image("vit_b_16", "ViT-B, patches of 16 by 16") { vit_b_16() },
    image("vit_b_32", "ViT-B, patches of 32 by 32") { vit_b_32() },
    image("vit_l_16", "ViT-L, patches of 16 by 16") { vit_l_16() },
    image("vit_l_32", "ViT-L, patches of 32 by 32") { vit_l_32() },
    image("vit_h_14", "ViT-H, patches of 14 by 14") { vit_h_14() },
    image("maxvit_t", "MaxViT, tiny") { maxvit_t() },
    image("efficientnet_lite0", "EfficientNet-Lite0, padded as in TensorFlow") { efficientnet_lite0() },
  ]

  /// The model with a name. Nil if there is none.
  public static func definition(_ name: String) -> ModelDefinition? { models.first { $0.name == name } }

  /// A classifier of clips of 16 frames.
  static func video(
    _ name: String, _ summary: String, size: Int, make: @escaping @Sendable () -> Module
  ) -> ModelDefinition {
    ModelDefinition(name, summary, inputShape: [1, 3, 16, size, size], make: make)
  }

  /// A classifier of photographs, or of their pixels.
  static func image(
    _ name: String, _ summary: String, size: Int = 224, make: @escaping @Sendable () -> Module
  ) -> ModelDefinition {
    ModelDefinition(name, summary, inputShape: [1, 3, size, size], make: make)
  }
}
