internal import XylemModels
public import XylemNN

private func resnet(_ normLayer: @escaping (Int) -> any Layer) -> ResNet {
  ResNet(.bottleneck, [3, 4, 6, 3], normLayer: normLayer)
}

/// The parts of version 2: deeper heads with norms.
private func secondVersion() -> FasterRCNN.Parts {
  let anchors = AnchorGenerator(sizes: [32, 64, 128, 256, 512])
  return FasterRCNN.Parts(
    anchorGenerator: anchors, rpnHead: RPNHead(256, anchorCount: anchors.countsPerLocation[0], depth: 2),
    boxHead: FastRCNNConvFCHead(
      inputSize: (256, 7, 7), convLayers: [256, 256, 256, 256], fcLayers: [1024], normLayer: { BatchNorm2d($0) }))
}

/// Faster R-CNN over ResNet-50 and a feature pyramid, torchvision's `fasterrcnn_resnet50_fpn`.
///
/// torchvision's checkpoint was trained with `normLayer: { FrozenBatchNorm2d($0, eps: 0) }`.
///
/// - Parameters:
///   - numClasses: the classes, 0 being the background.
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 5.
///   - normLayer: creates the norms of the backbone for a number of channels.
public func fasterrcnn_resnet50_fpn(
  numClasses: Int = 91, trainableBackboneLayers: Int = 5,
  normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) }, options: RCNNOptions = RCNNOptions()
) -> FasterRCNN {
  FasterRCNN(
    BackboneWithFPN.resnet(resnet(normLayer), trainableLayers: trainableBackboneLayers), numClasses: numClasses,
    options: options)
}

/// The improved Faster R-CNN over ResNet-50, torchvision's `fasterrcnn_resnet50_fpn_v2`: Li et al., arXiv:2111.11429.
///
/// - Parameters:
///   - numClasses: the classes, 0 being the background.
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 5.
public func fasterrcnn_resnet50_fpn_v2(
  numClasses: Int = 91, trainableBackboneLayers: Int = 5, options: RCNNOptions = RCNNOptions()
) -> FasterRCNN {
  FasterRCNN(
    BackboneWithFPN.resnet(
      resnet { BatchNorm2d($0) }, trainableLayers: trainableBackboneLayers, normLayer: { BatchNorm2d($0) }),
    numClasses: numClasses, parts: secondVersion(), options: options)
}

private func mobile(
  _ numClasses: Int, _ trainableLayers: Int, _ normLayer: @escaping (Int) -> any Layer, _ options: RCNNOptions
) -> FasterRCNN {
  let sizes = Array(repeating: [32, 64, 128, 256, 512], count: 3)
  return FasterRCNN(
    BackboneWithFPN.mobilenet(mobilenet_v3_large(normLayer: normLayer), trainableLayers: trainableLayers),
    numClasses: numClasses,
    parts: FasterRCNN.Parts(
      anchorGenerator: AnchorGenerator(sizes: sizes, aspectRatios: sizes.map { _ in [0.5, 1, 2] })),
    options: options)
}

/// Faster R-CNN over MobileNet v3 and a feature pyramid, torchvision's `fasterrcnn_mobilenet_v3_large_fpn`.
///
/// torchvision's checkpoint was trained with `normLayer: { FrozenBatchNorm2d($0) }`.
///
/// - Parameters:
///   - numClasses: the classes, 0 being the background.
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 6.
///   - normLayer: creates the norms of the backbone for a number of channels.
public func fasterrcnn_mobilenet_v3_large_fpn(
  numClasses: Int = 91, trainableBackboneLayers: Int = 6,
  normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) }, options: RCNNOptions = .mobile
) -> FasterRCNN { mobile(numClasses, trainableBackboneLayers, normLayer, options) }

/// Faster R-CNN over MobileNet v3 for small images, torchvision's `fasterrcnn_mobilenet_v3_large_320_fpn`.
///
/// torchvision's checkpoint was trained with `normLayer: { FrozenBatchNorm2d($0) }`.
///
/// - Parameters:
///   - numClasses: the classes, 0 being the background.
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 6.
///   - normLayer: creates the norms of the backbone for a number of channels.
public func fasterrcnn_mobilenet_v3_large_320_fpn(
  numClasses: Int = 91, trainableBackboneLayers: Int = 6,
  normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) }, options: RCNNOptions = .mobile320
) -> FasterRCNN { mobile(numClasses, trainableBackboneLayers, normLayer, options) }

/// Mask R-CNN over ResNet-50 and a feature pyramid, torchvision's `maskrcnn_resnet50_fpn`.
///
/// torchvision's checkpoint was trained with `normLayer: { FrozenBatchNorm2d($0, eps: 0) }`.
///
/// - Parameters:
///   - numClasses: the classes, 0 being the background.
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 5.
///   - normLayer: creates the norms of the backbone for a number of channels.
public func maskrcnn_resnet50_fpn(
  numClasses: Int = 91, trainableBackboneLayers: Int = 5,
  normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) }, options: RCNNOptions = RCNNOptions()
) -> MaskRCNN {
  MaskRCNN(
    BackboneWithFPN.resnet(resnet(normLayer), trainableLayers: trainableBackboneLayers), numClasses: numClasses,
    options: options)
}

/// The improved Mask R-CNN over ResNet-50, torchvision's `maskrcnn_resnet50_fpn_v2`: Li et al., arXiv:2111.11429.
///
/// - Parameters:
///   - numClasses: the classes, 0 being the background.
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 5.
public func maskrcnn_resnet50_fpn_v2(
  numClasses: Int = 91, trainableBackboneLayers: Int = 5, options: RCNNOptions = RCNNOptions()
) -> MaskRCNN {
  MaskRCNN(
    BackboneWithFPN.resnet(
      resnet { BatchNorm2d($0) }, trainableLayers: trainableBackboneLayers, normLayer: { BatchNorm2d($0) }),
    numClasses: numClasses, parts: secondVersion(),
    masks: RoIHeads.Branch(
      pool: MultiScaleRoIAlign(featureMapNames: ["0", "1", "2", "3"], outputSize: 14, samplingRatio: 2),
      head: MaskRCNNHeads(256, layers: [256, 256, 256, 256], normLayer: { BatchNorm2d($0) }),
      predictor: MaskRCNNPredictor(256, dimReduced: 256, numClasses: max(1, numClasses))),
    options: options)
}

/// Keypoint R-CNN over ResNet-50 and a feature pyramid, torchvision's `keypointrcnn_resnet50_fpn`.
///
/// torchvision's checkpoint was trained with `normLayer: { FrozenBatchNorm2d($0, eps: 0) }`.
///
/// - Parameters:
///   - numClasses: the classes, 0 being the background.
///   - numKeypoints: the keypoints of each object.
///   - trainableBackboneLayers: the number of trained stages of the backbone from the end, 0 to 5.
///   - normLayer: creates the norms of the backbone for a number of channels.
public func keypointrcnn_resnet50_fpn(
  numClasses: Int = 2, numKeypoints: Int = 17, trainableBackboneLayers: Int = 5,
  normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) }, options: RCNNOptions = .keypoints
) -> KeypointRCNN {
  KeypointRCNN(
    BackboneWithFPN.resnet(resnet(normLayer), trainableLayers: trainableBackboneLayers), numClasses: numClasses,
    numKeypoints: numKeypoints, options: options)
}
