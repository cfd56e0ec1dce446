import Testing
import XylemDetection
import XylemExtract
import XylemModels
import XylemNN
import XylemTensor
import XylemTestSupport

/// A backbone that an extractor computes.
private final class ExtractedBackbone: Module, DetectionBackbone {
  let body: FeatureExtractor
  let fpn: FeaturePyramidNetwork
  let outChannels = 32

  init(_ model: ResNet) throws {
    body = try FeatureExtractor(of: model, returning: ["layer2": "0", "layer3": "1", "layer4": "2"])
    fpn = FeaturePyramidNetwork([128, 256, 512], outChannels: 32, extraBlocks: LastLevelMaxPool())
  }

  func forward(_ x: Tensor) throws -> FeatureMaps {
    try fpn(FeatureMaps(body(x).tensors().map { (name: $0.key, map: $0.tensor) }))
  }
}

extension SeededTests {
  @Test(.needsEngine) func `A detector written in Swift finds the same with an engine under its backbone`() throws {
    try TensorRuntime.setSeed(3)
    let backbone = try ExtractedBackbone(resnet18())
    let model = FasterRCNN(
      backbone, numClasses: 4,
      parts: FasterRCNN.Parts(
        anchorGenerator: AnchorGenerator(
          sizes: [[16], [32], [64], [128]], aspectRatios: Array(repeating: [0.5, 1, 2], count: 4)),
        boxRoIPool: MultiScaleRoIAlign(featureMapNames: ["0", "1", "2"], outputSize: 7, samplingRatio: 2)),
      options: SmallDetectors.options)
    try model.eval()
    // The same size again: the first call of a size computes in libtorch.
    let images = try [SmallDetectors.photos()[0]]
    try withoutGradients {
      let expected = try model(images)
      backbone.body.engineOptions = EngineOptions(.openvino)
      for call in 0..<2 {
        for (found, exact) in zip(try model(images), expected) {
          #expect(try found.labels.integers() == exact.labels.integers(), "call \(call)")
          for (a, b) in [(found.boxes, exact.boxes), (found.scores, exact.scores)] {
            let (own, other) = (try a.floats(), try b.floats())
            // Edges are in pixels.
            #expect(own.count == other.count && zip(own, other).allSatisfy { abs($0 - $1) <= 1e-2 }, "call \(call)")
          }
        }
      }
    }
    let report = try #require(backbone.body.engineReport)
    #expect(report.note == nil && report.parts.contains { $0.engine.hasPrefix("openvino") })
  }
}
