internal import XylemErrors
internal import XylemTrace

/// The result of loading a weights file into a model. A tensor that does not match is an error only if it is needed.
struct LoadedWeights {
  let path: String
  let report: StateReport

  /// The renamed and ignored keys, in one line. Nil if every key belongs to the model.
  var note: String? {
    var parts: [String] = []
    if !report.prefix.isEmpty { parts.append("the keys begin with '\(report.prefix)'") }
    add("missing", report.missing, to: &parts)
    add(
      "that do not fit",
      report.mismatched.map { "\($0.key) (\($0.given), the model has \($0.expected))" }, to: &parts)
    add("that the model does not have", report.unexpected, to: &parts)
    add("ignored", report.outside, to: &parts)
    return parts.isEmpty ? nil : "note: \(path): " + parts.joined(separator: "; ")
  }

  private func add(_ what: String, _ keys: [String], to parts: inout [String]) {
    guard !keys.isEmpty else { return }
    parts.append("\(keys.count) \(what): \(keys.prefix(3).joined(separator: ", "))\(keys.count > 3 ? ", …" : "")")
  }

  /// Checks that the tensors about to be used were in the file, with the model's shape.
  ///
  /// - Parameter needed: their keys, in the model's order; nil for all keys.
  /// - Throws: `model.state`.
  func check(_ needed: [String]?) throws(XylemError) {
    let keys = needed.map(Set.init)
    let missing = report.missing.filter { keys?.contains($0) != false }
    let mismatched = report.mismatched.filter { keys?.contains($0.key) != false }
    guard missing.isEmpty, mismatched.isEmpty else {
      throw CommandErrors.weightsMissing(self, missing: missing, mismatched: mismatched)
    }
    let inside = report.unexpected.filter { isInNeededModule($0, keys) }
    guard inside.isEmpty else { throw CommandErrors.weightsOfOtherModel(self, inside) }
  }

  /// Names of tensors that tools add to every module and that models don't compute with.
  private static let bookkeeping: Set<Substring> = ["total_ops", "total_params", "num_batches_tracked"]

  /// Whether a key that the model lacks belongs to a module, other than the root, of which tensors are needed. If so,
  /// the weights are for another model, whose module computes something else.
  private func isInNeededModule(_ key: String, _ needed: Set<String>?) -> Bool {
    let parts = key.dropFirst(report.prefix.count).split(separator: ".")
    guard parts.count > 1, let last = parts.last, !Self.bookkeeping.contains(last) else { return false }
    let start = parts[0] + "."
    let used = needed.map(Array.init) ?? report.loaded
    return used.contains { $0.hasPrefix(start) }
  }
}
