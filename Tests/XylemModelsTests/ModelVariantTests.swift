import Testing
import XylemErrors
import XylemExtract
import XylemModels
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// What the zoo's constructors can be told, and what models return that is more than a tensor.
@Suite struct ModelVariantTests {
  /// Models with auxiliary heads: as built with options, and how many entries their heads have in the state dict.
  static let inceptions:
    [(name: String, make: @Sendable (_ auxiliary: Bool, _ transform: Bool) -> Module, heads: Int)] =
      [
        ("googlenet", { googlenet(auxLogits: $0, transformInput: $1) }, 20),
        ("inception_v3", { inception_v3(auxLogits: $0, transformInput: $1) }, 14),
      ]

  private func names(_ model: Module, _ mode: Mode) throws -> [String] {
    try SwiftModel(model).trace(TraceOptions(mode: mode, naming: .torchvision)).nodeNames
  }

  @Test(arguments: inceptions.indices) func `without heads, train mode lists the same nodes as eval mode`(index: Int)
    throws
  {
    let (name, make, heads) = Self.inceptions[index]
    let eval = ModelNameTests.golden[name]?["eval"]
    for mode in Mode.allCases { #expect(try names(make(false, false), mode) == eval) }
    #expect(try make(false, false).state().count + heads == make(true, false).state().count)
  }

  @Test(arguments: inceptions.indices) func `transformed inputs put torchvision's nodes before the others`(index: Int)
    throws
  {
    let (name, make, _) = Self.inceptions[index]
    let channels = ["", "_1", "_2"].flatMap { number in ["getitem", "unsqueeze", "mul", "add"].map { $0 + number } }
    for mode in Mode.allCases {
      let plain = try #require(ModelNameTests.golden[name]?[mode.rawValue])
      #expect(try names(make(true, true), mode) == ["x"] + channels + ["cat"] + plain.dropFirst())
    }
  }

  @Test(.needsRuntime, arguments: inceptions.indices)
  func `transformed inputs are as if they had been normalised by 0.5`(index: Int) throws {
    // Three planes of one number: an image normalised by ImageNet's channels.
    let pixels: [Float] = [0.25, -1, 2]
    let image = try Tensor(pixels.flatMap { [Float](repeating: $0, count: 96 * 96) }, shape: [1, 3, 96, 96])
    let extractor = try FeatureExtractor(
      of: Self.inceptions[index].make(true, true), returning: ["cat"], modes: [.eval])
    let found = try #require(try extractor([.tensor(image)])["cat"]?.tensor)
    let raw = zip(pixels, zip([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])).map { Double($0) * $1.1 + $1.0 }
    #expect(try found.sizes == [1, 3, 96, 96])
    for (channel, value) in raw.enumerated() {
      let plane = try found.floats()[channel * 96 * 96..<(channel + 1) * 96 * 96]
      #expect(plane.allSatisfy { abs(Double($0) - (value - 0.5) / 0.5) < 1e-6 })
    }
  }

  @Test(.needsRuntime) func `logits and heads are addressed by torchvision's names`() throws {
    let image = try Goldens.formula([2, 3, 96, 96])
    let heads = ["output.logits", "output.aux_logits2", "output.aux_logits1"]
    let extractor = try FeatureExtractor(
      of: googlenet(numClasses: 7), returning: heads.map { ReturnRequest($0) },
      options: TraceOptions(mode: .train), modes: [.train])
    let features = try extractor([.tensor(image)])
    for head in heads { #expect(try features[head]?.tensor?.sizes == [2, 7]) }
    let outputs = try googlenet(numClasses: 7)(image)
    #expect(
      try [outputs.logits, outputs.auxiliary[0], outputs.auxiliary[1]].map { try $0.sizes } == [
        [2, 7], [2, 7], [2, 7],
      ])
    let model = googlenet(numClasses: 7)
    try model.eval()
    #expect(try model(image).auxiliary.isEmpty)
  }

  @Test(.needsRuntime) func `outputs come back from a dictionary in any order`() throws {
    let (first, second) = (try Tensor([1], shape: [1]), try Tensor([2], shape: [1]))
    let outputs = try AuxiliaryOutputs(
      moduleValue: .dictionary([
        (key: .string("aux_logits"), value: .tensor(first)), (key: .string("logits"), value: .tensor(second)),
      ]))
    #expect(try outputs.logits.floats() == [2])
    #expect(try outputs.auxiliary.map { try $0.floats() } == [[1]])
  }

  @Test(.needsRuntime) func `a transformer refuses an image of another size, and names both sizes`() throws {
    let error = #expect(throws: XylemError.self) { try vit_b_32()(Goldens.formula([1, 3, 192, 224])) }
    #expect(error?.id == .modelRequirement)
    #expect(error?.message.contains("the image is 192 pixels high, but 224 are expected") == true)
  }

  /// The images of torchvision's default weights, where they are not of 224 by 224.
  private static let imageSizes = [
    "inception_v3": 299, "efficientnet_b1": 240, "efficientnet_b2": 288, "efficientnet_b3": 300,
    "efficientnet_b4": 380, "efficientnet_b5": 456, "efficientnet_b6": 528, "efficientnet_b7": 600,
    "efficientnet_v2_s": 384, "efficientnet_v2_m": 480, "efficientnet_v2_l": 480, "swin_v2_t": 256, "swin_v2_s": 256,
    "swin_v2_b": 256, "fcn_resnet50": 520, "fcn_resnet101": 520, "deeplabv3_resnet50": 520, "deeplabv3_resnet101": 520,
    "deeplabv3_mobilenet_v3_large": 520, "lraspp_mobilenet_v3_large": 520, "regnet_y_128gf": 384,
    "vit_tiny_patch16_384": 384, "vit_small_patch16_384": 384, "vit_small_patch32_384": 384,
    "vit_base_patch16_384": 384, "vit_base_patch32_384": 384, "vit_large_patch16_384": 384,
    "vit_large_patch32_384": 384, "efficientnet_lite1": 240, "efficientnet_lite2": 260, "efficientnet_lite3": 300,
    "efficientnet_lite4": 380, "tf_efficientnet_lite1": 240, "tf_efficientnet_lite2": 260,
    "tf_efficientnet_lite3": 300, "tf_efficientnet_lite4": 380, "resnet101d": 256, "resnet152d": 256,
    "resnet200d": 256, "raft_large": 128, "raft_small": 128,
  ]

  /// The clips of torchvision's models of clips, of 16 frames.
  private static let clipSizes = [
    "r3d_18": 112, "mc3_18": 112, "r2plus1d_18": 112, "s3d": 224, "swin3d_t": 224, "swin3d_s": 224, "swin3d_b": 224,
    "mvit_v1_b": 224, "mvit_v2_s": 224,
  ]

  /// Models whose arguments are not valid, and a part of what the error says of them.
  static let invalid: [(make: @Sendable () -> Module, message: String)] = [
    ({ DenseNet([6, -1]) }, "blocks of [6, -1] layers"), ({ DenseNet(dropRate: 2) }, "a drop rate of 2.0"),
    ({ MNASNet(0) }, "0.0 times the width"), ({ MNASNet(.nan) }, "nan times the width"),
    ({ ShuffleNetV2([24, 48, 96]) }, "[24, 48, 96] channels"),
    ({ ShuffleNetV2([24, 47, 96, 192, 1024]) }, "[24, 47, 96, 192, 1024] channels"),
    ({ EfficientNet([], dropout: 0.2) }, "stages of an EfficientNet"),
    ({ EfficientNet([.init(expansion: 1, kernelSize: 3, stride: 3, 8, 8, count: 1)], dropout: 0.2) }, "stages"),
    ({ RegNet(.init(depth: 3, firstWidth: 20, slope: 8, step: 2, groupWidth: 8)) }, "firstWidth 20"),
    ({ RegNet(.init(depth: 3, firstWidth: 24, slope: 8, step: 1, groupWidth: 8)) }, "step 1.0"),
    ({ ConvNeXt([8, 16], [1]) }, "widths [8, 16] and depths [1]"),
    ({ ResNet(.basic, [1, 1, 1, 1], groups: 2) }, "basic blocks in 2 groups"),
    (
      { ResNet(.basic, [1, 1, 1, 1], replaceStrideWithDilation: [false, false, true]) }, "dilated [false, false, true]"
    ),
    ({ ResNet(.bottleneck, [1, 1, 1, 1], replaceStrideWithDilation: [true]) }, "dilated [true]"),
    ({ FCN([1, 1]) }, "[1, 1] bottlenecks"), ({ DeepLabV3(.resNet([1, 1])) }, "[1, 1] bottlenecks"),
    ({ VideoResNet(.basic, [.simple], [1, 1, 1, 1], stem: .basic) }, "1 kinds of convolutions"),
    ({ SwinTransformer(embedDim: 96, depths: [2, 2], numHeads: [3], windowSize: 7) }, "depths [2, 2], heads [3]"),
    ({ SwinTransformer(embedDim: 8, depths: [2], numHeads: [3], windowSize: 7) }, "width 8"),
    ({ SwinTransformer3d(embedDim: 8, depths: [2], numHeads: [1], windowSize: [8, 7]) }, "windows of [8, 7]"),
    (
      {
        MaxViT(
          inputSize: 96, stemChannels: 8, partitionSize: 7, blockChannels: [8], blockLayers: [1], headDim: 8,
          stochasticDepthProb: 0)
      }, "images of 96 with partitions of 7"
    ),
  ]

  @Test(arguments: invalid.indices) func `invalid arguments are an error that states them, at the first use`(
    index: Int
  ) throws {
    let (make, message) = Self.invalid[index]
    let error = #expect(throws: XylemError.self) { try make().namedModules() }
    #expect(error?.id == .modelArgument)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func `a DenseNet with a drop rate has a dropout in each layer`() throws {
    let plain = try names(DenseNet([2, 1]), .train)
    let dropping = try names(DenseNet([2, 1], dropRate: 0.25), .train)
    #expect(dropping.filter { $0.hasSuffix(".dropout") }.count == 3)
    #expect(dropping.filter { !$0.hasSuffix(".dropout") } == plain)
  }

  @Test(.needsRuntime)
  func `a ResNet has the norms that it is given, and its blocks are the identity at first if asked`()
    throws
  {
    let model = ResNet(.bottleneck, [1, 1, 1, 1], zeroInitResidual: true) { GroupNorm(8, $0) }
    let modules = try model.namedModules()
    #expect(!modules.contains { $0.module is BatchNorm })
    #expect(modules.count { $0.module is GroupNorm } == 1 + 4 * 4)
    let norms = try model.namedParameters().filter {
      $0.path.hasSuffix("bn3.weight") || $0.path.hasSuffix("bn2.weight")
    }
    #expect(norms.count == 8)
    for (path, parameter) in norms {
      #expect(try Set(parameter.tensor.floats()) == [path.hasSuffix("bn3.weight") ? 0 : 1], "\(path)")
    }
  }

  @Test(.needsRuntime) func `dilated stages keep the image's size`() throws {
    let model = ResNet(.bottleneck, [1, 1, 1, 1], replaceStrideWithDilation: [false, true, true])
    let features = try FeatureExtractor(of: model, returning: ["layer2", "layer3", "layer4"], modes: [.eval])([
      .tensor(Goldens.formula([1, 3, 64, 64]))
    ])
    for layer in ["layer2", "layer3", "layer4"] { #expect(try features[layer]?.tensor?.sizes.suffix(2) == [8, 8]) }
  }

  @Test(.needsRuntime) func `segmentation models return the logits of each pixel, of both heads if there are two`()
    throws
  {
    let image = try Goldens.formula([1, 3, 33, 47])
    let models: [SegmentationModel] = [
      FCN([1, 1, 1, 1], numClasses: 4, auxLoss: true), deeplabv3_mobilenet_v3_large(numClasses: 4, auxLoss: true),
    ]
    for model in models {
      try model.eval()
      let heads = ["output.out", "output.aux"]
      let features = try FeatureExtractor(of: model, returning: heads.map { ReturnRequest($0) }, modes: [.eval])([
        .tensor(image)
      ])
      for head in heads { #expect(try features[head]?.tensor?.sizes == [1, 4, 33, 47]) }
      let outputs = try TensorRuntime.withGradients(false) { try model(image) }
      #expect(try outputs.aux?.floats() == features["output.aux"]?.tensor?.floats())
      let restored = try SegmentationOutputs(moduleValue: outputs.moduleValue)
      #expect(try restored.out.floats() == outputs.out.floats() && restored.aux?.floats() == outputs.aux?.floats())
    }
    let plain = FCN([1, 1, 1, 1], numClasses: 4)
    try plain.eval()
    #expect(try plain(image).aux == nil)
  }

  @Test(.needsRuntime) func `a trace of a Swin transformer runs at sizes that windows do not divide`() throws {
    let model = SwinTransformer(embedDim: 8, depths: [2, 2], numHeads: [2, 4], windowSize: 4, numClasses: 5)
    try model.eval()
    let extractor = try FeatureExtractor(of: model, returning: ["head"], modes: [.eval])
    for size in [16, 30, 52] {
      let image = try Goldens.formula([1, 3, size, size + 4])
      let expected = try TensorRuntime.withGradients(false) { try model(image).floats() }
      #expect(try extractor([.tensor(image)])["head"]?.tensor?.floats() == expected)
    }
  }

  @Test(.needsRuntime) func `blocks are frozen by their type`() throws {
    let model = shufflenet_v2_x0_5()
    let frozen = try model.freeze(ShuffleNetV2.InvertedResidual.self)
    #expect(frozen.first == "stage2.0.branch1.0.weight" && frozen.last == "stage4.3.branch2.6.bias")
    #expect(
      try model.namedParameters().filter { $0.parameter.tensor.requiresGrad }.map(\.path) == [
        "conv1.0.weight", "conv1.1.weight", "conv1.1.bias", "conv5.0.weight", "conv5.1.weight", "conv5.1.bias",
        "fc.weight", "fc.bias",
      ])
  }

  @Test func `blocks are leaves by their type`() throws {
    let policy = LeafPolicy().leaf(ConvNeXt.Block.self)
    let found = try SwiftModel(ConvNeXt([8, 16], [1, 2])).trace(TraceOptions(naming: .torchvision, policy: policy))
    #expect(
      found.nodeNames == [
        "x", "features.0", "features.1.0", "features.2.0.permute", "features.2.0.features_2_0_weight",
        "features.2.0.features_2_0_bias", "features.2.0.layer_norm", "features.2.0.permute_1", "features.2.1",
        "features.3.0", "features.3.1", "avgpool", "classifier.0.permute", "classifier.0.classifier_0_weight",
        "classifier.0.classifier_0_bias", "classifier.0.layer_norm", "classifier.0.permute_1", "classifier.1",
        "classifier.2",
      ])
  }

  @Test(arguments: ModelZoo.models.map(\.name))
  func `names are unique, and inputs are images or clips of three channels`(
    name: String
  ) {
    let found = ModelZoo.models.filter { $0.name == name }
    #expect(found.count == 1)
    let image = Self.imageSizes[name] ?? 224
    let clip = Self.clipSizes[name].map { [1, 3, 16, $0, $0] }
    #expect(found.first?.inputShape == clip ?? [1, 3, image, image])
    #expect(found.first?.summary.isEmpty == false)
  }
}
