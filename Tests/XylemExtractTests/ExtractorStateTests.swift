import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemTensor
import XylemTestSupport
import XylemTrace

/// An extractor's state dict has the model's keys.
@Suite("State of an extractor", .needsRuntime)
struct ExtractorStateTests {
  private func extractor(of name: String, _ nodes: [ReturnRequest]) throws -> FeatureExtractor {
    try FeatureExtractor(of: ScriptModel(path: Fixtures.path("zoo/\(name).pt")).withOwnMemory(), returning: nodes)
  }

  @Test("the keys are the model's, in its order, and only those that are needed")
  func keys() throws {
    let found = try extractor(of: "resnet18", ["layer1.0.bn1"])
    #expect(
      found.state.map(\.key) == [
        "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked",
        "layer1.0.conv1.weight", "layer1.0.bn1.weight", "layer1.0.bn1.bias", "layer1.0.bn1.running_mean",
        "layer1.0.bn1.running_var", "layer1.0.bn1.num_batches_tracked",
      ])
    #expect(found.state.filter { $0.kind == .parameter }.count == 6)
    #expect(try extractor(of: "resnet18", ["fc"]).state.count == 122)
  }

  @Test("a whole model's state loads, and reports the pruned keys")
  func wholeCheckpoint() throws {
    let source = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
    var state: [String: Tensor] = [:]
    for (index, entry) in source.tensors.enumerated() {
      state[entry.key] = try Tensor(
        [Float](repeating: Float(index), count: entry.tensor.count), shape: entry.tensor.sizes)
    }
    state["head.weight"] = try Tensor([1], shape: [1])
    let target = try extractor(of: "resnet18", ["bn1"])
    let report = try target.load(state)
    #expect(report.loaded == target.state.map(\.key))
    #expect(report.missing.isEmpty)
    #expect(report.unexpected == ["head.weight"])
    #expect(report.pruned.count == source.tensors.count - report.loaded.count)
    for entry in target.state {
      let values = try entry.tensor.converted(to: .float32).floats()
      let expected = try state[entry.key]?.floats()
      #expect(values == expected, "\(entry.key)")
    }
  }

  @Test("strict loading fails only on needed keys; nothing changes where it fails")
  func strictLoading() throws {
    let target = try extractor(of: "resnet18", ["bn1"])
    let before = try target.state.map { try $0.tensor.hostArray() }
    let missing = #expect(throws: XylemError.self) {
      try target.load(["conv1.weight": Tensor([Float](repeating: 9, count: 64 * 3 * 49), shape: [64, 3, 7, 7])])
    }
    #expect(missing?.id == .extractState)
    let misshaped = #expect(throws: XylemError.self) {
      try target.load(["conv1.weight": Tensor([1, 2], shape: [2])], strict: false)
    }
    #expect(misshaped?.id == .extractState)
    #expect(try target.state.map { try $0.tensor.hostArray() } == before)
    let report = try target.load([:], strict: false)
    // PyTorch doesn't miss the count of batches in a dictionary without versions either.
    #expect(report.missing == ["bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.weight", "conv1.weight"])
  }
}
