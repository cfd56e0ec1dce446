/// A model with a name for the command line.
///
///     ModelDefinition("digits", "a small classifier of digits", inputShape: [1, 1, 28, 28]) { Digits() }
public struct ModelDefinition: Sendable {
  /// The name: letters, digits, `_`, `-` and `.`. Of the built-in models, some begin with `timm/`.
  public let name: String
  /// A short description.
  public let summary: String
  /// The shape of the input that the model expects, `[N, C, H, W]` for images. Nil if it is open.
  public let inputShape: [Int]?
  /// The models of one design. Nil if the model belongs to none.
  public let family: String?
  /// What the model is for. Nil if it is not said.
  public let task: ModelTask?
  /// How images are prepared for it. Nil if nothing is known about that, or if its inputs are not images.
  public let preset: ImagePreset?
  /// The multiplications, each with an addition, for one input of ``inputShape``, as `xylem nodes --long` counts them.
  /// Nil if they are not counted.
  public let multiplyAdds: Int?
  /// Creates the model, with new weights that are not allocated yet.
  public let make: @Sendable () throws -> Module

  /// Creates a definition.
  public init(
    _ name: String, _ summary: String, inputShape: [Int]? = nil, family: String? = nil, task: ModelTask? = nil,
    preset: ImagePreset? = nil, multiplyAdds: Int? = nil, make: @escaping @Sendable () throws -> Module
  ) {
    self.name = name
    self.summary = summary
    self.inputShape = inputShape
    self.family = family
    self.task = task
    self.preset = preset
    self.multiplyAdds = multiplyAdds
    self.make = make
  }
}
