import Testing
import XylemErrors
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Layers alone against PyTorch's. Serialised, because many draw random numbers from the process's one generator.
@Suite(.needsRuntime, .serialized) struct LayerTests {
  private let goldens = Result { try Fixtures.json("goldens/layers.json") as? [String: Any] ?? [:] }

  @Test func `every layer gives PyTorch's outputs, gradients, buffers and state dict in both modes`() throws {
    let cases = try (goldens.get()["cases"] as? [[String: Any]] ?? []).map(LayerCase.init)
    #expect(cases.count == 379)
    for layerCase in cases {
      do { for difference in try layerCase.differences() { Issue.record("\(difference)") } } catch {
        Issue.record("\(layerCase.text): \(error)")
      }
    }
  }

  private func failures(_ policy: LeafPolicy) throws -> [String] {
    let cases = try (goldens.get()["cases"] as? [[String: Any]] ?? []).map(LayerCase.init)
    var failed: [String] = []
    for layerCase in cases {
      do {
        guard let found = try layerCase.tracedDifferences(policy) else { continue }
        if !found.isEmpty { failed.append(layerCase.text + ": " + found.joined(separator: "; ")) }
      } catch let error as XylemError { failed.append("\(layerCase.text): \(error.id.rawValue)") }
    }
    return failed
  }

  @Test func `every layer gives PyTorch's outputs as a leaf of an extractor`() throws {
    #expect(try failures(LeafPolicy()) == [])
  }

  @Test
  func `traced through, a layer gives PyTorch's outputs, or an error where it has to know more than a trace does`()
    throws
  {
    let failed = try failures(.none)
    // Without a batch, of other than an image, by sizes as numbers, and with a structure as an argument of the whole model.
    let expected = [
      "InstanceNorm1d(3, affine=True, eps=0.01): extract.guard", "InstanceNorm2d(3, affine=True): extract.guard",
      "Upsample(size=7): extract.guard",
      "Upsample(scale_factor=1.7, mode='bilinear', recompute_scale_factor=True): trace.concrete-value",
      "Dropout1d(0.3): extract.guard", "Dropout3d(0.3): extract.guard", "MultiheadAttention(6, 2): extract.guard",
      "RNN(3, 4): extract.guard", "LSTM(3, 4): trace.concrete-value", "LSTM(3, 4): extract.guard",
      "LSTM(3, 4): trace.concrete-value", "GRU(3, 4): extract.guard", "RNNCell(3, 4): extract.guard",
      "GRUCell(3, 4, bias=False): extract.guard", "LSTMCell(3, 4): trace.concrete-value",
      "LSTMCell(3, 4, bias=False): trace.concrete-value",
      "TransformerEncoderLayer(6, 2, 8, 0.0, bias=False): extract.guard",
    ]
    #expect(failed == expected, "\(failed.joined(separator: "\n"))")
  }

  @Test func `differences from a golden are reported, and those within the tolerance are not`() throws {
    let tree: [String: Any] = ["tensor": [1.0, -2.0], "shape": [2], "dtype": "float32"]
    func differences(_ values: [Float], _ shape: [Int] = [2]) throws -> Int {
      try Goldens.differences(.tensor(Tensor(values, shape: shape)), tree, at: "x").count
    }
    #expect(try differences([1, -2]) == 0)
    #expect(try differences([1.00001, -2]) == 0)
    #expect(try differences([1.00003, -2]) == 1)
    #expect(try differences([1, .nan]) == 1)
    #expect(try differences([1, -2], [1, 2]) == 1)
    #expect(try Goldens.differences(nil, tree, at: "x").count == 1)
    #expect(try Goldens.differences(.tuple([], names: []), [tree], at: "x").count == 1)
    let statistics: [String: Any] = [
      "shape": [2], "dtype": "float32", "min": -2.0, "max": 1.0, "mean": -0.5, "abs_sum": 3.0,
      "samples": (0..<16).map { $0 < 8 ? 1.0 : -2.0 },
    ]
    #expect(try Goldens.differences(.tensor(Tensor([1, -2], shape: [2])), statistics, at: "x") == [])
    #expect(try Goldens.differences(.tensor(Tensor([1, -3], shape: [2])), statistics, at: "x").count == 4)
  }

  @Test func `every layer is initialised as PyTorch's, draw for draw`() throws {
    let entries = try goldens.get()["initialisation"] as? [[String: Any]] ?? []
    #expect(entries.count == 43)
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
