import Xylem

/// The features of four stages of a ResNet-50, and a feature pyramid over them.
final class ResNet50WithFPN: Module, DetectionBackbone {
  let body: FeatureExtractor
  let fpn: FeaturePyramidNetwork
  let outChannels = 256

  init(weights: String? = nil) throws {
    let model = resnet50()
    if let weights { try model.load(weights) }
    // The stages get the names of the pyramid's maps.
    let body = try FeatureExtractor(of: model, returning: ["layer1": "0", "layer2": "1", "layer3": "2", "layer4": "3"])
    // A dry run tells the number of channels.
    let features = try TensorRuntime.withGradients(false) { try body(Tensor.randn([2, 3, 64, 64])) }
    let channels = try features.tensors().map { try $0.tensor.sizes[1] }
    self.body = body
    fpn = FeaturePyramidNetwork(channels, outChannels: outChannels, extraBlocks: LastLevelMaxPool())
  }

  func forward(_ x: Tensor) throws -> FeatureMaps {
    try fpn(FeatureMaps(body(x).tensors().map { (name: $0.key, map: $0.tensor) }))
  }
}

/// Mask R-CNN for the shapes of scenes.
enum ShapeDetector {
  static func make(side: Int, weights: String?) throws -> MaskRCNN {
    var options = RCNNOptions()
    options.minSizes = [side]
    options.maxSize = side
    let anchors = AnchorGenerator(sizes: [8, 16, 32, 64, 128])
    return MaskRCNN(
      try ResNet50WithFPN(weights: weights), numClasses: Scene.classes.count, parts: .init(anchorGenerator: anchors),
      options: options)
  }

  /// What the model finds in each scene, with a score above one half.
  static func detections(of model: MaskRCNN, _ scenes: [Scene]) throws -> [[Found]] {
    try model.eval()
    return try TensorRuntime.withGradients(false) {
      try model(scenes.map { try $0.tensor() }).map { try Found.all($0) }
    }
  }
}

/// An object that was found.
struct Found {
  let label: Int
  let score: Double
  /// Left, top, right and bottom edges in pixels.
  let box: [Double]
  /// Row by row: whether a pixel belongs to the object.
  let mask: [Bool]

  static func all(_ detections: Detections) throws -> [Found] {
    let (labels, scores) = (try detections.labels.integers(), try detections.scores.doubles())
    let boxes = try detections.boxes.doubles()
    let masks = try detections.masks?.doubles() ?? []
    let size = labels.isEmpty ? 0 : masks.count / labels.count
    return labels.indices.filter { scores[$0] > 0.5 }.map { index in
      Found(
        label: labels[index], score: scores[index], box: Array(boxes[(index * 4)..<(index * 4 + 4)]),
        mask: masks[(index * size)..<((index + 1) * size)].map { $0 > 0.5 })
    }
  }
}
