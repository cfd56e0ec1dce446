internal import XylemErrors
public import XylemModels
public import XylemNN
internal import XylemTensor

extension BackboneWithFPN {
  /// A ResNet with a feature pyramid, torchvision's `resnet_fpn_backbone`.
  ///
  /// - Parameters:
  ///   - network: the network; its head is not used. Its parameters that are not trained are frozen.
  ///   - trainableLayers: the number of trained stages from the end, 0 to 5: the fourth to the first, and the first
  ///     convolution. With 5 everything is trained.
  ///   - returnedLayers: the stages whose results are used, 1 to 4.
  ///   - extraBlocks: adds feature maps for coarser resolutions.
  ///   - normLayer: creates the norms of the pyramid; nil for none.
  public static func resnet(
    _ network: ResNet, trainableLayers: Int = 5, returnedLayers: [Int] = [1, 2, 3, 4],
    extraBlocks: ExtraPyramidBlock? = LastLevelMaxPool(), normLayer: ((Int) -> any Layer)? = nil
  ) -> BackboneWithFPN {
    let isAllowed =
      (0...5).contains(trainableLayers) && !returnedLayers.isEmpty && returnedLayers.allSatisfy { (1...4).contains($0) }
      && Set(returnedLayers).count == returnedLayers.count
    let stages = isAllowed ? returnedLayers : [4]
    var trained = Array(["layer4", "layer3", "layer2", "layer1", "conv1"].prefix(max(0, trainableLayers)))
    if trainableLayers == 5 { trained.append("bn1") }
    freeze(network) { path in !trained.contains { path.hasPrefix($0) } }
    let names = stages.indices.map(String.init)
    let first = network.outChannels / 8
    let backbone = BackboneWithFPN(
      network.stages(returning: Dictionary(uniqueKeysWithValues: zip(stages.map { "layer\($0)" }, names))),
      names: names, inChannelsList: stages.map { first << ($0 - 1) }, outChannels: 256, extraBlocks: extraBlocks,
      normLayer: normLayer)
    guard !isAllowed else { return backbone }
    backbone.fault = DetectionErrors.argument(
      "a backbone with \(trainableLayers) trained layers that returns the stages \(returnedLayers)", typeName,
      "0 to 5 layers can be trained, and different ones of the stages 1 to 4 returned")
    return backbone
  }

  /// A MobileNet v3 with a feature pyramid, torchvision's `mobilenet_backbone`.
  ///
  /// - Parameters:
  ///   - network: the network; its head is not used. Its parameters that are not trained are frozen.
  ///   - trainableLayers: the number of trained stages from the end, 0 to all 6: those that begin with a stride, the
  ///     first convolution and the last one.
  ///   - returnedLayers: the stages whose results are used, from 0; nil for the last two.
  ///   - extraBlocks: adds feature maps for coarser resolutions.
  ///   - normLayer: creates the norms of the pyramid; nil for none.
  public static func mobilenet(
    _ network: MobileNetV3, trainableLayers: Int = 6, returnedLayers: [Int]? = nil,
    extraBlocks: ExtraPyramidBlock? = LastLevelMaxPool(), normLayer: ((Int) -> any Layer)? = nil
  ) -> BackboneWithFPN {
    let stages = network.stages
    let returned = returnedLayers ?? Array(stages.indices.suffix(2))
    let isAllowed =
      (0...stages.count).contains(trainableLayers) && !returned.isEmpty && returned.allSatisfy(stages.indices.contains)
      && Set(returned).count == returned.count
    let used = isAllowed ? returned : [stages.count - 1]
    let layers = network.features.layers
    let start = trainableLayers == 0 || !isAllowed ? layers.count : stages[stages.count - trainableLayers].layer
    for layer in layers[..<start] { freeze(layer) { _ in true } }
    let names = used.indices.map(String.init)
    let body = IntermediateLayers(
      layers.enumerated().map { (String($0.offset), $0.element) },
      returning: Dictionary(uniqueKeysWithValues: zip(used.map { String(stages[$0].layer) }, names)))
    let backbone = BackboneWithFPN(
      body, names: names, inChannelsList: used.map { stages[$0].channels }, outChannels: 256,
      extraBlocks: extraBlocks, normLayer: normLayer)
    guard !isAllowed else { return backbone }
    backbone.fault = DetectionErrors.argument(
      "a backbone with \(trainableLayers) trained stages that returns the stages \(returned)", typeName,
      "0 to \(stages.count) stages can be trained, and different ones of 0 to \(stages.count - 1) returned")
    return backbone
  }

  /// Freezes the parameters at the paths that a predicate selects.
  private static func freeze(_ module: Module, where isFrozen: (String) -> Bool) {
    // An invalid module reports its own fault when it is used.
    for (path, parameter) in (try? module.namedParameters()) ?? [] where isFrozen(path) {
      try? parameter.tensor.setRequiresGrad(false)
    }
  }
}
