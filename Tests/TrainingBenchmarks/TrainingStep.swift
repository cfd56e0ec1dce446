import Xylem

/// A step of training on fixed data: gradients, and an update.
enum TrainingStep {
  /// A function that runs a step and returns its loss.
  ///
  /// - Parameters:
  ///   - name: `resnet18` or `maskrcnn`.
  ///   - file: the initial weights, and the data.
  static func make(_ name: String, _ file: [(key: String, tensor: Tensor)]) throws -> () throws -> Double {
    let data = Dictionary(file.map { ($0.key, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    return try name == "resnet18" ? classifier(data) : detector(data)
  }

  private static func weights(_ data: [String: Tensor]) -> [String: Tensor] {
    let prefix = "model."
    return Dictionary(
      uniqueKeysWithValues: data.filter { $0.key.hasPrefix(prefix) }.map {
        (String($0.key.dropFirst(prefix.count)), $0.value)
      }
    )
  }

  private static func classifier(_ data: [String: Tensor]) throws -> () throws -> Double {
    let model = resnet18()
    try model.load(weights(data))
    try model.train()
    let (images, labels) = (data["images"]!, data["labels"]!)
    let optimizer = try SGD(model.parameters(), learningRate: 0.01, momentum: 0.9)
    return {
      try optimizer.zeroGrad()
      let loss = try Functional.crossEntropy(model(images), labels)
      try loss.backward()
      try optimizer.step()
      return try loss.item()
    }
  }

  /// As `xylem-train` trains it.
  private static func detector(_ data: [String: Tensor]) throws -> () throws -> Double {
    let images = [data["images.0"]!, data["images.1"]!]
    let targets = (0..<2).map {
      DetectionTarget(boxes: data["boxes.\($0)"]!, labels: data["labels.\($0)"]!, masks: data["masks.\($0)"]!)
    }
    var options = RCNNOptions()
    options.minSizes = [try images[0].sizes[1]]
    options.maxSize = options.minSizes[0]
    let model = MaskRCNN(
      try ResNet50WithFPN(channels: [256, 512, 1024, 2048]), numClasses: 4,
      parts: .init(anchorGenerator: AnchorGenerator(sizes: [8, 16, 32, 64, 128])), options: options)
    try model.load(weights(data))
    try model.train()
    let optimizer = try AdamW(model.parameters(), learningRate: 3e-5, weightDecay: 1e-4)
    return {
      try optimizer.zeroGrad()
      let loss = try requireFinite(model(images, targets).total())
      try loss.backward()
      try clipGradNorm(model.parameters(), maxNorm: 10)
      try optimizer.step()
      return try loss.item()
    }
  }
}

/// The features of four stages of a ResNet-50, and a feature pyramid over them.
final class ResNet50WithFPN: Module, DetectionBackbone {
  let body: FeatureExtractor
  let fpn: FeaturePyramidNetwork
  let outChannels = 256

  init(channels: [Int]) throws {
    body = try FeatureExtractor(
      of: resnet50(), returning: ["layer1": "0", "layer2": "1", "layer3": "2", "layer4": "3"])
    fpn = FeaturePyramidNetwork(channels, outChannels: outChannels, extraBlocks: LastLevelMaxPool())
  }

  func forward(_ x: Tensor) throws -> FeatureMaps {
    try fpn(FeatureMaps(body(x).tensors().map { (name: $0.key, map: $0.tensor) }))
  }
}
