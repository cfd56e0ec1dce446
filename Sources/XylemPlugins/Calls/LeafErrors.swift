internal import XylemErrors

/// The texts of errors about plugins' leaves.
enum LeafErrors {
  static func shortStruct(_ name: String, _ found: Int, _ wanted: Int, _ plugin: PluginIdentity) -> XylemError {
    XylemError(
      .pluginShortStruct, "the plugin \(plugin.id) has a \(name) of \(found) bytes, and its ABI's has \(wanted)")
  }

  static func incomplete(_ what: String, _ fault: String, _ plugin: PluginIdentity) -> XylemError {
    XylemError(.pluginMismatch, "\(what) of the plugin \(plugin.id) has \(fault)")
  }

  static func failed(_ what: String, _ leaf: String, _ plugin: PluginIdentity, reason: String) -> XylemError {
    XylemError(
      .pluginCallFailed, "the leaf '\(leaf)' of the plugin \(plugin.id) failed \(what)", cause: LeafCause(reason))
  }

  static func argument(_ position: Int, _ leaf: String, _ fault: String) -> XylemError {
    XylemError(.pluginArgument, "the argument \(position + 1) of the leaf '\(leaf)' is \(fault)")
  }

  static func result(_ position: Int, _ leaf: String, _ plugin: PluginIdentity, _ fault: String) -> XylemError {
    XylemError(
      .pluginResult, "the result \(position + 1) of the leaf '\(leaf)' can't be taken: \(fault)",
      cause: LeafCause("the plugin \(plugin.id) made it"))
  }

  static func resultCount(_ count: Int, _ leaf: String, capacity: Int, _ plugin: PluginIdentity) -> XylemError {
    XylemError(
      .pluginResult,
      "the leaf '\(leaf)' of the plugin \(plugin.id) says that it gave \(count) results; there is room for \(capacity)")
  }

  static func noBackward(_ leaf: String, _ plugin: PluginIdentity) -> XylemError {
    XylemError(
      .pluginNoBackward, "a gradient arrives at the leaf '\(leaf)', for which the plugin \(plugin.id) has no backward",
      remedies: [
        "TensorRuntime.withGradients(false) { … }  # where no gradient is wanted",
        "detach what comes before it",
      ])
  }

  static func writesWithGradient(_ position: Int, _ leaf: String, cause: any Error) -> XylemError {
    XylemError(
      .pluginArgument,
      "the leaf '\(leaf)' writes its argument \(position + 1) in place, for which gradients are recorded",
      cause: cause)
  }

  static func notLoaded(_ leaf: String?, _ plugin: PluginIdentity, loaded: [String]) -> XylemError {
    let what = leaf.map { "the leaf '\($0)'" } ?? "the extractor"
    guard let other = loaded.last else {
      return XylemError(
        .pluginNotLoaded, "\(what) needs the plugin \(plugin.id), which is not loaded",
        cause: LeafCause("its file's SHA-256 is \(plugin.digest)"), remedies: ["--plugin FILE"])
    }
    return XylemError(
      .pluginChanged, "\(what) was traced with another file of the plugin \(plugin.id) than is loaded",
      cause: LeafCause("traced with SHA-256 \(plugin.digest), loaded \(other)"),
      remedies: ["load the file that it was traced with", "--allow-changed-plugins  # uses the one that is loaded"])
  }

  static func operatorTwice(_ name: String, _ first: PluginIdentity, _ second: PluginIdentity) -> XylemError {
    XylemError(
      .pluginDuplicateName, "the operator \(name) is implemented by two plugins, \(first.id) and \(second.id)",
      cause: LeafCause("their files have the SHA-256 \(first.digest) and \(second.digest)"),
      remedies: ["load one of them"])
  }

  static func operatorAlias(_ function: String, _ plugin: String) -> XylemError {
    XylemError(
      .pluginResult,
      "the function '\(function)' of the plugin \(plugin) implements an operator, and gives an argument back as its result",
      cause: LeafCause("an operator's result is memory of its own"))
  }

  static func notPlain() -> XylemError {
    XylemError(
      .pluginArgument, "a leaf writes a tensor in place whose elements do not lie in memory as they are",
      cause: LeafCause("it is a conjugate or a negative view, quantised or sparse"))
  }
}

/// A cause in words.
struct LeafCause: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
