internal import XylemErrors

/// The errors about plugins' leaves.
enum LeafErrors {
  static func shortStruct(_ name: String, _ found: Int, _ wanted: Int, _ plugin: PluginIdentity) -> XylemError {
    XylemError(
      .pluginShortStruct, "the plugin \(plugin.id) has a \(name) of \(found) bytes; its ABI requires \(wanted)")
  }

  static func incomplete(_ what: String, _ fault: String, _ plugin: PluginIdentity) -> XylemError {
    XylemError(.pluginMismatch, "\(what) of the plugin \(plugin.id) has \(fault)")
  }

  static func failed(_ what: String, _ leaf: String, _ plugin: PluginIdentity, reason: String) -> XylemError {
    XylemError(
      .pluginCallFailed, "the leaf '\(leaf)' of the plugin \(plugin.id) failed \(what)", cause: Reason(reason))
  }

  static func noInstance(_ leaf: String, _ plugin: PluginIdentity) -> XylemError {
    XylemError(.pluginResult, "the leaf '\(leaf)' of the plugin \(plugin.id) did not create an instance")
  }

  static func unknownParameter(_ name: String, _ leaf: String, _ plugin: PluginIdentity) -> XylemError {
    XylemError(
      .pluginResult,
      "the leaf '\(leaf)' of the plugin \(plugin.id) has the parameter '\(name)', which is not one of the module's tensors"
    )
  }

  static func ownTensor(
    _ name: String, _ leaf: String, _ plugin: PluginIdentity, _ fault: String, cause: (any Error)?
  ) -> XylemError {
    XylemError(
      .pluginArgument, "the leaf '\(leaf)' of the plugin \(plugin.id) can't take the tensor '\(name)', \(fault)",
      cause: cause)
  }

  static func argument(_ position: Int, _ leaf: String, _ fault: String, cause: (any Error)? = nil) -> XylemError {
    XylemError(.pluginArgument, "argument \(position + 1) of the leaf '\(leaf)' is \(fault)", cause: cause)
  }

  static func result(
    _ position: Int, _ leaf: String, _ plugin: PluginIdentity, _ fault: String, cause: (any Error)? = nil
  ) -> XylemError {
    XylemError(
      .pluginResult, "result \(position + 1) of the leaf '\(leaf)' is not valid: \(fault)",
      cause: cause ?? Reason("it comes from the plugin \(plugin.id)"))
  }

  static func resultCount(_ count: Int, _ leaf: String, capacity: Int, _ plugin: PluginIdentity) -> XylemError {
    XylemError(
      .pluginResult,
      "the leaf '\(leaf)' of the plugin \(plugin.id) reports \(count) results; there is space for \(capacity)")
  }

  static func noBackward(_ leaf: String, _ plugin: PluginIdentity) -> XylemError {
    XylemError(
      .pluginNoBackward, "the leaf '\(leaf)' received a gradient, but the plugin \(plugin.id) has no backward for it",
      remedies: [
        "TensorRuntime.withGradients(false) { … }  # if no gradient is needed",
        "detach the tensors before it",
      ])
  }

  static func notLoaded(_ leaf: String?, _ plugin: PluginIdentity, loaded: [String]) -> XylemError {
    let what = leaf.map { "the leaf '\($0)'" } ?? "the extractor"
    guard let other = loaded.last else {
      return XylemError(
        .pluginNotLoaded, "\(what) needs the plugin \(plugin.id), which is not loaded",
        cause: Reason("the SHA-256 of its file is \(plugin.digest)"), remedies: ["--plugin FILE"])
    }
    return XylemError(
      .pluginChanged, "\(what) was traced with a different file of the plugin \(plugin.id)",
      cause: Reason("traced with SHA-256 \(plugin.digest), loaded \(other)"),
      remedies: ["load the file that was used for the trace", "--allow-changed-plugins  # uses the loaded file"])
  }

  static func operatorTwice(_ name: String, _ first: PluginIdentity, _ second: PluginIdentity) -> XylemError {
    XylemError(
      .pluginDuplicateName, "the operator \(name) is implemented by two plugins: \(first.id) and \(second.id)",
      cause: Reason("the SHA-256 of their files: \(first.digest), \(second.digest)"),
      remedies: ["load only one of them"])
  }

  static func operatorAlias(_ function: String, _ plugin: String) -> XylemError {
    XylemError(
      .pluginResult,
      "the function '\(function)' of the plugin \(plugin) implements an operator, but returns an argument as its result",
      cause: Reason("an operator's result must have memory of its own"))
  }
}
