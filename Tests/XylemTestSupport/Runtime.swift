package import Testing
internal import XylemTensor

/// Whether the tensor runtime is there, with one thread, as the goldens were made: some kernels give other last bits with more.
package let runtimeIsThere: Bool = {
  guard (try? TensorRuntime.load()) != nil else { return false }
  return (try? TensorRuntime.setThreads(1)) != nil
}()

extension Trait where Self == ConditionTrait {
  /// Skips a test if the tensor runtime was not built.
  package static var needsRuntime: Self {
    .enabled(if: runtimeIsThere, "the tensor runtime is not built: make runtime")
  }

  /// Skips a test if the executable was not built.
  package static var needsExecutable: Self {
    .enabled(if: Fixtures.executable != nil, "the executable is not built: swift build --product xylem")
  }
}
