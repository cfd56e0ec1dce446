internal import XylemErrors
internal import XylemPlugins

/// Which plugin's leaf counts where several bring one of the same name.
struct LeafChoice {
  private var plugins: [LeafPlugin] = []
  /// Plugins that are meant for a name, by the name.
  private var preferred: [String: LeafPlugin] = [:]

  /// Adds a plugin; the same content twice is one.
  ///
  /// - Parameter names: of leaves for which it is meant.
  /// - Throws: `plugin.duplicate-name` where two plugins are meant for one name; `usage` for a name that it does not bring.
  mutating func add(_ plugin: LeafPlugin, prefer names: [String]) throws(XylemError) {
    if !plugins.contains(where: { $0 === plugin }) { plugins.append(plugin) }
    for name in names {
      guard plugin.modules.contains(where: { $0.name == name }) || plugin.functions.contains(where: { $0.name == name })
      else { throw CommandErrors.preferredUnknown(name, plugin) }
      if let other = preferred[name], other !== plugin { throw CommandErrors.preferredTwice(name, other, plugin) }
      preferred[name] = plugin
    }
  }

  /// The leaves that count. Gives operators to the runtime.
  ///
  /// - Throws: `plugin.duplicate-name` for a name that several bring, and for which none is preferred; as
  ///   ``LeafPlugin/implementOperators(_:)``.
  func leaves() throws(XylemError) -> [PluginLeaf] {
    let counts = { (plugin: LeafPlugin, name: String) in preferred[name].map { $0 === plugin } ?? true }
    try LeafPlugin.checkNames(plugins, where: counts)
    for plugin in plugins { try plugin.implementOperators { counts(plugin, $0.name) } }
    return plugins.flatMap { plugin in plugin.leaves.filter { counts(plugin, $0.name) } }
  }
}
