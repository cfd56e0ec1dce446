import Foundation
import Testing
import XylemDetection
import XylemErrors
import XylemFiles
import XylemImage
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Detectors in two stages with the weights of the fixtures' formula.
enum SmallDetectors {
  nonisolated(unsafe) static let goldens = (try? Fixtures.object("goldens/detectors.json")) ?? [:]
  static let names = goldens.keys.filter { $0 != "heads" }.sorted()
  static let withValues = names.filter { (goldens[$0] as? [String: Any])?["detections"] != nil }

  /// The options of the fixtures: small images, and few boxes.
  static var options: RCNNOptions {
    var options = RCNNOptions()
    (options.minSizes, options.maxSize) = ([128], 192)
    (options.rpn.candidates, options.rpn.candidatesInTraining) = (60, 60)
    (options.rpn.proposals, options.rpn.proposalsInTraining) = (30, 30)
    (options.rpn.batchSizePerImage, options.heads.batchSizePerImage) = (32, 16)
    (options.heads.detectionsPerImage, options.heads.scoreThreshold) = (12, 0.2)
    return options
  }

  static func make(_ name: String, classes: Int) throws -> GeneralizedRCNN {
    switch name {
    case "fasterrcnn_resnet50_fpn": fasterrcnn_resnet50_fpn(numClasses: classes, options: options)
    case "fasterrcnn_resnet50_fpn_v2": fasterrcnn_resnet50_fpn_v2(numClasses: classes, options: options)
    case "fasterrcnn_mobilenet_v3_large_fpn":
      fasterrcnn_mobilenet_v3_large_fpn(numClasses: classes, options: options)
    case "fasterrcnn_mobilenet_v3_large_320_fpn":
      fasterrcnn_mobilenet_v3_large_320_fpn(numClasses: classes, options: options)
    case "maskrcnn_resnet50_fpn": maskrcnn_resnet50_fpn(numClasses: classes, options: options)
    case "maskrcnn_resnet50_fpn_v2": maskrcnn_resnet50_fpn_v2(numClasses: classes, options: options)
    case "keypointrcnn_resnet50_fpn": keypointrcnn_resnet50_fpn(numClasses: classes, options: options)
    default: throw CocoaError(.featureUnsupported)
    }
  }

  /// A detector with weights by the formula, of which those of the layers that score are centred and scaled.
  static func filled(_ name: String) throws -> GeneralizedRCNN {
    let golden = try #require(goldens[name] as? [String: Any])
    let model = try make(name, classes: #require(golden["classes"] as? Int))
    try model.fill(gain: golden["gain"] as? Double ?? 1)
    let heads = try #require(goldens["heads"] as? [String: Double])
    try withoutGradients {
      for entry in try model.state() {
        let count = try entry.tensor.sizes.count
        guard count >= 2, let scale = heads.first(where: { entry.key.contains($0.key) })?.value else { continue }
        let mean = try entry.tensor.mean(dim: Dims(Array(1..<count)), keepdim: true)
        try entry.tensor.sub_(mean).mul_(scale)
      }
    }
    return model
  }

  static func photos() throws -> [Tensor] {
    try ["astronaut.png", "chelsea.png"].map { name in
      let image = try PixelImage.decode(path: Fixtures.path("images/\(name)"))
      let bytes = try HostArray(dtype: .uint8, shape: [image.height, image.width, 3], bytes: image.pixels)
      return try Tensor(bytes).permute(2, 0, 1).float() / 255
    }
  }

  /// Three boxes in the first photograph, with masks and keypoints, and none in the second.
  static func targets(for images: [Tensor], keypoints: Bool) throws -> [DetectionTarget] {
    try images.enumerated().map { index, image in
      let (height, width) = (try image.sizes[1], try image.sizes[2])
      let part = try Goldens.formula([3, 4], shift: 7 * index) + 0.5
      let size = try Tensor([width, height])
      let start = try part[.all, .slice(nil, 2)] * size * 0.5
      let end = try start + 40 + part[.all, .slice(2)] * size * 0.4
      let boxes = try Tensor.cat([start, end], dim: 1)
      let (rows, columns) = (
        try Tensor.arange(height).reshape([1, -1, 1]), try Tensor.arange(width).reshape([1, 1, -1])
      )
      func edge(_ position: Int) throws -> Tensor { try boxes[.all, .at(Size(position))].reshape([-1, 1, 1]) }
      let isInside =
        try columns.ge(edge(0)) & columns.lt(edge(2)) & (rows.ge(edge(1)) & rows.lt(edge(3)))
      let masks = try (isInside & (rows + columns).remainder(7).gt(1)).to(.uint8)
      let points = try (Goldens.formula([3, 17, 3], shift: index) + 0.5) * Tensor([width, height, 2])
      let count = index == 1 ? 0 : 3
      return DetectionTarget(
        boxes: try boxes[0..<count], labels: try Tensor(keypoints ? [1, 1, 1] : [1, 3, 5])[0..<count],
        masks: try masks[0..<count], keypoints: try points[0..<count])
    }
  }
}

/// State dicts of the detectors beside torchvision's.
@Suite struct DetectorStateTests {
  @Test(arguments: SmallDetectors.names)
  func `keys and shapes of the state dict are torchvision's, in its order`(name: String) throws {
    let golden = try #require(SmallDetectors.goldens[name] as? [String: Any])
    let model = try SmallDetectors.make(name, classes: #require(golden["classes"] as? Int))
    let state = try model.state()
    #expect(state.count == golden["keys"] as? Int)
    let lines = try state.map { "\($0.key) \(try $0.tensor.sizes)" }
    #expect(ContentDigest.of(lines.joined(separator: "\n")) == golden["key_hash"] as? String)
    #expect(try model.parameters().reduce(0) { try $0 + $1.tensor.count } == golden["parameters"] as? Int)
  }
}

extension SeededTests {
  @Test(arguments: SmallDetectors.withValues)
  func `detections in two photographs equal torchvision's`(name: String) throws {
    let golden = try #require(SmallDetectors.goldens[name] as? [String: Any])
    let expected = try #require(golden["detections"] as? [Any]).map { try PartGoldens($0) }
    let model = try SmallDetectors.filled(name)
    try model.eval()
    let found = try withoutGradients { try model(SmallDetectors.photos()) }
    #expect(found.count == expected.count)
    // Edges in pixels, of up to 512.
    let tolerance = Goldens.Tolerance(relative: 1e-3 / 512, absolute: 1e-3)
    for (number, (detections, golden)) in zip(found, expected).enumerated() {
      #expect(try golden.differences(detections.labels, "labels", .exact) == [])
      #expect(try golden.differences(detections.boxes, "boxes", tolerance) == [])
      #expect(try golden.differences(detections.scores, "scores", .init(relative: 1e-4)) == [])
      if let masks = detections.masks {
        #expect(try golden.differences(masks, "masks", tolerance) == [])
        try expectMasks(masks, name: "\(name).\(number)")
      }
      if let keypoints = detections.keypoints, let scores = detections.keypointScores {
        #expect(try golden.differences(keypoints, "keypoints", tolerance) == [])
        #expect(try golden.differences(scores, "keypoints_scores", tolerance) == [])
      }
      #expect((detections.masks == nil) == (golden["masks"] == nil))
      #expect((detections.keypoints == nil) == (golden["keypoints"] == nil))
    }
  }

  /// Compares where masks `[N, 1, H, W]` are above one half with a picture of torchvision's, pixel for pixel. A pixel
  /// may differ if its probability is one half to rounding.
  private func expectMasks(
    _ masks: Tensor, name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let sizes = try masks.sizes
    let picture = try PixelImage.decode(path: Fixtures.path("goldens/masks/\(name).png"))
    let isOfSameSize = picture.height == sizes[0] * sizes[2] && picture.width == sizes[3]
    #expect(isOfSameSize, sourceLocation: sourceLocation)
    let probabilities = try masks.doubles()
    try #require(probabilities.count * 3 == picture.pixels.count, sourceLocation: sourceLocation)
    let different = probabilities.indices.filter { index in
      (probabilities[index] > 0.5) != (picture.pixels[index * 3] > 127) && abs(probabilities[index] - 0.5) > 1e-3
    }
    #expect(different.prefix(8) == [], "pixels of \(name)", sourceLocation: sourceLocation)
    let inside = probabilities.count { $0 > 0.5 }
    #expect(inside > 1_000 && inside < probabilities.count / 2, "the masks have both", sourceLocation: sourceLocation)
  }

  @Test(arguments: SmallDetectors.withValues)
  func `losses and gradients equal torchvision's with its seed, also if an image has no objects`(name: String) throws {
    let golden = try PartGoldens(PartGoldens(SmallDetectors.goldens[name])["train"])
    let model = try SmallDetectors.filled(name)
    try model.train()
    for (_, module) in try model.namedModules() where module is BatchNorm2d { module.isTraining = false }
    let images = try SmallDetectors.photos()
    let targets = try SmallDetectors.targets(for: images, keypoints: name.contains("keypoint"))
    try TensorRuntime.setSeed(3)
    let losses = try model(images, targets)
    #expect(losses.entries.map(\.name) == golden["order"] as? [String])
    let expected = try PartGoldens(golden["losses"])
    for (name, value) in losses.entries {
      #expect(try expected.differences(value, name, .init(relative: 1e-4)) == [])
    }
    try losses.total().backward()
    let parameters = Dictionary(
      uniqueKeysWithValues: try model.namedParameters().map { ($0.path, $0.parameter.tensor) })
    let gradients = try PartGoldens(golden["gradients"])
    #expect(gradients.cases.count >= 4)
    for key in gradients.cases.keys {
      let gradient = try parameters[key]?.gradient()
      #expect(try gradients.differences(#require(gradient), key, .init(relative: 1e-3)) == [])
    }
  }
}
