internal import Foundation
internal import XylemErrors
internal import XylemExtract
internal import XylemNN
internal import XylemPlugins
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

extension ModelOptions {
  /// Loads the plugins, then the model.
  func loadModel(
    plugins configured: [Configuration.Plugin], seed: UInt64?, evalArchive: String? = nil
  ) throws -> LoadedModel {
    let leaves = try plugins.load(configured: configured)
    if let evalArchive { return try pair(with: evalArchive, leaves) }
    if weights == nil, weightsPrefix != nil { throw CommandErrors.usage("'--weights-prefix' needs '--weights'") }
    if let definition = ModelCatalog.current[model] { return try build(definition, leaves, seed: seed) }
    // They may come from the configuration.
    if let weights {
      throw CommandErrors.usage("'\(weights)' has weights for a built-in model, which '\(model)' is not")
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: model, isDirectory: &isFolder) else {
      let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: model)) != nil
      throw isLink ? CommandErrors.linkToNothing(model) : CommandErrors.unknownModel(model)
    }
    guard !isFolder.boolValue else { throw CommandErrors.folder(model) }
    let isSaved = model.hasSuffix(".xylem")
    let loaded = try Progress.during("loading \(model)") {
      if isSaved {
        let saved = try FeatureExtractor(
          path: model, allowsOtherPlugins: plugins.allowsChanged, allowsFileOperators: allowFileOperators
        ) { name in
          try ModelCatalog.current[name].map { try SwiftModel($0.make(), name: name) }
        }
        let name = (saved.model as? SwiftModel)?.name
        return LoadedModel(
          model: saved.model, saved: saved, definition: name.flatMap { ModelCatalog.current[$0] })
      }
      return LoadedModel(model: try archive(), saved: nil, leaves: leaves)
    }
    for plugin in loaded.saved?.otherPlugins ?? [] {
      Terminal.warn(
        "the extractor was traced with a different file of the plugin \(plugin.id): its features may differ")
    }
    let missing = (loaded.model as? ScriptModel)?.archive.missingOperators ?? []
    if !missing.isEmpty {
      Terminal.warn(
        "the model calls operators that are not registered: \(missing.joined(separator: ", ")); such code can be traced but not run"
      )
    }
    return loaded
  }

  /// A model whose modes are in two archives.
  private func pair(with evalArchive: String, _ leaves: [PluginLeaf]) throws -> LoadedModel {
    for path in [model, evalArchive] where !ExportedModel.isArchive(path) {
      guard FileManager.default.fileExists(atPath: path) else { throw CommandErrors.unknownModel(path) }
      throw CommandErrors.usage(
        "'\(path)' is not an archive of torch.export: two files are the train and the eval mode of one model",
        remedies: ["--base \(shellWord(evalArchive))  # compares the findings of two models"])
    }
    let pair = try Progress.during("loading \(model) and \(evalArchive)") {
      try ExportedModel(train: model, eval: evalArchive, allowsFileOperators: allowFileOperators)
    }
    return LoadedModel(model: pair, saved: nil, leaves: leaves)
  }

  /// The model of an archive of TorchScript or torch.export.
  private func archive() throws -> any TracedModel {
    if ExportedModel.isArchive(model) {
      return try ExportedModel(path: model, allowsFileOperators: allowFileOperators)
    }
    return try ScriptModel(path: model, allowsFileOperators: allowFileOperators)
  }

  /// A built-in model, with weights from a file if one is given.
  private func build(_ definition: ModelDefinition, _ leaves: [PluginLeaf], seed: UInt64?) throws -> LoadedModel {
    let module = try definition.make()
    if weights == nil, let seed {
      // Otherwise each weight is created when it is first needed, in an order that depends on the requests.
      try TensorRuntime.setSeed(seed)
      try module.initialize()
    }
    let loaded = try weights.map { path in
      let prefix = weightsPrefix.map { $0.isEmpty || $0.hasSuffix(".") ? $0 : $0 + "." }
      let report = try Progress.during("loading \(path)") {
        try module.load(path, prefix: prefix, allowing: .all) { "--weights-prefix \($0)" }
      }
      return LoadedWeights(path: path, report: report)
    }
    if let note = loaded?.note { Terminal.error(note) }
    if let dtype, loaded != nil { try module.cast(to: dtype.dtype) }
    return LoadedModel(
      model: try SwiftModel(module, name: definition.name), saved: nil, definition: definition,
      hasRandomWeights: try weights == nil && !module.parameters().isEmpty, weights: loaded, leaves: leaves)
  }
}
