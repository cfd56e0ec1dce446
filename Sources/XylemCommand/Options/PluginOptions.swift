internal import ArgumentParser
internal import XylemErrors
internal import XylemPlugins

/// The options that load code of others.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .customLong("plugin"),
    help: ArgumentHelp(
      "Loads a leaf plugin, as in ./libsame-padding.so; see 'xylem plugin'. Repeatable.", valueName: "file"),
    completion: .file(extensions: ["so"]))
  var plugins: [String] = []

  @Option(
    name: .customLong("wrap-symbol"),
    help: ArgumentHelp(
      "A function of any library is a leaf function, as in 'libm.so.6:erf(f64) -> f64'. Repeatable.",
      valueName: "library:symbol signature"))
  var symbols: [String] = []

  @Flag(
    name: .customLong("allow-asserted"),
    help: "Allow --wrap-symbol for libraries without debug information, whose functions' types nobody can check.")
  var allowsAsserted = false

  @Flag(
    name: .customLong("allow-changed-plugins"),
    help: "Use a saved extractor with other files of its plugins than it was traced with.")
  var allowsChanged = false

  func validate() throws {
    if plugins.contains("") { throw ValidationError("'--plugin' needs the path of a file") }
    if symbols.contains("") { throw ValidationError("'--wrap-symbol' needs a library, a function and its types") }
  }

  /// Loads what a configuration and the options name, and gives operators to the runtime: to be done before a model is loaded.
  ///
  /// - Parameter configured: plugins of a configuration, whose contents are pinned.
  /// - Throws: as ``LeafPlugin/load(_:policy:)`` and ``WrappedSymbol/load(allowsAsserted:)``; `plugin.duplicate-name`.
  /// - Returns: the leaves, plugins before symbols, in the order in which they are named.
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
