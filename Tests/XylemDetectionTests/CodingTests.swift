import Testing
import XylemDetection
import XylemErrors
import XylemNN
import XylemTensor
import XylemTestSupport

/// Coding, matching and anchors beside torchvision's.
@Suite(.needsRuntime) struct CodingTests {
  @Test func `offsets of boxes, and boxes of offsets, equal torchvision's`() throws {
    let golden = try PartGoldens("coders")
    let (boxes, offsets) = (try golden.tensors("input"), try golden.tensor("offsets"))
    let coder = BoxCoder(weights: (10, 10, 5, 5))
    #expect(try golden.differences(coder.encode(boxes[0], from: boxes[1]), "encode") == [])
    #expect(try golden.differences(coder.encode(boxes, from: [boxes[1], boxes[0]]), "encode lists") == [])
    #expect(try golden.differences(coder.decode(offsets, from: Tensor.cat(boxes)), "decode") == [])
    #expect(try golden.differences(coder.decode(offsets, from: boxes), "decode lists") == [])
    let none = try Tensor.zeros([0, 4])
    #expect(try coder.decode(Tensor.zeros([0, 8]), from: [none, none]).sizes == [0, 2, 4])
    for normalizes in [true, false] {
      let linear = try PartGoldens(golden["linear \(normalizes ? "True" : "False")"])
      let coder = BoxLinearCoder(normalizesBySize: normalizes)
      #expect(try linear.differences(coder.encode(boxes[1], from: boxes[0]), "encode") == [])
      let distances = try offsets[.range(0..<3), .range(0..<4)]
      #expect(try linear.differences(coder.decode(distances, from: boxes[1]), "decode") == [])
    }
  }

  @Test func `matches equal torchvision's, with ties and matches of low quality`() throws {
    let golden = try PartGoldens("matching")
    let quality = try golden.tensor("input")
    #expect(try golden.differences(Matcher(high: 0.7, low: 0.3)(quality), "strict", .exact) == [])
    let matcher = Matcher(high: 0.7, low: 0.3, allowsLowQualityMatches: true)
    #expect(try golden.differences(matcher(quality), "low quality", .exact) == [])
    #expect(try golden.differences(Matcher.ssd(threshold: 0.5)(quality), "ssd", .exact) == [])
    #expect(throws: XylemError.self) { try Matcher(high: 0.3, low: 0.7)(quality) }
  }

  @Test func `anchors equal torchvision's for each feature map`() throws {
    let golden = try PartGoldens("anchors")
    let generator = AnchorGenerator(sizes: [[8, 12], [20]], aspectRatios: [[0.5, 1, 2], [0.4, 1.7]])
    let images = ImageList(
      try Tensor.zeros([2, 3, 32, 48]), sizes: [ImageSize(height: 32, width: 40), ImageSize(height: 30, width: 48)])
    let found = try generator(images, [Tensor.zeros([2, 1, 4, 6]), Tensor.zeros([2, 1, 2, 3])])
    #expect(try golden.differences(found, "output", .exact) == [])
    #expect(generator.countsPerLocation == golden["counts"] as? [Int])
  }

  @Test func `anchors for another number of feature maps are an error that says how many there are`() throws {
    let images = ImageList(try Tensor.zeros([1, 3, 8, 8]), sizes: [ImageSize(height: 8, width: 8)])
    let error = #expect(throws: XylemError.self) { try AnchorGenerator()(images, [images.tensors, images.tensors]) }
    #expect(error?.id == .detectionFeatures)
    #expect(error?.message == "there are 2 feature maps, but anchors for 1")
    let uneven = AnchorGenerator(sizes: [[8], [16]], aspectRatios: [[1]])
    #expect(throws: XylemError.self) { try uneven(images, [images.tensors]) }
  }
}
