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
      .pluginCallFailed, "the leaf '\(leaf)' of the plugin \(plugin.id) failed \(what)", cause: Reason(reason))
  }

  static func noInstance(_ leaf: String, _ plugin: PluginIdentity) -> XylemError {
    XylemError(.pluginResult, "the leaf '\(leaf)' of the plugin \(plugin.id) gave no instance when it was made")
  }

  static func unknownParameter(_ name: String, _ leaf: String, _ plugin: PluginIdentity) -> XylemError {
    XylemError(
      .pluginResult,
      "the leaf '\(leaf)' of the plugin \(plugin.id) has the parameter '\(name)', which is none of the module's tensors"
    )
  }

  static func ownTensor(
    _ name: String, _ leaf: String, _ plugin: PluginIdentity, _ fault: String, cause: (any Error)?
  ) -> XylemError {
    XylemError(
      .pluginArgument, "the leaf '\(leaf)' of the plugin \(plugin.id) can't be given the tensor '\(name)', \(fault)",
      cause: cause)
  }

  static func argument(_ position: Int, _ leaf: String, _ fault: String, cause: (any Error)? = nil) -> XylemError {
    XylemError(.pluginArgument, "the argument \(position + 1) of the leaf '\(leaf)' is \(fault)", cause: cause)
  }

  static func result(
    _ position: Int, _ leaf: String, _ plugin: PluginIdentity, _ fault: String, cause: (any Error)? = nil
  ) -> XylemError {
    XylemError(
      .pluginResult, "the result \(position + 1) of the leaf '\(leaf)' can't be taken: \(fault)",
      cause: cause ?? Reason("the plugin \(plugin.id) made it"))
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

  static func notLoaded(_ leaf: String?, _ plugin: PluginIdentity, loaded: [String]) -> XylemError {
    let what = leaf.map { "the leaf '\($0)'" } ?? "the extractor"
    guard let other = loaded.last else {
      return XylemError(
        .pluginNotLoaded, "\(what) needs the plugin \(plugin.id), which is not loaded",
        cause: Reason("its file's SHA-256 is \(plugin.digest)"), remedies: ["--plugin FILE"])
    }
    return XylemError(
      .pluginChanged, "\(what) was traced with another file of the plugin \(plugin.id) than is loaded",
      cause: Reason("traced with SHA-256 \(plugin.digest), loaded \(other)"),
      remedies: ["load the file that it was traced with", "--allow-changed-plugins  # uses the one that is loaded"])
  }

  static func operatorTwice(_ name: String, _ first: PluginIdentity, _ second: PluginIdentity) -> XylemError {
    XylemError(
      .pluginDuplicateName, "the operator \(name) is implemented by two plugins, \(first.id) and \(second.id)",
      cause: Reason("their files have the SHA-256 \(first.digest) and \(second.digest)"),
      remedies: ["load one of them"])
  }

  static func operatorAlias(_ function: String, _ plugin: String) -> XylemError {
    XylemError(
      .pluginResult,
      "the function '\(function)' of the plugin \(plugin) implements an operator, and gives an argument back as its result",
      cause: Reason("an operator's result is memory of its own"))
  }
}
