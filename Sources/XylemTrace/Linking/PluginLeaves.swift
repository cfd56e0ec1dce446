internal import XylemErrors
package import XylemGraph
internal import XylemPlugins
package import XylemTensor

/// The plugins' code for the leaves of one trace, with one instance for each module, however often it is called.
package struct PluginLeaves {
  private let model: any TracedModel
  private let mode: Mode
  private var instances: [String: LeafModuleInstance] = [:]

  package init(_ model: any TracedModel, mode: Mode) {
    self.model = model
    self.mode = mode
  }

  /// The code that replaces a node's own. Nil for a node that no plugin replaces.
  ///
  /// - Throws: `plugin.not-loaded`, `plugin.changed`; `extract.unaddressable` if the model has no such module.
  package mutating func code(of node: Node) throws -> (([Value]) throws -> Value)? {
    guard let provider = node.operation.provider, provider.replaces else { return nil }
    let plugin = PluginIdentity(id: provider.plugin, digest: provider.digest)
    switch node.operation {
    case .leafModule(let leaf):
      let instance = try instance(of: provider, plugin, at: leaf.path)
      return { try instance($0) }
    case .leafFunction:
      let function = try LeafRegistry.function(provider.leaf, of: plugin)
      return { try function($0) }
    default: return nil
    }
  }

  private mutating func instance(
    of provider: LeafProvider, _ plugin: PluginIdentity, at path: String
  ) throws -> LeafModuleInstance {
    if let known = instances[path] { return known }
    let type = try LeafRegistry.module(provider.leaf, of: plugin)
    guard let contents = model.leafContents(at: path) else {
      throw XylemError(
        .extractUnaddressable, "the model has no module '\(path)', which the plugin \(plugin.id) is to compute")
    }
    let fresh = LeafModuleInstance(
      type, isTraining: model.isTraining(at: path, in: mode), attributes: contents.json, tensors: contents.tensors)
    instances[path] = fresh
    return fresh
  }
}
