import Testing
import XylemDetection
import XylemErrors
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport

/// Detectors with nothing to find, and input that they refuse.
extension SeededTests {
  private func backbone() -> SequentialBackbone {
    SequentialBackbone(
      Sequential(
        Conv2d(3, 8, kernelSize: 3, stride: 4, padding: 1), ReLU(), Conv2d(8, 8, kernelSize: 3, stride: 2, padding: 1)),
      outChannels: 8)
  }

  private var parts: FasterRCNN.Parts {
    FasterRCNN.Parts(anchorGenerator: AnchorGenerator(sizes: [[16, 32]], aspectRatios: [[0.5, 1, 2]]))
  }

  private func options(_ change: (inout RCNNOptions) -> Void = { _ in }) -> RCNNOptions {
    var options = RCNNOptions()
    (options.minSizes, options.maxSize) = ([64], 96)
    (options.rpn.candidates, options.rpn.candidatesInTraining) = (40, 40)
    change(&options)
    return options
  }

  private func masks(_ change: (inout RCNNOptions) -> Void = { _ in }) -> MaskRCNN {
    return MaskRCNN(backbone(), numClasses: 3, parts: parts, options: options(change))
  }

  private func keypoints(_ change: (inout RCNNOptions) -> Void = { _ in }) -> KeypointRCNN {
    return KeypointRCNN(backbone(), numClasses: 2, numKeypoints: 5, parts: parts, options: options(change))
  }

  private func images() throws -> [Tensor] {
    [try Goldens.formula([3, 50, 60]) + 0.5, try Goldens.formula([3, 70, 40], shift: 5) + 0.5]
  }

  @Test(arguments: [true, false])
  func `without proposals, or without detections, results are empty tensors of the right shapes`(proposes: Bool) throws
  {
    func change(_ options: inout RCNNOptions) {
      if proposes { options.heads.scoreThreshold = 2 } else { options.rpn.scoreThreshold = 2 }
    }
    try TensorRuntime.setSeed(1)
    let (first, second) = (masks(change), keypoints(change))
    try first.eval()
    try second.eval()
    for (found, size) in zip(try first(images()), [[50, 60], [70, 40]]) {
      #expect(try found.count == 0)
      #expect(try [found.boxes, found.labels, found.scores].map { try $0.sizes } == [[0, 4], [0], [0]])
      #expect(try found.masks?.sizes == [0, 1] + size)
    }
    for found in try second(images()) {
      #expect(try found.count == 0)
      #expect(try found.keypoints?.sizes == [0, 5, 3])
      #expect(try found.keypointScores?.sizes == [0, 5])
    }
  }

  @Test func `images without objects have finite losses, and none for masks or keypoints`() throws {
    try TensorRuntime.setSeed(1)
    func none(_ height: Int, _ width: Int) throws -> DetectionTarget {
      DetectionTarget(
        boxes: try Tensor.zeros([0, 4]), labels: try Tensor.zeros([0], dtype: .int64),
        masks: try Tensor.zeros(Shape([0, height, width]), dtype: .uint8), keypoints: try Tensor.zeros([0, 5, 3]))
    }
    for model in [masks(), keypoints()] as [GeneralizedRCNN] {
      let losses = try model(images(), [none(50, 60), none(70, 40)])
      for (_, value) in losses.entries { #expect(try value.item().isFinite) }
      #expect(try (losses["loss_mask"] ?? losses["loss_keypoint"])?.item() == 0)
      #expect(try losses["loss_box_reg"]?.item() == 0)
      try losses.total().backward()
    }
  }

  @Test func `true boxes are proposals, so that a detector without proposals learns`() throws {
    let model = masks { $0.rpn.scoreThreshold = 2 }
    let target = DetectionTarget(
      boxes: try Tensor([[5.0, 6, 40, 45]]), labels: try Tensor([2]),
      masks: try Tensor.ones([1, 50, 60], dtype: .uint8))
    let losses = try model([images()[0]], [target])
    for (_, value) in losses.entries { #expect(try value.item().isFinite) }
    #expect(try #require(try losses["loss_mask"]?.item()) > 0)
  }

  @Test func `invalid targets are an error with the number of their image`() throws {
    let boxes = try Tensor([[5.0, 6, 40, 45]])
    let (one, mask) = (try Tensor([1]), try Tensor.ones([1, 50, 60], dtype: .uint8))
    func target(
      _ boxes: Tensor, _ labels: Tensor, masks: Tensor?
    ) -> DetectionTarget { DetectionTarget(boxes: boxes, labels: labels, masks: masks) }
    let wrong: [(DetectionTarget, String)] = [
      (target(try Tensor([[5.0, 6, 5, 45]]), one, masks: mask), "has an invalid box: [5.0, 6.0, 5.0, 45.0]"),
      (target(try Tensor([[5.0, 46, 9, 45]]), one, masks: mask), "has an invalid box: [5.0, 46.0, 9.0, 45.0]"),
      (target(try Tensor([[5.0, .nan, 9, 45]]), one, masks: mask), "has an invalid box: [5.0, nan, 9.0, 45.0]"),
      (target(try boxes.long(), one, masks: mask), "has boxes of int64"),
      (target(try Tensor.zeros([0]), one, masks: mask), "has boxes of the shape [0]"),
      (target(boxes, try Tensor([3]), masks: mask), "has the label 3"),
      (target(boxes, try Tensor([-1]), masks: mask), "has the label -1"),
      (target(boxes, try Tensor([1.0]), masks: mask), "has labels of float32 [1]"),
      (target(boxes, try Tensor([1, 1]), masks: mask), "has labels of int64 [2]"),
      (target(boxes, one, masks: nil), "has no masks"),
      (target(boxes, one, masks: try Tensor.ones([1, 9, 9])), "has masks of the shape [1, 9, 9]"),
    ]
    let model = masks()
    for (target, message) in wrong {
      let error = #expect(throws: XylemError.self) { try model([images()[0]], [target]) }
      #expect(error?.id == .detectionTarget)
      #expect(error?.message == "the target of image 0 \(message)")
    }
    let error = #expect(throws: XylemError.self) { try model(images(), []) }
    #expect(error?.message == "there are 0 targets for 2 images")
    let points = #expect(throws: XylemError.self) { try keypoints()([images()[0]], [target(boxes, one, masks: nil)]) }
    #expect(points?.message == "the target of image 0 has no keypoints")
  }

  /// torchvision clips neither; every anchor of such an image is background.
  @Test func `boxes outside the image have finite losses`() throws {
    try TensorRuntime.setSeed(1)
    let model = masks()
    for box in [[-30.0, -20, 20, 25], [70, 80, 90, 99], [-50, -50, 200, 200]] {
      let target = DetectionTarget(
        boxes: try Tensor([box]), labels: try Tensor([1]), masks: try Tensor.ones([1, 50, 60], dtype: .uint8))
      let losses = try model([images()[0]], [target])
      for (name, value) in losses.entries { #expect(try value.item().isFinite, "\(name) of \(box)") }
    }
  }

  @Test func `images that are not images are errors with their number`() throws {
    let model = masks()
    try model.eval()
    let good = try images()[0]
    let wrong: [(Tensor, String)] = [
      (try Tensor.zeros([3, 0, 40]), "image 1 is empty: [3, 0, 40]"),
      (try Tensor.zeros([1, 3, 40, 40]), "image 1 has the shape [1, 3, 40, 40]"),
      (try Tensor.zeros([40, 40]), "image 1 has the shape [40, 40]"),
      (try Tensor.zeros([3, 40, 40], dtype: .uint8), "image 1 has elements of uint8"),
      (try Tensor.zeros([4, 40, 40]), "an image has 4 channels"),
      (try Tensor.zeros([3, 1, 4_000]), "an image of 1 x 4000 pixels is too narrow"),
    ]
    for (image, message) in wrong {
      let error = #expect(throws: XylemError.self) { try model([good, image]) }
      #expect(error?.id == .detectionImages && error?.message == message)
    }
  }

  @Test func `a loss that is not a number is an error that names it`() throws {
    try TensorRuntime.setSeed(1)
    let model = masks()
    let image = try images()[0]
    try image.assign(Double.nan, at: 0)
    let target = DetectionTarget(
      boxes: try Tensor([[5.0, 6, 40, 45]]), labels: try Tensor([2]),
      masks: try Tensor.ones([1, 50, 60], dtype: .uint8))
    let losses = try model([image], [target])
    let wrong = try losses.entries.filter { try !$0.value.item().isFinite }.map(\.name)
    #expect(wrong.contains("loss_objectness"))
  }

  @Test func `a mode that does not fit the call is an error whose remedy is the other mode`() throws {
    let model = masks()
    let training = #expect(throws: XylemError.self) { try model(images()) }
    #expect(training?.id == .detectionMode && training?.remedies.first == "try model.eval()")
    try model.eval()
    let inference = #expect(throws: XylemError.self) { try model(images(), []) }
    #expect(inference?.id == .detectionMode && inference?.remedies.first == "try model.train()")
    let empty = #expect(throws: XylemError.self) { try model([]) }
    #expect(empty?.id == .detectionImages)
  }

  @Test func `parts that do not fit each other are an error that says what is missing`() throws {
    let names = FasterRCNN(
      backbone(), numClasses: 2,
      parts: .init(
        anchorGenerator: parts.anchorGenerator,
        boxRoIPool: MultiScaleRoIAlign(featureMapNames: ["1"], outputSize: 7, samplingRatio: 2)), options: options())
    try names.eval()
    let error = #expect(throws: XylemError.self) { try names(images()) }
    #expect(error?.id == .detectionFeatures && error?.message == #"none of the feature maps ["0"] is used"#)
    let anchors = FasterRCNN(
      backbone(), numClasses: 2,
      parts: .init(anchorGenerator: parts.anchorGenerator, rpnHead: RPNHead(8, anchorCount: 2)), options: options())
    try anchors.eval()
    #expect(#expect(throws: XylemError.self) { try anchors(images()) }?.id == .detectionFeatures)
    let none = FasterRCNN(backbone(), numClasses: 0, options: options())
    #expect(#expect(throws: XylemError.self) { try none(images()) }?.id == .modelArgument)
  }
}
