internal import ArgumentParser
internal import XylemErrors
internal import XylemPlugins

/// The options that load third-party code.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .customLong("plugin"),
    help: ArgumentHelp(
      "Load a leaf plugin, as in ./libsame-padding.so; see 'xylem plugin'. Repeatable.", valueName: "file"),
    completion: .file(extensions: ["so"]))
  var plugins: [String] = []

  @Option(
    name: .customLong("wrap-symbol"),
    help: ArgumentHelp(
      "Make a function of any library a leaf function, as in 'libm.so.6:erf(f64) -> f64'. Repeatable.",
      valueName: "library:symbol signature"))
  var symbols: [String] = []

  @Flag(
    name: .customLong("allow-asserted"),
    help: "Allow --wrap-symbol for libraries without debug information, whose function types can't be checked.")
  var allowsAsserted = false

  @Flag(
    name: .customLong("allow-changed-plugins"),
    help: "Allow a saved extractor to use plugin files other than those it was traced with.")
  var allowsChanged = false

  func validate() throws {
    if plugins.contains("") { throw ValidationError("'--plugin' needs the path of a file") }
    if symbols.contains("") { throw ValidationError("'--wrap-symbol' needs a library, a function and a signature") }
  }

  /// Loads the plugins that a configuration and the options name, and registers their operators with the runtime. Must
  /// be called before a model is loaded.
  ///
  /// - Parameter configured: plugins of a configuration, with pinned contents.
  /// - Throws: as ``LeafPlugin/load(_:policy:)`` and ``WrappedSymbol/load(allowsAsserted:)``; `plugin.duplicate-name`.
  /// - Returns: the leaves, plugins before symbols, in the order of the options.
  func load(configured: [Configuration.Plugin]) throws -> [PluginLeaf] {
    var choice = LeafChoice()
    for plugin in configured {
      var policy = PluginPolicy()
      policy.pins = [plugin.path: plugin.sha256]
      try choice.add(
        Progress.during("loading \(plugin.path)") { try LeafPlugin.load(plugin.path, policy: policy) },
        prefer: plugin.prefer)
    }
    for path in plugins {
      try choice.add(Progress.during("loading \(path)") { try LeafPlugin.load(path) }, prefer: [])
    }
    var leaves = try choice.leaves()
    for text in symbols {
      let (function, library) = try WrappedSymbol(text).load(allowsAsserted: allowsAsserted)
      leaves.append(function.leaf(of: library))
    }
    return leaves
  }
}
