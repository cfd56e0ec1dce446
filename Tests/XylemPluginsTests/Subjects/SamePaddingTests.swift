import CXylem
import Foundation
import Testing

/// Plugins/SamePadding against timm's Conv2dSame.
@Suite struct SamePaddingTests {
  private struct Case: Decodable {
    struct Attributes: Codable {
      var dilation: [Int]
      var groups: Int
      var kernel_size: [Int]
      var padding: [Int]
      var stride: [Int]
    }
    var attributes: Attributes
    var input, weight: PlainNumbers
    var bias: PlainNumbers?
    var output: PlainNumbers
    var gradients: [String: PlainNumbers]

    var json: String {
      get throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(attributes), as: UTF8.self)
      }
    }

    func module(isScattered: Bool = false) throws -> SameConvolution {
      var tensors = [("weight", weight)]
      if let bias { tensors.append(("bias", bias)) }
      return try SameConvolution(json, tensors, isScattered: isScattered)
    }
  }

  private func cases() throws -> [Case] {
    let cases: [Case] = try golden("same_padding.json")
    #expect(cases.count == 24)
    return cases
  }

  @Test func `it convolves as timm's module does, whatever the strides`() throws {
    for c in try cases() {
      for isScattered in [false, true] {
        let found = try c.module(isScattered: isScattered)(c.input, isScattered: isScattered)
        #expect(found.difference(from: c.output, within: 1e-5) == nil, "\(c.attributes) \(c.input.shape)")
      }
    }
  }

  @Test func `its gradients are PyTorch's, whatever the strides`() throws {
    for c in try cases() {
      for isScattered in [false, true] {
        let module = try c.module(isScattered: isScattered)
        let names = ["input"] + module.parameters
        #expect(Set(names) == Set(c.gradients.keys))
        let found = try module.gradients(
          c.input, .formula(c.output.shape, dtype: c.output.dtype), isScattered: isScattered)
        for name in names {
          let (gradient, expected) = (try #require(found[name]), try #require(c.gradients[name]))
          #expect(gradient.difference(from: expected, within: 1e-5) == nil, "\(name), \(c.attributes) \(c.input.shape)")
        }
      }
    }
  }

  @Test func `only gradients that somebody needs are made`() throws {
    let c = try #require(try cases().first { $0.bias != nil })
    let gradient = PlainNumbers.formula(c.output.shape)
    for needed in [["input"], ["weight"], ["bias"], ["input", "bias"], []] {
      let found = try c.module().gradients(c.input, gradient, needing: Set(needed))
      #expect(found.keys.sorted() == needed.sorted())
    }
  }

  @Test func `a lone number counts for both dimensions, and an image needs no batch`() throws {
    let weight = PlainNumbers.formula([2, 3, 3, 3])
    let pair = try SameConvolution(#"{"dilation":[2,2],"groups":1,"stride":[2,2]}"#, [("weight", weight)])
    let lone = try SameConvolution(#"{"dilation":2,"groups":1,"stride":2}"#, [("weight", weight)])
    let batch = try pair(.formula([1, 3, 7, 5]))
    #expect(batch.shape == [1, 2, 4, 3])
    let single = try lone(.formula([3, 7, 5]))
    #expect(single.shape == [2, 4, 3] && single.numbers == batch.numbers)
  }

  @Test func `a batch of nothing gives nothing`() throws {
    let c = try #require(try cases().first)
    var nothing = c.input
    (nothing.shape[0], nothing.numbers) = (0, [])
    #expect(try c.module()(nothing).shape == [0] + c.output.shape.dropFirst())
    let gradients = try c.module().gradients(nothing, PlainNumbers([], shape: [0] + c.output.shape.dropFirst()))
    #expect(gradients["weight"]?.numbers.allSatisfy { $0 == 0 } == true)
  }

  // Faults

  @Test(arguments: [
    (#"{"groups":1,"stride":1}"#, "the attribute dilation is not one or two integers"),
    (#"{"dilation":1,"groups":1,"stride":"2"}"#, "the attribute stride is not one or two integers"),
    (#"{"dilation":1,"groups":1,"stride":[1,2,3]}"#, "the attribute stride is not one or two integers"),
    (#"{"dilation":1,"groups":1,"stride":1.5}"#, "the attribute stride is not one or two integers"),
    (#"{"dilation":1,"groups":1,"stride":1e300}"#, "the attribute stride is not one or two integers"),
    (#"{"dilation":1,"groups":1,"stride":[1,0]}"#, "the attribute stride is not from 1 to 65536"),
    (#"{"dilation":1,"groups":0,"stride":1}"#, "the attribute groups is not a positive integer"),
    (#"{"dilation":1,"groups":3,"stride":1}"#, "4 output channels can't be divided into 3 groups"),
    (#"{"dilation":1,"groups":1,"kernel_size":5,"stride":1}"#, "kernel_size is 5x5, but the weight is 3x3"),
  ])
  func `attributes that make no convolution are named`(_ attributes: String, _ message: String) {
    #expect(throws: SubjectFailure.invalid(message)) {
      try SameConvolution(attributes, [("weight", .formula([4, 3, 3, 3]))])
    }
  }

  private static let plain = #"{"dilation":1,"groups":1,"stride":1}"#

  @Test func `tensors that make no convolution are named`() {
    func fails(_ message: String, _ tensors: [(String, PlainNumbers)]) {
      #expect(throws: SubjectFailure.invalid(message)) { try SameConvolution(Self.plain, tensors) }
    }
    let weight = PlainNumbers.formula([4, 3, 3, 3])
    fails("the module has no tensor named weight", [("bias", .formula([4]))])
    fails("the weight has 2 dimensions, not 4, or no elements", [("weight", .formula([4, 3]))])
    fails(
      "the weight is neither float32 nor float64", [("weight", PlainNumbers([1], shape: [1, 1, 1, 1], dtype: "int64"))])
    fails("the bias is not one number for each of 4 output channels", [("weight", weight), ("bias", .formula([3]))])
    fails(
      "the bias is float64, but the weight is float32", [("weight", weight), ("bias", .formula([4], dtype: "float64"))])
  }

  @Test func `inputs that fit no weight are named`() throws {
    let module = try SameConvolution(Self.plain, [("weight", .formula([4, 3, 3, 3]))])
    func fails(_ message: String, _ input: PlainNumbers) {
      #expect(throws: SubjectFailure.invalid(message)) { try module(input) }
    }
    fails("the input has 2 dimensions, not [N, C, H, W] or [C, H, W]", .formula([5, 5]))
    fails("the input has 4 channels, but the weight has 3 in 1 groups", .formula([1, 4, 5, 5]))
    fails("the input's images have no pixels", PlainNumbers([], shape: [1, 3, 0, 5]))
    fails("the input is float64, but the weight is float32", .formula([1, 3, 5, 5], dtype: "float64"))
    fails("the input is neither float32 nor float64", PlainNumbers([1, 1, 1], shape: [3, 1, 1], dtype: "int64"))
  }
}
