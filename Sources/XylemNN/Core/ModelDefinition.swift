/// A model that the command line knows by a name.
///
///     ModelDefinition("digits", "a small classifier of digits", inputShape: [1, 1, 28, 28]) { Digits() }
public struct ModelDefinition: Sendable {
  /// The name: letters, digits, `_`, `-` and `.`.
  public let name: String
  /// A few words about it.
  public let summary: String
  /// The shape of the input that the model was made for, `[N, C, H, W]` for images; nil where that is open.
  public let inputShape: [Int]?
  /// Makes the model, with fresh weights that are not allocated yet.
  public let make: @Sendable () throws -> Module

  /// A model under a name.
  public init(
    _ name: String, _ summary: String, inputShape: [Int]? = nil, make: @escaping @Sendable () throws -> Module
  ) {
    self.name = name
    self.summary = summary
    self.inputShape = inputShape
    self.make = make
  }
}
