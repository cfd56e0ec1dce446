internal import XylemErrors
internal import XylemGraph

/// The findings of `xylem plugin check`.
enum CheckErrors {
  static func sample(_ text: String, _ what: String) -> XylemError {
    XylemError(
      .usage, "the sample '\(text.prefix(80))' can't be read: \(what)",
      remedies: [
        "--sample 'Conv2dSame: {\"attributes\": {\"stride\": [1, 1]}, \"tensors\": {\"weight\": \"f32[8,3,3,3]\"}, \"inputs\": [\"f32[1,3,8,8]\"]}'"
      ])
  }

  static func crashed(_ leaf: String?, how: String, doing what: String, errors: String) -> XylemError {
    XylemError(
      .pluginCrashed, "the process \(how) while \(leaf.map { "the leaf '\($0)'" } ?? "the plugin") \(what)",
      cause: errors.isEmpty ? nil : Reason(errors))
  }

  static func timedOut(_ leaf: String?, limit: Duration, doing what: String) -> XylemError {
    XylemError(
      .pluginTimedOut,
      "the process was stopped after \(limit.text) while \(leaf.map { "the leaf '\($0)'" } ?? "the plugin") \(what)",
      remedies: ["--time-limit 60"])
  }

  static func writesInput(_ leaf: String, name: Int, offset: Int) -> XylemError {
    let what = name < parameterNames ? "its argument \(name)" : "its tensor \(name - parameterNames)"
    return XylemError(
      .pluginWritesInput, "the leaf '\(leaf)' writes to \(what) (byte \(offset)), but does not declare it",
      remedies: ["declare it: 'tensor!' in a function's signature, a bit of `writes` for a module", "write to a copy"])
  }

  /// The numbers of the guarded memory of a module's own tensors begin here.
  static let parameterNames = 1000

  static func changesTensor(_ leaf: String, _ tensor: String, mode: String, declared: ModeTrait) -> XylemError {
    XylemError(
      .pluginModeMismatch,
      "the leaf '\(leaf)' changes its tensor '\(tensor)' in \(mode) mode, but declares '\(declared.rawValue)'",
      remedies: ["declare XYLEM_MODE_UPDATES_STATE if this only happens in train mode"])
  }

  static func modesDiffer(_ leaf: String) -> XylemError {
    XylemError(
      .pluginModeMismatch,
      "the leaf '\(leaf)' gives different results in train and eval mode, but declares 'none'",
      remedies: ["declare XYLEM_MODE_READS, XYLEM_MODE_UPDATES_STATE or XYLEM_MODE_RANDOM"])
  }

  static func seedInEval(_ leaf: String) -> XylemError {
    XylemError(
      .pluginModeMismatch, "the leaf '\(leaf)' declares 'random', but gives different results in eval mode too")
  }

  static func notDeterministic(_ leaf: String, _ how: String) -> XylemError {
    XylemError(
      .pluginNotDeterministic,
      "the leaf '\(leaf)' declares that it is deterministic, but gives different results \(how)",
      remedies: ["remove XYLEM_LEAF_DETERMINISTIC"])
  }

  static func threadsDiffer(_ leaf: String, _ threading: LeafThreading) -> XylemError {
    XylemError(
      .pluginNotDeterministic,
      "the leaf '\(leaf)' declares '\(threading.rawValue)', but calls on two threads give different results than on one",
      remedies: ["declare XYLEM_SERIAL", "protect the state that the calls share"])
  }

  static func formDiffers(_ leaf: String, _ layout: String) -> XylemError {
    XylemError(
      .pluginResult,
      "the leaf '\(leaf)' gives a different result for tensors with \(layout) than for the same elements stored contiguously",
      remedies: ["read elements through strides and byte_offset, or fail for layouts that are not supported"])
  }

  static func leaks(_ leaf: String, bytes: Int, calls: Int) -> XylemError {
    XylemError(
      .pluginLeaks, "the leaf '\(leaf)' leaks \(bytes / calls) bytes of memory per call (\(bytes) in \(calls))")
  }

  static func prints(_ text: String, _ tests: [String]) -> XylemError {
    XylemError(
      .pluginPrints, "the plugin writes to standard output, which is reserved for results",
      cause: Reason("in \(tests.joined(separator: ", ")): \(text)"), remedies: ["xylem_log(XYLEM_LOG_INFO, …)"])
  }

  static func result(_ leaf: String, _ what: String) -> XylemError {
    XylemError(.pluginResult, "a result of the leaf '\(leaf)' \(what)")
  }

  static func declinesSample(_ leaf: String, _ what: String, reason: String) -> XylemError {
    XylemError(.pluginCallFailed, "the leaf '\(leaf)' can't be \(what) with its sample", cause: Reason(reason))
  }
}
