internal import XylemModels
public import XylemNN

private func resnet(_ normLayer: @escaping (Int) -> any Layer) -> ResNet {
  ResNet(.bottleneck, [3, 4, 6, 3], normLayer: normLayer)
}

private func pyramid(
  _ trainableLayers: Int, _ extraBlock: LastLevelP6P7, _ normLayer: @escaping (Int) -> any Layer
) -> BackboneWithFPN {
  .resnet(resnet(normLayer), trainableLayers: trainableLayers, returnedLayers: [2, 3, 4], extraBlocks: extraBlock)
}

/// RetinaNet over ResNet-50 and a feature pyramid, torchvision's `retinanet_resnet50_fpn`.
///
/// torchvision's checkpoint was trained with `normLayer: { FrozenBatchNorm2d($0, eps: 0) }`.
///
/// - Parameters:
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 5.
///   - normLayer: creates the norms of the backbone for a number of channels.
public func retinanet_resnet50_fpn(
  numClasses: Int = 91, trainableBackboneLayers: Int = 5,
  normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) }, plan: DenseDetector.Plan = .retinaNet,
  transform: DetectionTransform = DetectionTransform()
) -> RetinaNet {
  RetinaNet(
    pyramid(trainableBackboneLayers, LastLevelP6P7(256, 256), normLayer), numClasses: numClasses, plan: plan,
    transform: transform)
}

/// The improved RetinaNet over ResNet-50, torchvision's `retinanet_resnet50_fpn_v2`: Zhang et al., arXiv:1912.02424.
///
/// - Parameter trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 5.
public func retinanet_resnet50_fpn_v2(
  numClasses: Int = 91, trainableBackboneLayers: Int = 5, plan: DenseDetector.Plan = .retinaNet,
  transform: DetectionTransform = DetectionTransform()
) -> RetinaNet {
  let anchors = AnchorGenerator.retinaNet
  return RetinaNet(
    pyramid(trainableBackboneLayers, LastLevelP6P7(2048, 256)) { BatchNorm2d($0) }, numClasses: numClasses,
    anchorGenerator: anchors,
    head: RetinaNetHead(
      256, anchorCount: anchors.countsPerLocation[0], numClasses: numClasses, normLayer: { GroupNorm(32, $0) }),
    boxLoss: .generalizedIoU, plan: plan, transform: transform)
}

/// FCOS over ResNet-50 and a feature pyramid, torchvision's `fcos_resnet50_fpn`.
///
/// torchvision's checkpoint was trained with `normLayer: { FrozenBatchNorm2d($0) }`.
///
/// - Parameters:
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 5.
///   - normLayer: creates the norms of the backbone for a number of channels.
public func fcos_resnet50_fpn(
  numClasses: Int = 91, trainableBackboneLayers: Int = 5,
  normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) }, plan: DenseDetector.Plan = .fcos,
  transform: DetectionTransform = DetectionTransform()
) -> FCOS {
  FCOS(
    pyramid(trainableBackboneLayers, LastLevelP6P7(256, 256), normLayer), numClasses: numClasses, plan: plan,
    transform: transform)
}

/// SSD over VGG-16 for images of 300 pixels, torchvision's `ssd300_vgg16`.
///
/// - Parameters:
///   - numClasses: the classes, 0 being the background.
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 5.
public func ssd300_vgg16(
  numClasses: Int = 91, trainableBackboneLayers: Int = 5, plan: DenseDetector.Plan = .ssd
) -> SSD {
  let backbone = SSDFeatureExtractorVGG(vgg16(), trainableLayers: trainableBackboneLayers)
  return SSD(
    backbone, channels: backbone.channels,
    anchorGenerator: DefaultBoxGenerator(
      aspectRatios: [[2], [2, 3], [2, 3], [2, 3], [2], [2]], scales: [0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05],
      steps: [8, 16, 32, 64, 100, 300]), size: ImageSize(height: 300, width: 300), numClasses: numClasses,
    // The network wants pixels from 0 to 255.
    imageMean: [0.48235, 0.45882, 0.40784], imageStd: [1 / 255, 1 / 255, 1 / 255], plan: plan)
}

/// SSDlite over the large MobileNet v3 for images of 320 pixels, torchvision's `ssdlite320_mobilenet_v3_large`.
///
/// As in torchvision without weights of a classifier, the last blocks of the backbone are half as wide.
///
/// - Parameters:
///   - numClasses: the classes, 0 being the background.
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 6.
///   - normLayer: creates the norms for a number of channels.
public func ssdlite320_mobilenet_v3_large(
  numClasses: Int = 91, trainableBackboneLayers: Int = 6,
  normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0, eps: 0.001, momentum: 0.03) },
  plan: DenseDetector.Plan = .ssdLite
) -> SSD {
  let network = mobilenet_v3_large(reducedTail: true, normLayer: normLayer)
  network.initializeAllConvolutions(.normal(std: 0.03))
  let backbone = SSDLiteFeatureExtractorMobileNet(
    network, trainableLayers: trainableBackboneLayers, normLayer: normLayer)
  let boxes = DefaultBoxGenerator(aspectRatios: Array(repeating: [2, 3], count: 6), minRatio: 0.2, maxRatio: 0.95)
  return SSD(
    backbone, channels: backbone.channels, anchorGenerator: boxes, size: ImageSize(height: 320, width: 320),
    numClasses: numClasses, imageMean: [0.5, 0.5, 0.5], imageStd: [0.5, 0.5, 0.5],
    head: SSDLiteHead(
      backbone.channels, anchorCounts: boxes.countsPerLocation, numClasses: numClasses, normLayer: normLayer),
    plan: plan)
}

extension Module {
  /// Sets the initialiser of the weights of all convolutions in this module, and their biases to 0.
  fileprivate func initializeAllConvolutions(_ initializer: Initializer) {
    // An invalid module reports its own fault when it is used.
    for (_, module) in (try? namedModules()) ?? [] {
      guard let layer = module as? Convolution else { continue }
      layer.weight.initialize(initializer)
      layer.bias?.initialize(.zeros)
    }
  }
}
