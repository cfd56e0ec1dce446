public import XylemNN

/// The models that Xylem brings along, under the names that torchvision (for EfficientNet-Lite0: timm) has for them.
public enum ModelZoo {
  /// Every model, families together.
  public static let models: [ModelDefinition] = resnets

  /// The model with a name; nil where there is none.
  public static func definition(_ name: String) -> ModelDefinition? { models.first { $0.name == name } }

  /// A classifier of photographs.
  static func image(
    _ name: String, _ summary: String, size: Int = 224, make: @escaping @Sendable () -> Module
  ) -> ModelDefinition {
    ModelDefinition(name, summary, inputShape: [1, 3, size, size], make: make)
  }
}
