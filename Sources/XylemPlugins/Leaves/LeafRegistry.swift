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
    /// By id, the digests of the files that were loaded.
    var digests: [String: [String]] = [:]

    mutating func noteLoaded(_ plugin: PluginIdentity) {
      if digests[plugin.id]?.contains(plugin.digest) != true { digests[plugin.id, default: []].append(plugin.digest) }
    }
  }
  private static let contents = Mutex(Contents())

  /// Makes leaf modules known.
  package static func add(_ types: [LeafModuleType]) {
    contents.withLock { contents in
      for type in types {
        contents.modules[Key(digest: type.plugin.digest, name: type.name)] = type
        contents.noteLoaded(type.plugin)
      }
    }
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
