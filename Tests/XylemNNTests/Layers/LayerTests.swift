import Testing
import XylemNN
import XylemRuntime
import XylemTrace
import XylemTestSupport

/// Layers alone against PyTorch's. Serialised, because many draw random numbers from the process's one generator.
@Suite(.needsRuntime, .serialized) struct LayerTests {
  private let goldens = Result { try FixtureFiles.json("goldens/layers.json") as? [String: Any] ?? [:] }

  @Test func `every layer gives PyTorch's outputs, gradients, buffers and state dict in both modes`() throws {
    let cases = try (goldens.get()["cases"] as? [[String: Any]] ?? []).map(LayerCase.init)
    #expect(cases.count == 353)
    for layerCase in cases {
      do { for difference in try layerCase.differences() { Issue.record("\(difference)") } } catch {
        Issue.record("\(layerCase.text): \(error)")
      }
    }
  }

  @Test func `every layer is initialised as PyTorch's, draw for draw`() throws {
    let entries = try goldens.get()["initialisation"] as? [[String: Any]] ?? []
    #expect(entries.count == 39)
    for entry in entries {
      let text = entry["case"] as? String ?? ""
      var found: [String] = []
      // Tests of other suites may draw from the process's generator in between.
      for _ in 0..<8 {
        let layer = try #require(LayerTable.make(text), "\(text) is not in the table")
        try TensorRuntime.setSeed(7)
        try layer.initialize()
        let state = try layer.state().map { (key: Value.string($0.key), value: Value.tensor($0.tensor)) }
        found = try Goldens.differences(.dictionary(state), entry["initial"], at: text, .exact)
        if found.isEmpty { break }
      }
      for difference in found { Issue.record("\(difference)") }
    }
  }

  @Test func `the formula's weights are those of the scripts`() throws {
    let weight = try WeightFormula.values("weight", [3, 5]).floats()
    #expect(Array(weight.prefix(4)) == [-0.691125154, -0.190254867, 0.509837329, 0.719409645])
    #expect(try WeightFormula.values("0.weight", [2]).floats() == [1.04317021, 1.05500793])
    #expect(WeightFormula.hash("conv1.weight") == 0x69A2_9A2C_EE47_D254)
    #expect(try WeightFormula.values("num_batches_tracked", [], .int64).hostArray().doubles() == [3])
  }
}
