internal import Synchronization
package import XylemErrors

/// The leaves of the plugins that this process loaded, by the digests of their files. Plugins are never unloaded, so an
/// entry stays valid. Which leaves a trace uses is decided elsewhere.
package enum LeafRegistry {
  private struct Key: Hashable {
    let digest: String
    let name: String
  }
  private struct Contents {
    var modules: [Key: LeafModuleType] = [:]
    var functions: [Key: PluginFunction] = [:]
    var operators: [String: PluginIdentity] = [:]
    /// The digests of the loaded files, by plugin id.
    var digests: [String: [String]] = [:]

    mutating func noteLoaded(_ plugin: PluginIdentity) {
      if digests[plugin.id]?.contains(plugin.digest) != true { digests[plugin.id, default: []].append(plugin.digest) }
    }
  }
  private static let contents = Mutex(Contents())

  /// Returns the file to use instead of one that is not loaded, or nil if that file is loaded.
  ///
  /// - Parameter allowsOthers: whether a different file of the same plugin may be used.
  /// - Throws: `plugin.not-loaded`, `plugin.changed`.
  package static func standIn(
    for plugin: PluginIdentity, allowsOthers: Bool
  ) throws(XylemError) -> PluginIdentity? {
    let digests = contents.withLock { $0.digests[plugin.id] ?? [] }
    if digests.contains(plugin.digest) { return nil }
    guard let other = digests.last, allowsOthers else { throw LeafErrors.notLoaded(nil, plugin, loaded: digests) }
    return PluginIdentity(id: plugin.id, digest: other)
  }

  /// Returns the plugin that implements an operator of the runtime, or nil.
  package static func implementer(ofOperator name: String) -> PluginIdentity? {
    contents.withLock { $0.operators[name] }
  }

  /// Registers a plugin's implementation of an operator.
  package static func add(operator name: String, by plugin: PluginIdentity) {
    contents.withLock { contents in
      contents.operators[name] = plugin
      contents.noteLoaded(plugin)
    }
  }

  /// Registers leaf modules.
  package static func add(_ types: [LeafModuleType]) {
    contents.withLock { contents in
      for type in types {
        contents.modules[Key(digest: type.plugin.digest, name: type.name)] = type
        contents.noteLoaded(type.plugin)
      }
    }
  }

  /// Registers leaf functions.
  package static func add(_ functions: [PluginFunction], of plugin: PluginIdentity) {
    contents.withLock { contents in
      for function in functions { contents.functions[Key(digest: plugin.digest, name: function.name)] = function }
      contents.noteLoaded(plugin)
    }
  }

  /// Returns the leaf function with the given name in the plugin with the given digest.
  ///
  /// - Throws: `plugin.not-loaded`; `plugin.changed` if a different file of the same plugin is loaded.
  package static func function(_ name: String, of plugin: PluginIdentity) throws(XylemError) -> PluginFunction {
    let (found, others) = contents.withLock { contents in
      (contents.functions[Key(digest: plugin.digest, name: name)], contents.digests[plugin.id] ?? [])
    }
    guard let found else { throw LeafErrors.notLoaded(name, plugin, loaded: others) }
    return found
  }

  /// Returns the leaf module with the given name in the plugin with the given digest.
  ///
  /// - Throws: `plugin.not-loaded`; `plugin.changed` if a different file of the same plugin is loaded.
  package static func module(_ name: String, of plugin: PluginIdentity) throws(XylemError) -> LeafModuleType {
    let (found, others) = contents.withLock { contents in
      (contents.modules[Key(digest: plugin.digest, name: name)], contents.digests[plugin.id] ?? [])
    }
    guard let found else { throw LeafErrors.notLoaded(name, plugin, loaded: others) }
    return found
  }
}
