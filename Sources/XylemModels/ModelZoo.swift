public import XylemNN

/// Models of one design.
public struct ModelFamily: Sendable {
  /// The name, as in `ResNet`.
  public let name: String
  /// A short description.
  public let summary: String
  /// What its models are for.
  public let task: ModelTask
  /// The models, smaller ones first.
  public let models: [ModelDefinition]

  /// Creates a family of models, each with the family's task, and with its preset and size from the zoo's tables.
  init(_ name: String, _ summary: String, _ models: [ModelDefinition], task: ModelTask = .classification) {
    self.name = name
    self.summary = summary
    self.task = task
    self.models = models.map {
      ModelDefinition(
        $0.name, $0.summary, inputShape: $0.inputShape, family: name, task: task,
        preset: ModelZoo.presets[$0.name], multiplyAdds: ModelZoo.multiplyAdds[$0.name], make: $0.make)
    }
  }
}

/// The built-in models, with their names in torchvision or timm.
///
/// A model of timm whose name torchvision has too is called `timm/` and its name, as in `timm/convnext_tiny`. Every model of
/// timm is found by both names.
public enum ModelZoo {
  /// All families.
  public static let families: [ModelFamily] = [
    ModelFamily("ResNet", "residual networks, ResNeXt, wide ones, and the variant D", resnets + timmResnets),
    ModelFamily("VGG", "plain stacks of convolutions", vggs),
    ModelFamily("AlexNet", "the network of 2012", [image("alexnet", "AlexNet") { alexnet() }]),
    ModelFamily(
      "GoogLeNet", "Inception modules",
      [
        image("googlenet", "GoogLeNet, with auxiliary heads while training") { googlenet() }
      ]),
    ModelFamily(
      "Inception", "factorised Inception modules",
      [
        image("inception_v3", "Inception v3, with an auxiliary head while training", size: 299) { inception_v3() }
      ]),
    ModelFamily("SqueezeNet", "few parameters, by narrow and wide convolutions in turn", squeezenets),
    ModelFamily("DenseNet", "every layer sees all earlier ones of its block", densenets),
    ModelFamily("MobileNet", "inverted residuals of depthwise convolutions", mobilenets),
    ModelFamily("MNASNet", "inverted residuals that a search for fast ones found", mnasnets),
    ModelFamily("ShuffleNet", "groups of channels that are shuffled", shufflenets),
    ModelFamily("EfficientNet", "width, depth and image grow together", efficientnets),
    ModelFamily(
      "EfficientNet-Lite", "EfficientNet without squeeze-and-excitation, for small devices", efficientnetLites),
    ModelFamily("RegNet", "widths on a line", regnets),
    ModelFamily("ConvNeXt", "convolutions with the design of transformers", convnexts + timmConvnexts),
    ModelFamily("ViT", "transformers over patches", vits + timmVits),
    ModelFamily("Swin", "attention within shifted windows", swins),
    ModelFamily(
      "MaxViT", "attention within windows and over a grid",
      [
        image("maxvit_t", "MaxViT, tiny") { maxvit_t() }
      ]),
    ModelFamily("FCN", "fully convolutional heads", fcns, task: .segmentation),
    ModelFamily("DeepLabV3", "dilated convolutions at several rates", deeplabs, task: .segmentation),
    ModelFamily("LR-ASPP", "a small head for segmentation", lrasppNetworks, task: .segmentation),
    ModelFamily("VideoResNet", "residual networks over space and time", videoResnets, task: .video),
    ModelFamily("S3D", "Inception over space and time", s3ds, task: .video),
    ModelFamily("Swin3d", "attention within shifted windows of clips", swin3ds, task: .video),
    ModelFamily("MViT", "attention over clips that shrink from block to block", mvits, task: .video),
    ModelFamily("RAFT", "recurrent refinement of optical flow", rafts, task: .flow),
  ]

  /// All models, grouped by family.
  public static let models: [ModelDefinition] = families.flatMap(\.models)

  /// The model with a name, of timm also with `timm/` before it. Nil if there is none.
  public static func definition(_ name: String) -> ModelDefinition? {
    if let found = models.first(where: { $0.name == name }) { return found }
    guard name.hasPrefix(timmPrefix) else { return nil }
    let plain = name.dropFirst(timmPrefix.count)
    return timmNames.contains(String(plain)) ? models.first { $0.name == plain } : nil
  }

  /// What begins the name of a model of timm that torchvision has too.
  static let timmPrefix = "timm/"

  /// The models of timm without a prefix.
  private static let timmNames = Set(
    (timmResnets + timmConvnexts + timmVits + efficientnetLites).map(\.name)
  ).subtracting(["efficientnet_lite0"])

  /// The MobileNets.
  private static let mobilenets = [
    image("mobilenet_v2", "MobileNet v2") { mobilenet_v2() },
    image("mobilenet_v3_small", "MobileNet v3, small") { mobilenet_v3_small() },
    image("mobilenet_v3_large", "MobileNet v3, large") { mobilenet_v3_large() },
  ]

  private static let s3ds = [
    video("s3d", "S3D, Inception with separate convolutions over space and time", size: 224) { s3d() }
  ]

  /// torchvision's vision transformers.
  private static let vits = [
    image("vit_b_16", "ViT-B, patches of 16 by 16") { vit_b_16() },
    image("vit_b_32", "ViT-B, patches of 32 by 32") { vit_b_32() },
    image("vit_l_16", "ViT-L, patches of 16 by 16") { vit_l_16() },
    image("vit_l_32", "ViT-L, patches of 32 by 32") { vit_l_32() },
    image("vit_h_14", "ViT-H, patches of 14 by 14") { vit_h_14() },
  ]

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
