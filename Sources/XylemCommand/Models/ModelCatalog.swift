internal import XylemErrors
internal import XylemModels
internal import XylemNN

/// The models that the running executable knows by name: its own, then the zoo.
struct ModelCatalog: Sendable {
  /// Own models first.
  let models: [ModelDefinition]

  @TaskLocal static var current = ModelCatalog(unchecked: ModelZoo.models)

  private init(unchecked models: [ModelDefinition]) { self.models = models }

  /// The zoo with models of the executable's own.
  ///
  /// - Throws: `usage` where two models have one name, or a name can't be told from a file's.
  init(adding own: [ModelDefinition]) throws(XylemError) {
    var seen: Set<String> = []
    for model in own + ModelZoo.models {
      guard !model.name.isEmpty, model.name.allSatisfy({ $0.isLetter || $0.isNumber || "_-.".contains($0) }) else {
        throw CommandErrors.usage("'\(model.name)' can't be the name of a model: letters, digits, '_', '-' and '.' can")
      }
      guard seen.insert(model.name).inserted else {
        throw CommandErrors.usage("two models are called '\(model.name)'")
      }
    }
    models = own + ModelZoo.models
  }

  subscript(name: String) -> ModelDefinition? { models.first { $0.name == name } }
}
