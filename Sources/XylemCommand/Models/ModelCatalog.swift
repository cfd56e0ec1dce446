internal import XylemErrors
internal import XylemModels
internal import XylemNN

/// The models that the executable knows by name: its own models, then the zoo.
struct ModelCatalog: Sendable {
  /// The executable's own models come first.
  let models: [ModelDefinition]

  @TaskLocal static var current = ModelCatalog(unchecked: ModelZoo.models)

  private init(unchecked models: [ModelDefinition]) { self.models = models }

  /// Creates a catalog of the zoo and the executable's own models.
  ///
  /// The models of the zoo may have `timm/` before their names.
  ///
  /// - Throws: `usage` if two models have the same name, or if a name could be a file name.
  init(adding own: [ModelDefinition]) throws(XylemError) {
    var seen: Set<String> = []
    for model in own {
      guard !model.name.isEmpty, model.name.allSatisfy({ $0.isLetter || $0.isNumber || "_-.".contains($0) }) else {
        throw CommandErrors.usage("'\(model.name)' is not a valid model name; use letters, digits, '_', '-' and '.'")
      }
    }
    for model in own + ModelZoo.models {
      guard seen.insert(model.name).inserted else {
        throw CommandErrors.usage("two models have the name '\(model.name)'")
      }
    }
    models = own + ModelZoo.models
  }

  /// The model with a name; of a model of timm, also with `timm/` before it.
  subscript(name: String) -> ModelDefinition? { models.first { $0.name == name } ?? ModelZoo.definition(name) }
}
