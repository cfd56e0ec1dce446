import Testing
import XylemDetection
import XylemErrors
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport

/// The detectors' transform of images, targets and detections beside torchvision's.
@Suite(.needsRuntime) struct TransformTests {
  @Test func `detections are scaled back, and masks pasted, as in torchvision`() throws {
    let golden = try PartGoldens("transforms")
    let input = try PartGoldens(golden["detected"])
    let detected = Detections(
      boxes: try input.tensor("boxes"), labels: try Tensor([1, 1]), scores: try Tensor([0.5, 0.5]),
      masks: try input.tensor("masks"), keypoints: try input.tensor("keypoints"))
    let found = try smallTransform(fixed: false).postprocess(
      [detected], sizes: [ImageSize(height: 24, width: 32)], originalSizes: [ImageSize(height: 48, width: 50)])
    let expected = try PartGoldens((golden["postprocessed"] as? [Any])?.first)
    #expect(try expected.differences(found[0].boxes, "boxes") == [])
    #expect(try expected.differences(#require(found[0].masks), "masks") == [])
    #expect(try expected.differences(#require(found[0].keypoints), "keypoints") == [])
  }

  @Test func `masks of boxes that reach beyond the image are cut off as in torchvision`() throws {
    let golden = try PartGoldens(PartGoldens("transforms")["pasted"])
    let size = ImageSize(height: 20, width: 24)
    let detected = Detections(
      boxes: try golden.tensor("boxes"), labels: try Tensor([1, 1, 1]), scores: try Tensor([1.0, 1, 1]),
      masks: try golden.tensor("masks"))
    let found = try smallTransform(fixed: false).postprocess([detected], sizes: [size], originalSizes: [size])
    #expect(try golden.differences(#require(found[0].masks), "output") == [])
  }

  @Test func `images that a detector can't use are an error that says what it takes`() throws {
    let image = try Tensor.zeros([3, 8, 8])
    let wrong: [([Tensor], String)] = [
      ([], "there are no images"), ([try image.unsqueeze(dim: 0)], "image 0 has the shape [1, 3, 8, 8]"),
      ([image, try image.to(.uint8)], "image 1 has elements of uint8"),
      ([try Tensor.zeros([4, 8, 8])], "an image has 4 channels"),
      ([try Tensor.zeros([3, 0, 8])], "image 0 is empty: [3, 0, 8]"),
      ([try Tensor.zeros([3, 1, 400])], "an image of 1 x 400 pixels is too narrow"),
    ]
    for (images, message) in wrong {
      let error = #expect(throws: XylemError.self) { try smallTransform(fixed: false)(images) }
      #expect(error?.id == .detectionImages)
      #expect(error?.message == message)
    }
    #expect(throws: XylemError.self) { try DetectionTransform(minSizes: [])([image]) }
  }
}

/// A transform to small images, with a fixed size or within limits.
func smallTransform(fixed: Bool) -> DetectionTransform {
  DetectionTransform(
    minSizes: [24, 28, 32], maxSize: 40, imageMean: [0.4, 0.5, 0.6], imageStd: [0.2, 0.3, 0.4], sizeDivisible: 16,
    fixedSize: fixed ? ImageSize(height: 24, width: 40) : nil)
}
