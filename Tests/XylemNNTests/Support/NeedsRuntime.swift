import Testing
import XylemTestSupport

extension Trait where Self == ConditionTrait {
  /// Skips a test where libxylem-torch.so was not built.
  static var needsRuntime: Self { .enabled(if: runtimeIsThere, "the tensor runtime is not built: make runtime") }
}
