/// A model with a name for the command line.
///
///     ModelDefinition("digits", "a small classifier of digits", inputShape: [1, 1, 28, 28]) { Digits() }
public struct ModelDefinition: Sendable {
  /// The name: letters, digits, `_`, `-` and `.`.
  public let name: String
  /// A short description.
  public let summary: String
  /// The shape of the input that the model expects, `[N, C, H, W]` for images. Nil if it is open.
  public let inputShape: [Int]?
  /// Creates the model, with new weights that are not allocated yet.
  public let make: @Sendable () throws -> Module

  /// Creates a definition.
  public init(
    _ name: String, _ summary: String, inputShape: [Int]? = nil, make: @escaping @Sendable () throws -> Module
  ) {
    self.name = name
    self.summary = summary
    self.inputShape = inputShape
    self.make = make
  }
}
