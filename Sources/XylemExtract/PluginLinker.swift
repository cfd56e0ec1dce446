internal import XylemErrors
internal import XylemGraph
internal import XylemPlugins
internal import XylemScript
internal import XylemTrace

/// The plugins' code for the leaves of one plan, with one instance for each module, however often it is called.
struct PluginLinker {
  private let model: any TracedModel
  private let mode: Mode
  private var instances: [String: LeafModuleInstance] = [:]

  init(_ model: any TracedModel, mode: Mode) {
    self.model = model
    self.mode = mode
  }

  /// The code that replaces a node's own. Nil for a node that no plugin replaces.
  ///
  /// - Throws: `plugin.not-loaded`, `plugin.changed`.
  mutating func call(of node: Node) throws -> LinkedCall? {
    guard let provider = node.operation.provider, provider.replaces else { return nil }
    let plugin = PluginIdentity(id: provider.plugin, digest: provider.digest)
    switch node.operation {
    case .leafModule(let leaf):
      let instance = try instance(of: provider, plugin, at: leaf.path)
      return .host(HostLeaf(call: { try instance($0) }, expand: { _, _ in nil }))
    case .leafFunction:
      let function = try LeafRegistry.function(provider.leaf, of: plugin)
      return .host(HostLeaf(call: { try function($0) }, expand: { _, _ in nil }))
    default: return nil
    }
  }

  private mutating func instance(
    of provider: LeafProvider, _ plugin: PluginIdentity, at path: String
  ) throws -> LeafModuleInstance {
    if let known = instances[path] { return known }
    let type = try LeafRegistry.module(provider.leaf, of: plugin)
    guard let contents = model.leafContents(at: path) else {
      throw ExtractErrors.unaddressable(path, "the model has no such module")
    }
    let fresh = LeafModuleInstance(
      type, isTraining: model.isTraining(at: path, in: mode), attributes: contents.json, tensors: contents.tensors)
    instances[path] = fresh
    return fresh
  }
}
