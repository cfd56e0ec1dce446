internal import Foundation
package import Testing
internal import XylemTensor

/// Whether the tensor runtime is there, with one thread and the instructions of AVX2, as the goldens were made: some kernels
/// give other last bits with more, which gradients of networks with random weights magnify to percents.
package let runtimeIsThere: Bool = {
  // libtorch, oneDNN and MKL read these when they are loaded.
  for (name, value) in [
    ("ATEN_CPU_CAPABILITY", "avx2"), ("ONEDNN_MAX_CPU_ISA", "AVX2"), ("MKL_ENABLE_INSTRUCTIONS", "AVX2"),
  ] { setenv(name, value, 0) }
  guard (try? TensorRuntime.load()) != nil else { return false }
  return (try? TensorRuntime.setThreads(1)) != nil
}()

/// Whether the engine OpenVINO was built.
package let engineIsThere: Bool = (try? EngineLibrary.shared()) != nil

extension Trait where Self == ConditionTrait {
  /// Skips a test if the tensor runtime was not built.
  package static var needsRuntime: Self {
    .enabled(if: runtimeIsThere, "the tensor runtime is not built: make runtime")
  }

  /// Skips a test if the engine OpenVINO was not built.
  package static var needsEngine: Self {
    .enabled(if: engineIsThere, "the engine is not built: make engine")
  }

  /// Skips a test if the executable was not built.
  package static var needsExecutable: Self {
    .enabled(if: Fixtures.executable != nil, "the executable is not built: swift build --product xylem")
  }
}
