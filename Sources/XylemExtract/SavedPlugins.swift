internal import XylemErrors
internal import XylemGraph
internal import XylemPlugins
internal import XylemTrace

extension Graph {
  /// The plugins whose code the nodes run.
  var plugins: Set<PluginIdentity> {
    var found: Set<PluginIdentity> = []
    for node in nodes {
      if let provider = node.operation.provider, provider.replaces {
        found.insert(PluginIdentity(id: provider.plugin, digest: provider.digest))
      }
      if case .operator(let name) = node.operation, let plugin = LeafRegistry.implementer(ofOperator: name) {
        found.insert(plugin)
      }
    }
    return found
  }
}

extension ExtractorFile {
  /// The plugin files that replace those that the model was traced with.
  ///
  /// - Parameter allowed: whether replacements are allowed.
  /// - Throws: `plugin.not-loaded`, `plugin.changed`.
  func substitutes(allowed: Bool) throws(XylemError) -> [PluginIdentity: PluginIdentity] {
    var found: [PluginIdentity: PluginIdentity] = [:]
    for plugin in plugins {
      if let other = try LeafRegistry.standIn(for: plugin, allowsOthers: allowed) { found[plugin] = other }
    }
    return found
  }
}

extension ExtractorFile.SavedPlan {
  /// The plan with different files of the same plugins.
  func replacing(_ substitutes: [PluginIdentity: PluginIdentity]) -> Self {
    var plan = self
    plan.trace.graph.mapProviders { provider in
      guard let other = substitutes[PluginIdentity(id: provider.plugin, digest: provider.digest)] else {
        return provider
      }
      var provider = provider
      provider.digest = other.digest
      return provider
    }
    if let policy = plan.trace.options?.policy {
      plan.trace.options?.policy = policy.replacing(substitutes)
    }
    return plan
  }
}
