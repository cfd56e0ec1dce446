internal import XylemErrors

extension ModuleErrors {
  /// The error for function options that can't be combined.
  static func option(_ message: String) -> XylemError { XylemError(.modelArgument, message) }
}
