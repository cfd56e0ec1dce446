internal import ArgumentParser
internal import XylemExtract
internal import XylemTensor

/// The options that choose what computes: `--engine` and `--precision`.
struct EngineChoice: ParsableArguments {
  /// The precision of the computation.
  enum Precision: String, ExpressibleByArgument, CaseIterable { case f32, bf16 }

  @Option(
    help: ArgumentHelp(
      "What computes: libtorch alone, OpenVINO where it can, or the faster of both, part by part. (default: \(Self.defaults))",
      valueName: "torch|openvino|auto"))
  var engine: Engine?
  @Option(
    help:
      "The precision of the computation. With libtorch, bf16 follows the rules of PyTorch's autocast. (default: f32)")
  var precision: Precision?
  @Option(
    help: ArgumentHelp(
      "Where it is computed: the processor, or a GPU with a libtorch that was built with CUDA.",
      valueName: "cpu|cuda|cuda:N"))
  var device: Device = .cpu

  private static let defaults = "what a saved extractor was saved with, otherwise torch to extract, auto to bench"

  /// Sets what an extractor computes with, and where: what was chosen, otherwise what it was saved with, otherwise a
  /// default.
  ///
  /// - Throws: `runtime.device`, `runtime.operator`.
  func apply(to extractor: FeatureExtractor, default engine: Engine) throws {
    let saved = extractor.engineOptions
    extractor.engineOptions = EngineOptions(
      self.engine ?? (saved.engine == .torch ? engine : saved.engine),
      reducesPrecision: precision.map { $0 == .bf16 } ?? saved.reducesPrecision)
    if device != .cpu { try extractor.move(to: device) }
  }

  /// Whether libtorch computes with autocast.
  func usesAutocast(_ extractor: FeatureExtractor) -> Bool {
    precision == .bf16 && extractor.engineOptions.engine == .torch
  }
}
