import Foundation
import Testing
import XylemDetection
import XylemErrors
import XylemFiles
import XylemNN
import XylemGraph
import XylemTensor
import XylemTestSupport

/// The functions and modules over the plugin's operators, beside torchvision's compiled kernels.
@Suite(.needsRuntime) struct KernelTests {
  private struct Case {
    let name: String
    let arguments: [XylemTensor.Value]
    let result: Any

    func tensor(_ index: Int) throws -> Tensor { try #require(arguments[index].tensor) }
    func int(_ index: Int) throws -> Int {
      guard case .literal(.int(let value)) = arguments[index] else { throw CocoaError(.coderInvalidValue) }
      return value
    }
    func scale() throws -> Double {
      guard case .literal(.float(let value)) = arguments[2] else { throw CocoaError(.coderInvalidValue) }
      return value
    }
    func size(_ index: Int) throws -> Sizes { [try int(index), try int(index + 1)] }
  }

  private func cases(_ name: String) throws -> [Case] {
    let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("goldens/detection_kernels.json")))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    let found = try all.filter { $0["operator"] as? String == "torchvision::" + name }.map { entry in
      Case(
        name: "\(name), \(entry["case"] ?? "")",
        arguments: try #require(entry["arguments"] as? [Any]).map { try Goldens.value($0) },
        result: try #require((entry["results"] as? [Any])?.first))
    }
    #expect(!found.isEmpty)
    return found
  }

  private func expect(_ found: Tensor, _ item: Case) throws {
    #expect(try Goldens.differences(.tensor(found), item.result, at: item.name) == [])
  }

  @Test func `regions pooled by functions and by modules equal torchvision's`() throws {
    for item in try cases("roi_pool") {
      let (input, rois) = (try item.tensor(0), try item.tensor(1))
      let (size, scale) = (try item.size(3), try item.scale())
      try expect(roiPool(input, rois, outputSize: size, spatialScale: scale), item)
      try expect(RoIPool(outputSize: size, spatialScale: scale)(input, rois), item)
    }
    for item in try cases("ps_roi_pool") {
      let (input, rois) = (try item.tensor(0), try item.tensor(1))
      let (size, scale) = (try item.size(3), try item.scale())
      try expect(psRoIPool(input, rois, outputSize: size, spatialScale: scale), item)
      try expect(PSRoIPool(outputSize: size, spatialScale: scale)(input, rois), item)
    }
    for item in try cases("ps_roi_align") {
      let (input, rois) = (try item.tensor(0), try item.tensor(1))
      let (size, scale, ratio) = (try item.size(3), try item.scale(), try item.int(5))
      try expect(psRoIAlign(input, rois, outputSize: size, spatialScale: scale, samplingRatio: ratio), item)
      try expect(PSRoIAlign(outputSize: size, spatialScale: scale, samplingRatio: ratio)(input, rois), item)
    }
  }

  @Test func `deformable convolutions equal torchvision's, as a function and as a module`() throws {
    for item in try cases("deform_conv2d") {
      let (input, weight, offset) = (try item.tensor(0), try item.tensor(1), try item.tensor(2))
      let bias = try item.tensor(4)
      let mask: Tensor? = item.arguments[13].literal == .bool(true) ? try item.tensor(3) : nil
      let (stride, padding, dilation) = (try item.size(5), try item.size(7), try item.size(9))
      try expect(
        deformConv2d(
          input, offset, weight, bias: bias, stride: stride, padding: padding, dilation: dilation, mask: mask), item)
      let sizes = try weight.sizes
      let groups = try item.int(11)
      let layer = DeformConv2d(
        sizes[1] * groups, sizes[0], kernelSize: [sizes[2], sizes[3]], stride: stride, padding: padding,
        dilation: dilation, groups: groups)
      if weight.dtype == .float64 { try layer.cast(to: .float64) }
      _ = try layer.load(["weight": weight, "bias": bias])
      let found = try layer(input, offset, mask: mask)
      try expect(found, item)
      try found.sum().backward()
      #expect(try layer.weight.tensor.gradient()?.sizes == sizes)
    }
  }

  @Test func `regions are cut out and suppressed as by the operators`() throws {
    let input = try Goldens.formula([1, 2, 6, 6])
    let rois = try Tensor(HostArray([0, 1, 1, 4, 4] as [Double], shape: [1, 5])).float()
    let function = try roiAlign(input, rois, outputSize: 2, samplingRatio: 2, aligned: true)
    let module = RoIAlign(outputSize: 2, spatialScale: 1, samplingRatio: 2, aligned: true)
    #expect(try function.doubles() == module(input, rois).doubles())
    #expect(try function.sizes == [1, 2, 2, 2])
    let boxes = try Tensor(HostArray([0, 0, 10, 10, 1, 1, 11, 11, 20, 20, 30, 30] as [Double], shape: [3, 4]))
    let scores = try Tensor(HostArray([0.5, 0.9, 0.7] as [Double], shape: [3]))
    #expect(try nms(boxes, scores, iouThreshold: 0.5).integers() == [1, 2])
    #expect(try nms(boxes, scores, iouThreshold: 0.9).integers() == [1, 2, 0])
  }

  /// The boxes of the fixtures: the last has no area, and the one before lies elsewhere.
  private func boxes(_ count: Int, shift: Int) throws -> Tensor {
    let numbers = try Goldens.formula([count, 4], shift: shift) + 0.5
    let start = try numbers[.all, .slice(nil, 2)] * 100 * 0.6
    return try Tensor.cat([start, start + 2 + numbers[.all, .slice(2)] * 100 * 0.5], dim: 1)
  }

  /// The many are more than 1,000, and go one category after another.
  @Test(arguments: ["few", "many"]) func `boxes of several categories are suppressed as by torchvision`(name: String)
    throws
  {
    let golden = try PartGoldens(PartGoldens("suppression")[name])
    let count = try #require(golden["count"] as? Int)
    let found = try boxes(count, shift: 11).abs()
    try found.assign(boxes(2, shift: 5), at: .range(count - 2..<count))
    let scores = try (Goldens.formula([count], shift: 7) + 0.5) * Tensor.linspace(1, 0.5, steps: count)
    let categories = try Goldens.formula([count], .int64).remainder(3)
    let kept = try Boxes.suppressed(found, scores, categories: categories, iouThreshold: 0.4)
    #expect(try golden.differences(kept, "output", .exact) == [])
  }

  @Test func `invalid arguments are errors that say what is wrong`() throws {
    let input = try Goldens.formula([1, 2, 6, 6])
    let elsewhere = try Tensor(HostArray([3, 1, 1, 4, 4] as [Double], shape: [1, 5])).float()
    let error = #expect(throws: XylemError.self) { try roiAlign(input, elsewhere, outputSize: 2) }
    #expect(error.map { "\($0)".contains("a region refers to image 3, but there are 1") } == true)
    #expect(
      #expect(throws: XylemError.self) { try roiPool(input, elsewhere, outputSize: [1, 2, 3]) }?.id == .modelArgument)
    #expect(RoIAlign(outputSize: 0, spatialScale: 1, samplingRatio: 2).fault?.id == .modelArgument)
    #expect(DeformConv2d(4, 6, kernelSize: 3, groups: 4).fault?.id == .modelArgument)
    let few = #expect(throws: XylemError.self) {
      try deformConv2d(input, Tensor.zeros([1, 6, 6, 6]), Tensor.zeros([1, 2, 2, 2]))
    }
    #expect(few?.id == .modelArgument)
    #expect(throws: XylemError.self) {
      try deformConv2d(input, Tensor.zeros([1, 8, 6, 6]), Tensor.zeros([1, 2, 2, 2]))
    }
  }
}
