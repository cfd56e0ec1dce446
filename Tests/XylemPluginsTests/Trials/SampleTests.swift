import Testing
import XylemErrors

@testable import XylemPlugins

@Suite struct SampleTests {
  @Test func `a sample has attributes, tensors and inputs, and each may be left out`() throws {
    let (leaf, sample) = try LeafSample.parse(
      "a.b:Conv: {\"attributes\": {\"k\": [3, 0.5, null, true, \"x\"]}, \"tensors\": {\"w\": \"f32[8,3]\"}, \"inputs\": [\"i64[]\", 2]}"
    )
    #expect(leaf == "a.b:Conv")
    #expect(sample.attributes == ["k": .list([.int(3), .double(0.5), .null, .bool(true), .text("x")])])
    #expect(sample.tensors == ["w": "f32[8,3]"] && sample.inputs == [.text("i64[]"), .int(2)])
    #expect(try LeafSample.parse("A:{}").sample == LeafSample())
  }

  @Test(arguments: [
    "", "Conv", "Conv: 3", "{}", ": {}", "Conv: {", "Conv: {\"weights\": {}}", "Conv: {\"tensors\": {\"w\": \"3\"}}",
    "Conv: {\"inputs\": 3}", "Conv: {\"inputs\": [{}]}",
    "Conv: {\"inputs\": [{\"tensor\": \"f32[2]\", \"values\": [1]}]}",
  ])
  func `any other string is a usage error`(text: String) {
    #expect(#expect(throws: XylemError.self) { _ = try LeafSample.parse(text) }?.id == .usage)
  }

  @Test(arguments: [
    ("Conv: {", "the part after the name is not JSON"), ("Conv: [{}]", "the part after the name is not JSON"),
    ("Conv: {\"tensors\": 3}", "the part after the name is not a sample: 'tensors' has the wrong type"),
    ("Conv: {\"inputs\": [\"f99[1]\"]}", "'f99[1]', an input, is not a supported dtype and shape such as f32[8,3]"),
    (
      "Conv: {\"inputs\": [[\"f32[99999999,99999999]\"]]}",
      "'f32[99999999,99999999]', an input, is not a supported dtype and shape such as f32[8,3]"
    ),
  ])
  func `faults of a sample are described in words`(text: String, reason: String) {
    let error = #expect(throws: XylemError.self) { _ = try LeafSample.parse(text) }
    #expect(error?.message == "the sample '\(text)' can't be read: \(reason)")
  }

  @Test func `a dtype and a shape are read, and nothing like them`() {
    #expect(TensorForm("f32[1,3,8,8]")?.shape == [1, 3, 8, 8])
    #expect(TensorForm("bool[]")?.shape == [] && TensorForm("i64[ 2 , 0]")?.count == 0)
    for text in ["f32", "f32[1", "f33[1]", "f32[-1]", "f32[1,,2]", "f32[999999999]", "f32[70000,70000]", "[1]", ""] {
      #expect(TensorForm(text) == nil, "\(text)")
    }
  }

  @Test func `elements that matter are given one by one`() throws {
    let sample = try LeafSample.parse("A: {\"inputs\": [{\"tensor\": \"i16[1,2]\", \"values\": [-2, 300]}]}").sample
    let item = try #require(sample.inputs?.first)
    let value = try LeafSample.value(item, layout: .permuted, fill: .ordinary, isEmpty: false)
    #expect(value.tensors.map(\.elements) == [[0xfe, 0xff, 0x2c, 0x01]])
  }

  @Test(arguments: PlainTensor.Layout.allCases)
  func `a tensor has the same elements in every layout`(layout: PlainTensor.Layout) throws {
    let form = try #require(TensorForm("f32[2,3,4]"))
    #expect(try PlainTensor(form, layout: layout).elements == PlainTensor(form).elements)
  }
}
