import Testing
import XylemErrors
import XylemExtract
import XylemTestSupport
import XylemTrace

@Suite(.needsRuntime) struct GlobRequestTests {
  private static func keys(_ requests: [String]) throws -> [String] {
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
    return try FeatureExtractor(of: model, returning: requests.map { ReturnRequest(parsing: $0) }, modes: [.eval]).plan
      .keys
  }

  @Test func `requests for one value under one key are one, where the first stands`() throws {
    #expect(
      try Self.keys(["fc", "layer*", "layer1", "layer[12]", "layer{1,2}", "fc"]) == [
        "fc", "layer1", "layer2", "layer3", "layer4",
      ])
  }

  @Test func `one asterisk is one component, two are any number of them`() throws {
    #expect(try Self.keys(["layer1.*.conv1"]) == ["layer1.0.conv1", "layer1.1.conv1"])
    #expect(
      try Self.keys(["{**.downsample,fc}"]) == [
        "layer2.0.downsample", "layer3.0.downsample", "layer4.0.downsample", "fc",
      ])
    let all = try Self.keys(["**.conv1"])
    #expect(all.first == "conv1" && all.count == 9)
  }

  @Test func `a pattern that matches nothing suggests ones that match`() throws {
    let error = try #require(throws: XylemError.self) { try Self.keys(["*.conv1"]) }
    #expect(
      error.description == """
        the pattern '*.conv1' matches no node or module in eval mode (extract.unknown-node)
          cause: '*' matches one component of a name and '**' any number: '**.conv1' matches 9
          try: returning: ["**.conv1"]
          try: returning: ["conv1"]
          try: returning: ["layer1.0.conv1"]
        """)
    let typed = try #require(throws: XylemError.self) {
      try Audience.$current.withValue(.commandLine) { try Self.keys(["*.conv1"]) }
    }
    #expect(typed.remedies == ["--return '**.conv1'", "--return conv1", "--return layer1.0.conv1"])
    let near = try #require(throws: XylemError.self) { try Self.keys(["lyer[12]"]) }
    #expect(near.id == .extractUnknownNode && near.remedies.contains("returning: [\"layer1\"]"), "\(near)")
  }

  @Test func `one key for several values is an error with a correct request`() throws {
    let error = try #require(throws: XylemError.self) { try Self.keys(["layer[12]=x"]) }
    #expect(
      error.description == """
        one key, 'x', is given to the 2 nodes and modules that 'layer[12]' matches (extract.duplicate-key)
          try: returning: ["layer[12]"]  // keeps the names as keys
          try: returning: [ReturnRequest("layer1", as: "x")]
        """)
    let other = try #require(throws: XylemError.self) { try Self.keys(["layer1=x", "layer2=x"]) }
    #expect(
      other.description == """
        two requests have the key 'x': 'layer1' and 'layer2' (extract.duplicate-key)
          try: returning: [ReturnRequest("layer2", as: "x_1")]  // gives the second a different key
        """)
    let typed = try #require(throws: XylemError.self) {
      try Audience.$current.withValue(.commandLine) { try Self.keys(["layer1=x", "layer2=x"]) }
    }
    #expect(typed.remedies == ["--return layer2=x_1  # gives the second a different key"])
  }
}
