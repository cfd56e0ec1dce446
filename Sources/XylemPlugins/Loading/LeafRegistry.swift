internal import Synchronization
package import XylemErrors

/// The leaves of the plugins that this process loaded, by the digests of their files. Plugins are never unloaded, so what was found once is
/// found always; nothing here says which leaves a trace uses.
package enum LeafRegistry {
  private struct Key: Hashable {
    let digest: String
    let name: String
  }
  private struct Contents {
    var modules: [Key: LeafModuleType] = [:]
    var functions: [Key: PluginFunction] = [:]
    var operators: [String: PluginIdentity] = [:]
    /// By id, the digests of the files that were loaded.
    var digests: [String: [String]] = [:]

    mutating func noteLoaded(_ plugin: PluginIdentity) {
      if digests[plugin.id]?.contains(plugin.digest) != true { digests[plugin.id, default: []].append(plugin.digest) }
    }
  }
  private static let contents = Mutex(Contents())

  /// The file that stands in for one that is not loaded: nil where the very file is loaded.
  ///
  /// - Parameter allowsOthers: whether another file of the same plugin may.
  /// - Throws: `plugin.not-loaded`, `plugin.changed`.
  package static func standIn(
    for plugin: PluginIdentity, allowsOthers: Bool
  ) throws(XylemError) -> PluginIdentity? {
    let digests = contents.withLock { $0.digests[plugin.id] ?? [] }
    if digests.contains(plugin.digest) { return nil }
    guard let other = digests.last, allowsOthers else { throw LeafErrors.notLoaded(nil, plugin, loaded: digests) }
    return PluginIdentity(id: plugin.id, digest: other)
  }

  /// The plugin that implements an operator of the runtime, or nil.
  package static func implementer(ofOperator name: String) -> PluginIdentity? {
    contents.withLock { $0.operators[name] }
  }

  /// Makes it known that a plugin implements an operator.
  package static func add(operator name: String, by plugin: PluginIdentity) {
    contents.withLock { contents in
      contents.operators[name] = plugin
      contents.noteLoaded(plugin)
    }
  }

  /// Makes leaf modules known.
  package static func add(_ types: [LeafModuleType]) {
    contents.withLock { contents in
      for type in types {
        contents.modules[Key(digest: type.plugin.digest, name: type.name)] = type
        contents.noteLoaded(type.plugin)
      }
    }
  }

  /// Makes leaf functions known.
  package static func add(_ functions: [PluginFunction], of plugin: PluginIdentity) {
    contents.withLock { contents in
      for function in functions { contents.functions[Key(digest: plugin.digest, name: function.name)] = function }
      contents.noteLoaded(plugin)
    }
  }

  /// The leaf function of that name in the plugin of that digest.
  ///
  /// - Throws: `plugin.not-loaded`; `plugin.changed` where another file of the same plugin is loaded.
  package static func function(_ name: String, of plugin: PluginIdentity) throws(XylemError) -> PluginFunction {
    let (found, others) = contents.withLock { contents in
      (contents.functions[Key(digest: plugin.digest, name: name)], contents.digests[plugin.id] ?? [])
    }
    guard let found else { throw LeafErrors.notLoaded(name, plugin, loaded: others) }
    return found
  }

  /// The leaf module of that name in the plugin of that digest.
  ///
  /// - Throws: `plugin.not-loaded`; `plugin.changed` where another file of the same plugin is loaded.
  package static func module(_ name: String, of plugin: PluginIdentity) throws(XylemError) -> LeafModuleType {
    let (found, others) = contents.withLock { contents in
      (contents.modules[Key(digest: plugin.digest, name: name)], contents.digests[plugin.id] ?? [])
    }
    guard let found else { throw LeafErrors.notLoaded(name, plugin, loaded: others) }
    return found
  }
}
