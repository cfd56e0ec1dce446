internal import XylemNN

extension ModelZoo {
  /// How images are prepared for each model: torchvision's transforms for its default weights, and timm's for its own.
  ///
  /// `vit_h_14` is built for images of 224 pixels; torchvision's default weights for it need 518. It has the transform of
  /// its weights for 224.
  static let presets: [String: ImagePreset] = {
    var presets: [String: ImagePreset] = [:]
    for (preset, names) in rows {
      for name in names.split(whereSeparator: \.isWhitespace) { presets[String(name)] = preset }
    }
    return presets
  }()

  private static func bicubic(_ resize: Int, _ crop: Int) -> ImagePreset {
    ImagePreset(resize: [resize], crop: crop, interpolation: .bicubic)
  }

  private static func bilinear(_ resize: Int, _ crop: Int) -> ImagePreset { ImagePreset(resize: [resize], crop: crop) }

  /// Levels from -1 to 1.
  private static func centred(
    _ resize: Int, _ crop: Int, _ interpolation: ImagePreset.Interpolation = .bicubic
  ) -> ImagePreset {
    ImagePreset(
      resize: [resize], crop: crop, interpolation: interpolation, mean: [0.5, 0.5, 0.5],
      standardDeviation: [0.5, 0.5, 0.5])
  }

  /// Frames with the mean and deviation of Kinetics-400.
  private static func kinetics(_ resize: [Int], _ crop: Int) -> ImagePreset {
    ImagePreset(
      resize: resize, crop: crop, mean: [0.43216, 0.394666, 0.37645],
      standardDeviation: [0.22803, 0.22145, 0.216989])
  }

  private static let rows: [(ImagePreset, String)] = [
    (
      bilinear(256, 224),
      """
      alexnet googlenet densenet121 densenet161 densenet169 densenet201 mnasnet0_5 mnasnet1_0 mobilenet_v3_small resnet18
      resnet34 shufflenet_v2_x0_5 shufflenet_v2_x1_0 squeezenet1_0 squeezenet1_1 vgg11 vgg11_bn vgg13 vgg13_bn vgg16
      vgg16_bn vgg19 vgg19_bn vit_b_16 vit_b_32 vit_l_32
      """
    ),
    (
      bilinear(232, 224),
      """
      convnext_base convnext_large mnasnet0_75 mnasnet1_3 mobilenet_v2 mobilenet_v3_large regnet_x_400mf regnet_x_800mf
      regnet_x_1_6gf regnet_x_3_2gf regnet_x_8gf regnet_x_16gf regnet_x_32gf regnet_y_400mf regnet_y_800mf regnet_y_1_6gf
      regnet_y_3_2gf regnet_y_8gf regnet_y_16gf regnet_y_32gf resnet50 resnet101 resnet152 resnext50_32x4d
      resnext101_32x8d resnext101_64x4d shufflenet_v2_x1_5 shufflenet_v2_x2_0 wide_resnet50_2 wide_resnet101_2
      """
    ),
    (bilinear(230, 224), "convnext_small"), (bilinear(236, 224), "convnext_tiny"),
    (bilinear(242, 224), "vit_l_16"), (bicubic(224, 224), "vit_h_14 maxvit_t"),
    (bilinear(342, 299), "inception_v3"), (bicubic(384, 384), "regnet_y_128gf"),
    (bicubic(256, 224), "efficientnet_b0"), (bilinear(255, 240), "efficientnet_b1"),
    (bicubic(288, 288), "efficientnet_b2"), (bicubic(320, 300), "efficientnet_b3"),
    (bicubic(384, 380), "efficientnet_b4"), (bicubic(456, 456), "efficientnet_b5"),
    (bicubic(528, 528), "efficientnet_b6"), (bicubic(600, 600), "efficientnet_b7"),
    (bilinear(384, 384), "efficientnet_v2_s"), (bilinear(480, 480), "efficientnet_v2_m"),
    (centred(480, 480), "efficientnet_v2_l"),
    (bicubic(232, 224), "swin_t"), (bicubic(246, 224), "swin_s"), (bicubic(238, 224), "swin_b"),
    (bicubic(260, 256), "swin_v2_t swin_v2_s"), (bicubic(272, 256), "swin_v2_b"),
    (
      ImagePreset(resize: [520], crop: nil),
      """
      fcn_resnet50 fcn_resnet101 deeplabv3_resnet50 deeplabv3_resnet101 deeplabv3_mobilenet_v3_large
      lraspp_mobilenet_v3_large
      """
    ),
    (kinetics([128, 171], 112), "r3d_18 mc3_18 r2plus1d_18"), (kinetics([256, 256], 224), "s3d"),
    (bilinear(256, 224), "swin3d_t swin3d_s swin3d_b"),
    (
      ImagePreset(mean: [0.45, 0.45, 0.45], standardDeviation: [0.225, 0.225, 0.225]), "mvit_v1_b mvit_v2_s"
    ),
    (
      ImagePreset(resize: [], crop: nil, mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5]),
      "raft_large raft_small"
    ),
    (
      centred(248, 224),
      """
      vit_tiny_patch16_224 vit_small_patch32_224 vit_small_patch16_224 vit_base_patch32_224 vit_base_patch16_224
      vit_base_patch8_224 vit_large_patch32_224 vit_large_patch16_224 vit_large_patch14_224 vit_huge_patch14_224
      """
    ),
    (
      centred(384, 384),
      """
      vit_tiny_patch16_384 vit_small_patch32_384 vit_small_patch16_384 vit_base_patch32_384 vit_base_patch16_384
      vit_large_patch32_384 vit_large_patch16_384
      """
    ),
    (bicubic(235, 224), "timm/convnext_tiny timm/convnext_small"),
    (
      bicubic(256, 224),
      "timm/convnext_base timm/convnext_large timm/efficientnet_lite0 resnet18d resnet26d resnet34d resnet50d"
    ),
    (bicubic(269, 256), "resnet101d resnet152d resnet200d"), (bicubic(272, 240), "efficientnet_lite1"),
    (bicubic(292, 260), "efficientnet_lite2"), (bicubic(331, 300), "efficientnet_lite3"),
    (bicubic(412, 380), "efficientnet_lite4"), (centred(256, 224), "efficientnet_lite0 tf_efficientnet_lite0"),
    (centred(272, 240), "tf_efficientnet_lite1"), (centred(292, 260), "tf_efficientnet_lite2"),
    (centred(331, 300, .bilinear), "tf_efficientnet_lite3"), (centred(413, 380, .bilinear), "tf_efficientnet_lite4"),
  ]
}
