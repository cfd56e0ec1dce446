import Testing
import XylemDetection
import XylemErrors
import XylemFiles
import XylemImage
import XylemModels
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Detectors in one stage beside torchvision's, with the same weights, on two photographs.
@Suite(.needsRuntime, .serialized) struct OneStageTests {
  private static let builders: [String: @Sendable () -> DenseDetector] = [
    "retinanet_resnet50_fpn": { retinanet_resnet50_fpn(numClasses: 5, plan: few(.retinaNet), transform: small()) },
    "retinanet_resnet50_fpn_v2": {
      retinanet_resnet50_fpn_v2(numClasses: 5, plan: few(.retinaNet), transform: small())
    },
    "fcos_resnet50_fpn": { fcos_resnet50_fpn(numClasses: 5, plan: few(.fcos), transform: small()) },
    "ssd300_vgg16": { ssd300_vgg16(numClasses: 5, plan: few(.ssd)) },
    "ssdlite320_mobilenet_v3_large": { ssdlite320_mobilenet_v3_large(numClasses: 5, plan: few(.ssdLite)) },
  ]

  private static func few(_ plan: DenseDetector.Plan) -> DenseDetector.Plan {
    var plan = plan
    plan.candidates = 60
    plan.detections = 25
    return plan
  }

  private static func small() -> DetectionTransform { DetectionTransform(minSizes: [128], maxSize: 192) }

  /// The model with the golden's weights.
  private func model(_ name: String, _ golden: PartGoldens) throws -> DenseDetector {
    let builder = try #require(Self.builders[name])
    let model = builder()
    let state = try model.state()
    let keys = try #require(golden["keys"] as? [String])
    #expect(state.map(\.key).sorted() == keys.sorted())
    var values = try WeightFormula.state(
      state.map { ($0.key, $0.tensor) }, gain: try #require(golden["gain"] as? Double))
    for (key, scale) in try #require(golden["scaled"] as? [String: [Double]]) {
      values[key] = try #require(values[key]) * scale[0] + scale[1]
    }
    let report = try model.load(values)
    #expect(report.missing.isEmpty && report.unexpected.isEmpty)
    return model
  }

  /// Every third pixel of two photographs.
  private func photographs() throws -> [Tensor] {
    try ["chelsea", "coffee"].map { name in
      let image = try PixelImage.decode(path: Fixtures.path("images/\(name).png"))
      let (rows, columns) = (
        Array(stride(from: 0, to: image.height, by: 3)), Array(stride(from: 0, to: image.width, by: 3))
      )
      var numbers: [Double] = []
      for channel in 0..<3 {
        for y in rows {
          for x in columns { numbers.append(Double(Float(image.pixels[(y * image.width + x) * 3 + channel]) / 255)) }
        }
      }
      return try Tensor(HostArray(numbers, shape: [3, rows.count, columns.count])).float()
    }
  }

  private func targets(empty: Bool = false) throws -> [DetectionTarget] {
    let boxes = try Tensor(
      HostArray([20, 10, 90, 80, 5.5, 30.25, 40, 66, 60, 50, 130, 95] as [Double], shape: [3, 4])
    ).float()
    let labels = try Tensor(HostArray([1, 3, 2] as [Int64], shape: [3]))
    let second =
      empty
      ? DetectionTarget(boxes: try Tensor.zeros([0, 4]), labels: try Tensor.zeros([0], dtype: .int64))
      : DetectionTarget(
        boxes: try Tensor(HostArray([30, 5, 110, 120] as [Double], shape: [1, 4])).float(),
        labels: try Tensor(HostArray([2] as [Int64], shape: [1])))
    return [DetectionTarget(boxes: boxes, labels: labels), second]
  }

  @Test(arguments: builders.keys.sorted()) func `detections, losses and gradients equal torchvision's`(name: String)
    throws
  {
    let golden = try PartGoldens(Fixtures.object("goldens/one_stage.json")[name])
    let model = try model(name, golden)
    try model.eval()
    let found = try TensorRuntime.withGradients(false) { try model(photographs()) }
    let expected = try #require(golden["detections"] as? [[String: Any]])
    #expect(found.count == expected.count)
    for (index, image) in expected.enumerated() {
      let place = "\(name), image \(index)"
      let tolerance = Goldens.Tolerance(relative: 1e-4, absolute: 1e-4)
      #expect(try found[index].count == 25)
      #expect(
        try Goldens.differences(.tensor(found[index].labels), image["labels"], at: "\(place) labels", .exact) == [])
      #expect(
        try Goldens.differences(.tensor(found[index].scores), image["scores"], at: "\(place) scores", tolerance) == [])
      #expect(
        try Goldens.differences(.tensor(found[index].boxes), image["boxes"], at: "\(place) boxes", tolerance) == [])
    }
    let cases = try #require(golden["losses"] as? [String: [String: Any]])
    #expect(cases.count == 2)
    for (what, entry) in cases {
      let model = try self.model(name, golden)
      try model.train()
      let losses = try model(photographs(), targets(empty: what != "objects"))
      let values = try #require(entry["values"] as? [String: Double])
      #expect(Set(losses.entries.map(\.name)) == Set(values.keys))
      for (loss, value) in values {
        let own = try #require(try losses[loss]?.item())
        #expect(abs(own - value) <= 1e-3 * max(1, abs(value)), "\(name), \(what), \(loss): \(own), not \(value)")
      }
      try losses.total().backward()
      let first = try #require(golden["first"] as? String)
      let parameter = try #require(try model.namedParameters().first { $0.path == first })
      let gradient = try #require(try parameter.parameter.tensor.gradient())
      let differences = try Goldens.differences(
        .tensor(gradient), entry["gradient"], at: "\(name), \(what), the gradient of \(first)",
        .init(relative: 1e-3, absolute: 1e-4))
      #expect(differences == [])
    }
  }

  @Test func `default boxes equal torchvision's`() throws {
    let boxes = DefaultBoxGenerator(aspectRatios: [[2], [2, 3]], minRatio: 0.2, maxRatio: 0.9)
    let images = ImageList(try Tensor.zeros([1, 3, 40, 60]), sizes: [ImageSize(height: 40, width: 60)])
    let found = try boxes(images, [Tensor.zeros([1, 8, 1, 2]), Tensor.zeros([1, 8, 1, 1])])
    #expect(boxes.countsPerLocation == [4, 6])
    #expect(found.count == 1)
    let numbers = try found[0].doubles()
    let expected: [Double] = [
      9, 16, 21, 24, 2.2720776, 11.514719, 27.727922, 28.485281, 6.5147186, 17.171574, 23.485281, 22.828426, 10.757359,
      14.343146, 19.242640, 25.656855,
    ]
    for (own, wanted) in zip(numbers, expected) { #expect(abs(own - wanted) < 1e-4) }
    #expect(numbers.count == 4 * (2 * 4 + 6))
  }

  @Test func `a label that is not a class, a head for other boxes and arguments out of range are errors`() throws {
    let model = ssdlite320_mobilenet_v3_large(numClasses: 3)
    try model.train()
    let error = #expect(throws: XylemError.self) { try model(photographs(), targets()) }
    #expect(error?.id == .detectionTarget)
    #expect(throws: XylemError.self) { try model(photographs()) }
    let wrong = FCOS(
      SSDFeatureExtractorVGG(vgg16()), numClasses: 2,
      anchorGenerator: AnchorGenerator(sizes: [[8, 16]], aspectRatios: [[1]]))
    #expect(wrong.fault?.id == .modelArgument)
    #expect(DefaultBoxGenerator(aspectRatios: [[2]], scales: [0.1]).fault?.id == .modelArgument)
    #expect(SSDHead([8, 8], anchorCounts: [4], numClasses: 2).fault?.id == .modelArgument)
    #expect(RetinaNetHead(0, anchorCount: 1, numClasses: 2).fault?.id == .modelArgument)
  }

  @Test func `the focal loss equals its definition`() throws {
    let logits = try Tensor(HostArray([0.5, -1, 2] as [Double], shape: [3]))
    let targets = try Tensor(HostArray([1, 0, 0] as [Double], shape: [3]))
    let expected = [0.016893373, 0.016993543, 1.237558635]
    let found = try sigmoidFocalLoss(logits, targets).doubles()
    for (own, wanted) in zip(found, expected) { #expect(abs(own - wanted) < 1e-5) }
    #expect(try abs(sigmoidFocalLoss(logits, targets, reduction: .sum).item() - expected.reduce(0, +)) < 1e-5)
  }
}
