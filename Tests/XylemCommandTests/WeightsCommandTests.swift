import Foundation
import Testing
import XylemFiles
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

private final class Block: Module, Layer {
  let conv = Conv2d(3, 4, kernelSize: 3)
  let norm = BatchNorm2d(4)
  func forward(_ x: Tensor) throws -> Tensor { try norm(conv(x)) }
}

private final class Classifier: Module, Layer {
  let block = Block()
  let head = Linear(4, 2)
  func forward(_ x: Tensor) throws -> Tensor { try head(block(x).mean(dim: [2, 3])) }
}

/// Checkpoints that people have, given to a model by name.
@Suite(.needsRuntime, .serialized) struct WeightsCommandTests {
  private let models = [ModelDefinition("classifier", "a small one") { Classifier() }]

  /// Weights that are told from random ones: every element is 0.5, variances too.
  private func state() throws -> [(key: String, tensor: Tensor)] {
    try Classifier().state().map { entry in
      let shape = try entry.tensor.sizes
      return (entry.key, try Tensor([Float](repeating: 0.5, count: shape.reduce(1, *)), shape: shape))
    }
  }

  private struct Extraction {
    let run: CommandRun
    let feature: HostArray?
  }

  /// Extracts from the model with some weights.
  private func extract(
    _ request: String, weights: [(key: String, tensor: Tensor)], _ options: String..., file: String = "w.pth"
  ) async throws -> Extraction {
    try await withTemporaryFolder { folder in
      try StateDictFile.write(weights, to: folder + "/" + file)
      let input = try HostArray([Float](repeating: 1, count: 48), shape: [1, 3, 4, 4])
      try NpyFile.write(input, to: folder + "/x.npy")
      let run = await xylem(
        ["extract", "classifier", "--weights", folder + "/" + file, "--return", request, "--input", folder + "/x.npy"]
          + ["-o", folder + "/f.npy"] + options, models: models)
      return Extraction(run: run, feature: run.status == 0 ? try NpyFile.read(folder + "/f.npy") : nil)
    }
  }

  /// What the block gives: 13.5 + 0.5 of the convolution, normalised by mean and variance 0.5.
  private let expected = (27 * 0.5 + 0.5 - 0.5) / (0.5 + 1e-5).squareRoot() * 0.5 + 0.5

  private func expectBlock(_ found: Extraction, sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(found.run.status == 0, "\(found.run.errors)", sourceLocation: sourceLocation)
    let values = try #require(found.feature).doubles()
    #expect(values.count == 16 && values.allSatisfy { abs($0 - expected) < 1e-4 }, sourceLocation: sourceLocation)
  }

  @Test func `a key as the model has it counts more than one with a wrapper's word`() async throws {
    let other = try Tensor([Float](repeating: 9, count: 108), shape: [4, 3, 3, 3])
    for weights in [
      try [("module.block.conv.weight", other)] + state(), try state() + [("module.block.conv.weight", other)],
    ] { try expectBlock(await extract("block", weights: weights)) }
  }

  @Test(arguments: ["", "module.", "_orig_mod.", "state_dict.model."], ["w.pth", "w.safetensors"])
  func `features are those of the weights, whatever their keys begin with`(prefix: String, file: String) async throws {
    let found = try await extract("block", weights: state().map { (prefix + $0.key, $0.tensor) }, file: file)
    try expectBlock(found)
    #expect(found.run.errors.contains("note: ") != prefix.isEmpty)
    if !prefix.isEmpty { #expect(found.run.errors.contains("the keys begin with '\(prefix)'")) }
  }

  @Test func `a head that is missing or of another shape matters only where it is needed`() async throws {
    let backbone = try state().filter { !$0.key.hasPrefix("head.") }
    let other =
      backbone + [
        ("head.weight", try Tensor([Float](repeating: 1, count: 12), shape: [3, 4])),
        ("head.bias", try Tensor([1, 1, 1], shape: [3])),
      ]
    let missing = try await extract("block", weights: backbone)
    try expectBlock(missing)
    #expect(missing.run.errors.contains("2 missing: head.bias, head.weight"))
    try expectBlock(try await extract("block", weights: other))
    for weights in [backbone, other] {
      let run = try await extract("head", weights: weights).run
      #expect(run.status == 2)
      #expect(
        run.errors.contains("error: 2 tensors that the features need are missing from the weights (model.state)"),
        "\(run.errors)")
    }
    let shaped = try await extract("head", weights: other).run
    #expect(shaped.errors.contains("head.weight is [2, 4] but the file has [3, 4]"))
  }

  @Test func `counters of batches may be missing, and an optimizer's tensors are passed over`() async throws {
    let weights =
      try state().filter { !$0.key.hasSuffix("num_batches_tracked") } + [
        ("optimizer.momentum", Tensor([1], shape: [1]))
      ]
    let found = try await extract("block", weights: weights)
    try expectBlock(found)
  }

  @Test func `weights of a deeper model are refused where its modules are needed`() async throws {
    let weights = try state() + [("block.conv2.weight", Tensor([1], shape: [1]))]
    let run = try await extract("block", weights: weights).run
    #expect(run.status == 2)
    #expect(run.errors.contains("block.conv2.weight") && run.errors.contains("model.state"), "\(run.errors)")
    let counted = try state() + [("block.conv.total_ops", Tensor([1], shape: [1]))]
    try expectBlock(try await extract("block", weights: counted))
  }

  @Test func `of two sets of weights one has to be named, and the remedies name them`() async throws {
    let weights = try state()
    let both =
      weights.map { ("model." + $0.key, $0.tensor) } + (try weights.map { ("ema." + $0.key, try $0.tensor * 3) })
    let unclear = try await extract("block", weights: both).run
    #expect(unclear.status == 2)
    #expect(
      unclear.errors.contains("  try: --weights-prefix ema.\n  try: --weights-prefix model.\n"), "\(unclear.errors)")
    for prefix in ["model.", "model"] {
      try expectBlock(try await extract("block", weights: both, "--weights-prefix", prefix))
    }
    let ema = try await extract("block", weights: both, "--weights-prefix", "ema.")
    #expect(ema.run.status == 0 && ema.feature != nil)
  }

  @Test func `the model's own key wins over the same one with a wrapper's word`() async throws {
    let doubled = try state().map { ("module." + $0.key, try $0.tensor * 3) }
    try expectBlock(
      try await extract("block", weights: doubled.filter { $0.0 == "module.block.conv.weight" } + state()))
  }

  @Test func `no remedy of the command line is of the Swift API`() async throws {
    for weights in [[("a.b", try Tensor([1], shape: [1]))], try state().filter { $0.key == "head.bias" }] {
      let run = try await extract("block", weights: weights).run
      #expect(run.status == 2 && !run.errors.contains("strict") && !run.errors.contains("allowing"), "\(run.errors)")
    }
  }

  @Test func `a prefix without weights is a wrong use`() async {
    let run = await xylem(["nodes", "classifier", "--weights-prefix", "ema."], models: models)
    #expect(run.status == 64 && run.errors.contains("'--weights-prefix' needs '--weights'"))
  }
}
