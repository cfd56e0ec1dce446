import ArgumentParser
import Testing
import XylemFiles
import XylemImage

@testable import XylemCommand

@Suite struct FeatureSummaryTests {
  @Test func `values that are not a number are counted and left out`() throws {
    let summary = FeatureSummary(try HostArray([1, .nan, 3, .nan] as [Float], shape: [4]))
    #expect(summary.minimum == 1 && summary.mean == 2 && summary.maximum == 3 && summary.nanCount == 2)
  }

  @Test func `nothing but those leaves no numbers`() throws {
    let summary = FeatureSummary(try HostArray([.nan] as [Float], shape: [1]))
    #expect(summary.minimum == nil && summary.mean == nil && summary.maximum == nil && summary.nanCount == 1)
  }

  @Test func `a tensor of size zero has no numbers`() throws {
    let summary = FeatureSummary(try HostArray([] as [Float], shape: [0, 3]))
    #expect(summary.minimum == nil && summary.mean == nil && summary.maximum == nil && summary.nanCount == 0)
  }

  @Test func `complex values have no numbers`() throws {
    let array = try HostArray(dtype: .complex64, shape: [1], bytes: Array(repeating: 0, count: 8))
    #expect(FeatureSummary(array).mean == nil)
  }

  @Test func `infinities are values`() throws {
    let summary = FeatureSummary(try HostArray([-.infinity, 0, .infinity] as [Float], shape: [3]))
    #expect(summary.minimum == -.infinity && summary.maximum == .infinity && summary.mean?.isNaN == true)
  }

  @Test(arguments: [
    ("layer1", "layer1"), ("a/b c", "a_b_c"), ("..", "_."), (".hidden", "_hidden"), ("-o", "_o"), ("", "feature"),
    ("größe", "größe"), ("x[0]", "x_0_"), ("a\0b\n", "a_b_"),
  ])
  func `a key makes a safe name of a file`(key: String, name: String) {
    #expect(FeaturePicture.safeName(key) == name)
  }

  @Test func `a name of a file has at most 200 bytes`() {
    #expect(FeaturePicture.safeName(String(repeating: "ß", count: 300)).utf8.count == 200)
  }

  @Test func `keys that differ only in characters that file names can't have get different names`() throws {
    let features = try ["a/b", "a:b", "A_B"].map { try FeatureSheet.Feature(name: $0, shape: [2], values: [1, 2]) }
    let options = try PictureOptions.parse(["--images", "maps"])
    let pictures = try FeaturePicture.all(of: features, options: options)
    #expect(pictures.map(\.fileName) == ["a_b.png", "a_b-2.png", "A_B-3.png"])
  }

  @Test func `the likeliest classes come first, equal ones in order`() {
    let ranking = ClassRanking(
      key: "k", item: 0, logits: [1, 3, 3, 2, -1, 0], names: ["a", "b", "c", "d", "e", "f"])
    #expect(ranking.classes.map(\.name) == ["b", "c", "d", "a", "f"])
    #expect(abs(ranking.classes.map(\.probability).reduce(0, +) - 1) < 0.02)
  }

  @Test func `huge logits do not overflow`() {
    let ranking = ClassRanking(key: "k", item: 0, logits: [1e30, 0], names: ["a", "b"])
    #expect(ranking.classes.map(\.probability) == [1, 0])
  }
}
