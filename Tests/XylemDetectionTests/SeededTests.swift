import Testing
import XylemDetection
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport

/// What draws random numbers, beside torchvision with the same seed: one test after another, since all draw from one
/// generator.
@Suite(.needsRuntime, .serialized) struct SeededTests {
  private func images() throws -> [Tensor] {
    [try Goldens.formula([3, 20, 31]) + 0.5, try Goldens.formula([3, 26, 18], shift: 9) + 0.5]
  }

  private func targets() throws -> [DetectionTarget] {
    [
      DetectionTarget(
        boxes: try formulaBoxes(2, shift: 1, size: 18), labels: try Tensor([1, 2]),
        masks: try Goldens.formula([2, 20, 31], .uint8).remainder(2),
        keypoints: try Goldens.formula([2, 3, 3], shift: 5) * 10 + 6),
      DetectionTarget(boxes: try Tensor.zeros([0, 4]), labels: try Tensor.zeros([0], dtype: .int64)),
    ]
  }

  @Test func `with torchvision's seed the sampler draws torchvision's boxes`() throws {
    let golden = try PartGoldens("matching")
    try TensorRuntime.setSeed(5)
    let (positive, negative) = try BalancedSampler(countPerImage: 16, positiveFraction: 0.25)(golden.tensors("labels"))
    let found: Value = .list([positive, negative].map { .list($0.map { .tensor($0) }) })
    #expect(try Goldens.differences(found, golden["sampled"], at: "sampled", .exact) == [])
  }

  @Test(arguments: ["eval", "train", "fixed"])
  func `images and targets are resized, normalised and padded as in torchvision`(name: String) throws {
    let golden = try PartGoldens(PartGoldens("transforms")[name])
    let transform = smallTransform(fixed: name == "fixed")
    transform.isTraining = name == "train"
    try TensorRuntime.setSeed(11)
    let (batch, found) = try transform(images(), targets())
    #expect(try golden.differences(batch.tensors, "images") == [])
    #expect(batch.sizes.map { [$0.height, $0.width] } == golden["sizes"] as? [[Int]])
    let expected = try #require(golden["targets"] as? [Any]).map { try PartGoldens($0) }
    for (target, golden) in zip(try #require(found), expected) {
      #expect(try golden.differences(target.boxes, "boxes") == [])
      #expect(try golden.differences(target.labels, "labels", .exact) == [])
      if let masks = target.masks { #expect(try golden.differences(masks, "masks", .exact) == []) }
      if let keypoints = target.keypoints { #expect(try golden.differences(keypoints, "keypoints") == []) }
      #expect((target.masks == nil) == (golden["masks"] == nil))
    }
    #expect(expected.count == found?.count)
  }
}
