internal import XylemErrors

extension ModuleErrors {
  /// Options of a function that do not go together.
  static func option(_ message: String) -> XylemError { XylemError(.modelArgument, message) }
}
