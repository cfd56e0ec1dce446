import Testing
import XylemDetection
import XylemErrors
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport

/// Operations on boxes beside torchvision's.
@Suite(.needsRuntime) struct BoxTests {
  private let exact = Goldens.Tolerance(relative: 1e-6, absolute: 1e-6)

  @Test func `areas, conversions and overlaps in every format equal torchvision's`() throws {
    let golden = try PartGoldens("overlaps")
    let boxes = try golden.tensors("input")
    for format in BoxFormat.allCases {
      #expect(try golden.differences(Boxes.area(boxes[0], format: format), "area \(format)", exact) == [])
      #expect(try golden.differences(Boxes.iou(boxes[0], boxes[1], format: format), "iou \(format)", exact) == [])
      for other in BoxFormat.allCases {
        let found = try Boxes.convert(boxes[0], from: format, to: other)
        #expect(try golden.differences(found, "convert \(format) \(other)", exact) == [])
      }
    }
    #expect(try golden.differences(Boxes.generalizedIoU(boxes[0], boxes[1]), "generalized", exact) == [])
    #expect(try golden.differences(Boxes.distanceIoU(boxes[0], boxes[1]), "distance", exact) == [])
    #expect(try golden.differences(Boxes.completeIoU(boxes[0], boxes[1]), "complete", exact) == [])
    let clipped = try Boxes.clip(boxes[0] - 20, to: ImageSize(height: 40, width: 60))
    #expect(try golden.differences(clipped, "clip", exact) == [])
    #expect(try golden.differences(Boxes.largeEnough(boxes[0], minSize: 30), "large enough", .exact) == [])
  }

  @Test(arguments: ["halves", "integers"]) func `narrow types are widened before they are multiplied`(type: String)
    throws
  {
    let golden = try PartGoldens("overlaps")
    let boxes = try golden.tensor(type).to(type == "halves" ? .float16 : .int32)
    #expect(try golden.differences(Boxes.iou(boxes, boxes), "iou \(type)", exact) == [])
  }

  @Test(arguments: ["generalized", "distance", "complete"], [Reduction.none, .mean, .sum])
  func `losses of overlaps and their gradients equal torchvision's`(name: String, reduction: Reduction) throws {
    let losses = try PartGoldens("losses")
    let boxes = try losses.tensors("input")
    func loss(_ boxes: Tensor, _ targets: Tensor, _ reduction: Reduction) throws -> Tensor {
      switch name {
      case "generalized": try Boxes.generalizedIoULoss(boxes, targets, reduction: reduction, eps: 1e-6)
      case "distance": try Boxes.distanceIoULoss(boxes, targets, reduction: reduction, eps: 1e-6)
      default: try Boxes.completeIoULoss(boxes, targets, reduction: reduction, eps: 1e-6)
      }
    }
    let found = try boxes[0].clone()
    try found.setRequiresGrad(true)
    let value = try loss(found, boxes[1], reduction)
    try value.sum().backward()
    let golden = try PartGoldens(losses["\(name) \(reduction)"])
    #expect(try golden.differences(value, "loss") == [])
    let gradient = try found.gradient()
    #expect(try golden.differences(#require(gradient), "gradient") == [])
    let none = try loss(boxes[0][0..<0], boxes[1][0..<0], .mean)
    #expect(try losses.differences(none, "\(name) of none") == [])
  }

  @Test func `boxes around masks equal torchvision's, also of empty masks and of none`() throws {
    let golden = try PartGoldens("masks")
    let masks = try golden.tensor("input")
    #expect(try golden.differences(Boxes.around(masks), "output", .exact) == [])
    #expect(try Boxes.around(masks[0..<0]).sizes == [0, 4])
  }

  @Test func `tensors that are not boxes are an error with their shape`() throws {
    let wrong = try Tensor.zeros([3, 5])
    let calls: [() throws -> Tensor] = [
      { try Boxes.area(wrong) }, { try Boxes.convert(wrong, from: .xyxy, to: .xywh) }, { try Boxes.iou(wrong, wrong) },
      { try Boxes.clip(wrong, to: ImageSize(height: 1, width: 1)) }, { try Boxes.largeEnough(wrong, minSize: 1) },
      { try Boxes.around(wrong) }, { try Boxes.completeIoULoss(wrong, wrong) },
      { try Boxes.generalizedIoULoss(Tensor.zeros([2, 4]), Tensor.zeros([3, 4])) },
      { try BoxCoder().encode(wrong, from: wrong) }, { try BoxCoder().decode(wrong, from: Tensor.zeros([3, 4])) },
      { try BoxLinearCoder().decode(wrong, from: Tensor.zeros([3, 4])) },
      { try Matcher(high: 0.5, low: 0.5)(Tensor.zeros([0, 4])) },
    ]
    for call in calls {
      let error = #expect(throws: XylemError.self) { try call() }
      #expect(error?.id == .detectionBoxes)
    }
  }
}
