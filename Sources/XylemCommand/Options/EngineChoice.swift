internal import ArgumentParser
internal import XylemExtract

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

  private static let defaults = "torch to extract, auto to bench"

  /// The options for an extractor.
  func options(default engine: Engine) -> EngineOptions {
    EngineOptions(self.engine ?? engine, reducesPrecision: precision == .bf16)
  }

  /// Whether libtorch computes with autocast.
  func usesAutocast(default engine: Engine) -> Bool { precision == .bf16 && (self.engine ?? engine) == .torch }
}
