import CXylem
import Testing

@testable import XylemPlugins

/// Plugins/DetectionOps against torchvision's operators.
@Suite struct DetectionOpsTests {
  private typealias Lent = UnsafePointer<DLManagedTensorVersioned>?
  private typealias Owned = UnsafeMutablePointer<DLManagedTensorVersioned>?
  private typealias Suppress = @convention(c) (Lent, Lent, Double) -> Owned
  private typealias Pool = @convention(c) (Lent, Lent, Double, Int64, Int64, Int64, Bool) -> Owned
  private typealias PoolBack =
    @convention(c) (Lent, Lent, Double, Int64, Int64, Int64, Bool, Lent) -> UnsafePointer<
      xylem_tensor_list
    >?

  private struct Goldens: Decodable {
    var nms: [SuppressionCase]
    var roi_align: [PoolingCase]
  }
  private struct SuppressionCase: Decodable {
    var `case`: String
    var boxes, scores: PlainNumbers
    var threshold: Double
    var result: [Int]
  }
  private struct PoolingCase: Decodable {
    var `case`: String
    var input, rois: PlainNumbers
    var spatial_scale: Double
    var pooled: [Int64]
    var sampling_ratio: Int64
    var aligned: Bool
    var output, input_gradient: PlainNumbers

    var summary: String { "\(self.case), \(pooled) at \(spatial_scale), ratio \(sampling_ratio), aligned \(aligned)" }
  }

  private let library: PluginLibrary
  init() throws { library = try .product("DetectionOps") }

  // Calls

  private func owned(_ body: () -> Owned) throws -> PlainNumbers {
    var result: UnsafeMutablePointer<DLManagedTensorVersioned>?
    let failure = HostServices.capturingFailure { unsafe result = unsafe body() }
    if let failure { throw SubjectFailure.invalid(failure) }
    return try unsafe PlainNumbers(taking: #require(result))
  }

  private func suppress(
    _ boxes: PlainNumbers, _ scores: PlainNumbers, _ threshold: Double, isScattered: Bool = false
  ) throws -> [Int] {
    let function = try unsafe #require(library.functions()["nms"]).pointee.function
    let call = try unsafe unsafeBitCast(#require(function), to: Suppress.self)
    let (b, s) = (LentNumbers(boxes, isScattered: isScattered), LentNumbers(scores, isScattered: isScattered))
    let result = try withExtendedLifetime((b, s)) { try unsafe owned { unsafe call(b.pointer, s.pointer, threshold) } }
    #expect(result.dtype == "int64" && result.shape == [result.numbers.count])
    return result.numbers.map { Int($0) }
  }

  private func pool(_ c: PoolingCase, isScattered: Bool = false) throws -> PlainNumbers {
    let function = try unsafe #require(library.functions()["roi_align"]).pointee.function
    let call = try unsafe unsafeBitCast(#require(function), to: Pool.self)
    let (x, r) = (LentNumbers(c.input, isScattered: isScattered), LentNumbers(c.rois, isScattered: isScattered))
    return try withExtendedLifetime((x, r)) {
      try unsafe owned {
        unsafe call(x.pointer, r.pointer, c.spatial_scale, c.pooled[0], c.pooled[1], c.sampling_ratio, c.aligned)
      }
    }
  }

  /// The gradient of the input, after checking that no other argument has one.
  private func gradient(_ c: PoolingCase, isScattered: Bool = false) throws -> PlainNumbers {
    let function = try unsafe #require(library.functions()["roi_align"]).pointee.backward
    let call = try unsafe unsafeBitCast(#require(function), to: PoolBack.self)
    let (x, r) = (LentNumbers(c.input, isScattered: isScattered), LentNumbers(c.rois))
    let g = LentNumbers(.formula(c.output.shape, dtype: c.output.dtype), isScattered: isScattered)
    var list: UnsafePointer<xylem_tensor_list>?
    let failure = withExtendedLifetime((x, r, g)) {
      HostServices.capturingFailure {
        unsafe list = unsafe call(
          x.pointer, r.pointer, c.spatial_scale, c.pooled[0], c.pooled[1], c.sampling_ratio, c.aligned, g.pointer)
      }
    }
    if let failure { throw SubjectFailure.invalid(failure) }
    let given = try unsafe #require(list)
    defer { unsafe HostServices.release(UnsafeMutableRawPointer(mutating: given)) }
    let entries = (0..<Int(unsafe given.pointee.count)).map { unsafe given.pointee.elements[$0] == nil }
    #expect(entries == [false, true, true, true, true, true, true])
    return try unsafe PlainNumbers(taking: #require(given.pointee.elements[0]))
  }

  // Values

  @Test func `nms keeps the same boxes as torchvision, in the same order, with any strides`() throws {
    let cases = try golden("detection_ops.json", as: Goldens.self).nms
    #expect(cases.count == 28)
    for c in cases {
      for isScattered in [false, true] {
        let kept = try suppress(c.boxes, c.scores, c.threshold, isScattered: isScattered)
        #expect(kept == c.result, "\(c.case), \(c.boxes.dtype)")
      }
    }
  }

  @Test func `no score is greater than NaN, as in PyTorch's sort`() throws {
    let boxes = PlainNumbers([0, 0, 1, 1, 5, 5, 6, 6, 8, 8, 9, 9], shape: [3, 4])
    #expect(try suppress(boxes, PlainNumbers([1, .nan, 2], shape: [3]), 0.5) == [1, 2, 0])
  }

  @Test func `roi_align gives torchvision's values, whatever the strides`() throws {
    let cases = try golden("detection_ops.json", as: Goldens.self).roi_align
    #expect(cases.count == 30)
    for c in cases {
      for isScattered in [false, true] {
        let wrong = try pool(c, isScattered: isScattered).difference(from: c.output, within: 1e-5)
        #expect(wrong == nil, "\(c.summary)")
      }
    }
  }

  @Test func `roi_align gives torchvision's gradients, whatever the strides`() throws {
    for c in try golden("detection_ops.json", as: Goldens.self).roi_align {
      for isScattered in [false, true] {
        let wrong = try gradient(c, isScattered: isScattered).difference(from: c.input_gradient, within: 1e-5)
        #expect(wrong == nil, "\(c.summary)")
      }
    }
  }

  // Faults

  @Test func `arguments that nms can't take are named`() {
    let (boxes, scores) = (PlainNumbers([0, 0, 1, 1], shape: [1, 4]), PlainNumbers([1], shape: [1]))
    expectFailure("boxes has 1 dimensions, not 2") { try suppress(scores, scores, 0.5) }
    expectFailure("scores has 2 dimensions, not 1") { try suppress(boxes, boxes, 0.5) }
    expectFailure("boxes has 3 columns, not 4") {
      try suppress(PlainNumbers([0, 0, 1], shape: [1, 3]), scores, 0.5)
    }
    expectFailure("1 boxes have 2 scores") { try suppress(boxes, PlainNumbers([1, 2], shape: [2]), 0.5) }
    expectFailure("boxes are float32 and scores float64") {
      try suppress(boxes, PlainNumbers([1], shape: [1], dtype: "float64"), 0.5)
    }
    expectFailure("boxes has int64 elements, not float32 or float64") {
      try suppress(
        PlainNumbers([0, 0, 1, 1], shape: [1, 4], dtype: "int64"), PlainNumbers([1], shape: [1], dtype: "int64"), 0.5)
    }
  }

  @Test func `arguments that roi_align can't take are named`() throws {
    let base = try #require(try golden("detection_ops.json", as: Goldens.self).roi_align.first)
    func fails(_ message: String, _ change: (inout PoolingCase) -> Void) {
      var changed = base
      change(&changed)
      expectFailure(message) { try pool(changed) }
    }
    func rois(_ numbers: [Double]) -> PlainNumbers { PlainNumbers(numbers, shape: [1, numbers.count]) }
    fails("input has 2 dimensions, not 4") { $0.input = .formula([3, 3]) }
    fails("rois has 4 columns, not 5: image, x1, y1, x2, y2") { $0.rois = rois([0, 0, 1, 1]) }
    fails("a region refers to image 2, but there are 2") { $0.rois = rois([2, 0, 0, 1, 1]) }
    fails("a region refers to image -1, but there are 2") { $0.rois = rois([-1, 0, 0, 1, 1]) }
    fails("a region is not finite, or larger than 2^24 pixels") { $0.rois = rois([0, 0, .nan, 1, 1]) }
    fails("a region is not finite, or larger than 2^24 pixels") { $0.rois = rois([0, 0, 0, 1e30, 1]) }
    fails("the pooled size is 0 by 2, not from 1 to 4096") { $0.pooled = [0, 2] }
    fails("the sampling ratio is 5000, above 4096") { $0.sampling_ratio = 5000 }
    fails("input is float64 and rois float32") { $0.input = .formula([2, 2, 6, 7], dtype: "float64") }
  }

  private func expectFailure<Result>(
    _ message: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Result
  ) {
    #expect(throws: SubjectFailure.invalid(message), sourceLocation: sourceLocation) { _ = try body() }
  }

  // What it says of itself

  @Test func `the operators have torchvision's names and derived signatures`() throws {
    let functions = try unsafe library.functions()
    let whole = String(repeating: ", i64", count: 8)
    let said = unsafe functions.keys.sorted().map { name in
      let raw = unsafe functions[name]!.pointee
      let texts = unsafe [raw.signature, raw.operator_name, raw.backward_signature]
      return unsafe [name] + texts.map { unsafe $0.map { unsafe String(cString: $0) } ?? "none" }
    }
    #expect(
      said == [
        [
          "deform_conv2d", "(tensor, tensor, tensor, tensor, tensor\(whole), bool) -> tensor",
          "torchvision::deform_conv2d",
          "(tensor, tensor, tensor, tensor, tensor\(whole), bool, tensor) -> tensor[]",
        ],
        ["nms", "(tensor, tensor, f64) -> tensor", "torchvision::nms", "none"],
        [
          "ps_roi_align", "(tensor, tensor, f64, i64, i64, i64) -> (tensor, tensor)", "torchvision::ps_roi_align",
          "(tensor, tensor, f64, i64, i64, i64, tensor[]) -> tensor[]",
        ],
        [
          "ps_roi_pool", "(tensor, tensor, f64, i64, i64) -> (tensor, tensor)", "torchvision::ps_roi_pool",
          "(tensor, tensor, f64, i64, i64, tensor[]) -> tensor[]",
        ],
        [
          "roi_align", "(tensor, tensor, f64, i64, i64, i64, bool) -> tensor", "torchvision::roi_align",
          "(tensor, tensor, f64, i64, i64, i64, bool, tensor) -> tensor[]",
        ],
        [
          "roi_pool", "(tensor, tensor, f64, i64, i64) -> (tensor, tensor)", "torchvision::roi_pool",
          "(tensor, tensor, f64, i64, i64, tensor[], tensor[]) -> tensor[]",
        ],
      ])
  }
}
