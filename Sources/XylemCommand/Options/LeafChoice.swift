internal import XylemErrors
internal import XylemPlugins

/// Chooses the plugin for a leaf name that several plugins provide.
struct LeafChoice {
  private var plugins: [LeafPlugin] = []
  /// The preferred plugins, by leaf name.
  private var preferred: [String: LeafPlugin] = [:]

  /// Adds a plugin. The same file content is added only once.
  ///
  /// - Parameter names: the leaves for which the plugin is preferred.
  /// - Throws: `plugin.duplicate-name` if two plugins are preferred for one name; `usage` for a name that the plugin
  ///   does not provide.
  mutating func add(_ plugin: LeafPlugin, prefer names: [String]) throws(XylemError) {
    if !plugins.contains(where: { $0 === plugin }) { plugins.append(plugin) }
    for name in names {
      guard plugin.modules.contains(where: { $0.name == name }) || plugin.functions.contains(where: { $0.name == name })
      else { throw CommandErrors.preferredUnknown(name, plugin) }
      if let other = preferred[name], other !== plugin { throw CommandErrors.preferredTwice(name, other, plugin) }
      preferred[name] = plugin
    }
  }

  /// The chosen leaves. Registers their operators with the runtime.
  ///
  /// - Throws: `plugin.duplicate-name` for a name that several plugins provide if none is preferred; as
  ///   ``LeafPlugin/implementOperators(_:)``.
  func leaves() throws(XylemError) -> [PluginLeaf] {
    let counts = { (plugin: LeafPlugin, name: String) in preferred[name].map { $0 === plugin } ?? true }
    try LeafPlugin.checkNames(plugins, where: counts)
    for plugin in plugins { try plugin.implementOperators { counts(plugin, $0.name) } }
    return plugins.flatMap { plugin in plugin.leaves.filter { counts(plugin, $0.name) } }
  }
}
