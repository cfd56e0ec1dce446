internal import XylemErrors

/// The texts of this module's errors.
enum ModelErrors {
  /// What a model's initialiser was given that it can't work with, and what is allowed.
  static func argument(_ message: String, _ type: String, _ allowed: String) -> XylemError {
    XylemError(.modelArgument, message, at: .init(moduleType: type), cause: Allowed(description: allowed))
  }

  private struct Allowed: Error, CustomStringConvertible {
    let description: String
  }
}
