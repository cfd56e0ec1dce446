internal import XylemErrors

/// The texts of what `xylem plugin check` finds.
enum CheckErrors {
  static func sample(_ text: String, _ what: String) -> XylemError {
    XylemError(
      .usage, "the sample '\(text.prefix(80))' can't be read: \(what)",
      remedies: [
        "--sample 'Conv2dSame: {\"attributes\": {\"stride\": [1, 1]}, \"tensors\": {\"weight\": \"f32[8,3,3,3]\"}, \"inputs\": [\"f32[1,3,8,8]\"]}'"
      ])
  }

  static func unknownLeaf(_ name: String, near: [String]) -> XylemError {
    XylemError(
      .usage, "no plugin here has the leaf '\(name)' of a sample", remedies: near.map { "--sample '\($0): {…}'" })
  }

  static func crashed(_ leaf: String?, how: String, doing what: String, errors: String) -> XylemError {
    XylemError(
      .pluginCrashed, "the process \(how) while \(leaf.map { "the leaf '\($0)'" } ?? "the plugin") \(what)",
      cause: errors.isEmpty ? nil : Reason(errors))
  }

  static func timedOut(_ leaf: String?, limit: Duration, doing what: String) -> XylemError {
    XylemError(
      .pluginTimedOut,
      "the process was ended after \(limit.text) while \(leaf.map { "the leaf '\($0)'" } ?? "the plugin") \(what)",
      remedies: ["--time-limit 60"])
  }

  static func writesInput(_ leaf: String, name: Int, offset: Int) -> XylemError {
    let what = name < parameterNames ? "its argument \(name)" : "its tensor \(name - parameterNames)"
    return XylemError(
      .pluginWritesInput, "the leaf '\(leaf)' writes to \(what) (byte \(offset)), and does not say so",
      remedies: ["declare it: 'tensor!' in a function's signature, a bit of `writes` for a module", "write to a copy"])
  }

  /// Guarded memory of a module's own tensors is numbered from here.
  static let parameterNames = 1000

  static func changesTensor(_ leaf: String, _ tensor: String, mode: String, declared: ModeTrait) -> XylemError {
    XylemError(
      .pluginModeMismatch,
      "the leaf '\(leaf)' changes its tensor '\(tensor)' in \(mode) mode, and declares '\(declared.rawValue)'",
      remedies: ["declare XYLEM_MODE_UPDATES_STATE, where it is train mode alone"])
  }

  static func modesDiffer(_ leaf: String) -> XylemError {
    XylemError(
      .pluginModeMismatch,
      "the leaf '\(leaf)' gives other results in train mode than in eval mode, and declares 'none'",
      remedies: ["declare XYLEM_MODE_READS, XYLEM_MODE_UPDATES_STATE or XYLEM_MODE_RANDOM"])
  }

  static func seedInEval(_ leaf: String) -> XylemError {
    XylemError(
      .pluginModeMismatch, "the leaf '\(leaf)' declares 'random', and gives different results in eval mode too")
  }

  static func notDeterministic(_ leaf: String, _ how: String) -> XylemError {
    XylemError(
      .pluginNotDeterministic, "the leaf '\(leaf)' says that it is deterministic, and gives different results \(how)",
      remedies: ["leave XYLEM_LEAF_DETERMINISTIC out"])
  }

  static func threadsDiffer(_ leaf: String, _ threading: LeafThreading) -> XylemError {
    XylemError(
      .pluginNotDeterministic,
      "the leaf '\(leaf)' declares '\(threading.rawValue)', and calls on two threads give other results than one",
      remedies: ["declare XYLEM_SERIAL", "guard what the calls share"])
  }

  static func formDiffers(_ leaf: String, _ layout: String) -> XylemError {
    XylemError(
      .pluginResult,
      "the leaf '\(leaf)' gives another result for tensors with \(layout) than for the same elements in a row",
      remedies: ["read elements through strides and byte_offset, or fail for forms that are not supported"])
  }

  static func leaks(_ leaf: String, bytes: Int, calls: Int) -> XylemError {
    XylemError(
      .pluginLeaks, "the leaf '\(leaf)' keeps \(bytes / calls) bytes of memory each time (\(bytes) in \(calls))")
  }

  static func prints(_ text: String, _ tests: [String]) -> XylemError {
    XylemError(
      .pluginPrints, "the plugin writes to standard output, which belongs to results",
      cause: Reason("in \(tests.joined(separator: ", ")): \(text)"), remedies: ["xylem_log(XYLEM_LOG_INFO, …)"])
  }

  static func result(_ leaf: String, _ what: String) -> XylemError {
    XylemError(.pluginResult, "a result of the leaf '\(leaf)' \(what)")
  }

  static func declinesSample(_ leaf: String, _ what: String, reason: String) -> XylemError {
    XylemError(.pluginCallFailed, "the leaf '\(leaf)' can't be \(what) with its sample", cause: Reason(reason))
  }
}
