internal import XylemErrors

/// The messages of this module's errors.
enum ModelErrors {
  /// The error for invalid arguments of a model's initialiser, with the allowed values.
  static func argument(_ message: String, _ type: String, _ allowed: String) -> XylemError {
    XylemError(.modelArgument, message, at: .init(moduleType: type), cause: Allowed(description: allowed))
  }

  private struct Allowed: Error, CustomStringConvertible {
    let description: String
  }
}
