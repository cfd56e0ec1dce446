internal import XylemErrors
internal import XylemTrace

/// What became of the file that gave a model its weights. What does not fit is an error only where it is needed.
struct LoadedWeights {
  let path: String
  let report: StateReport

  /// What was renamed and what was passed over, in one line; nil where every key is the model's.
  var note: String? {
    var parts: [String] = []
    if !report.prefix.isEmpty { parts.append("the keys begin with '\(report.prefix)'") }
    add("missing", report.missing, to: &parts)
    add(
      "that do not fit",
      report.mismatched.map { "\($0.key) (\($0.given), the model's is \($0.expected))" }, to: &parts)
    add("that the model does not have", report.unexpected, to: &parts)
    add("passed over", report.outside, to: &parts)
    return parts.isEmpty ? nil : "note: \(path): " + parts.joined(separator: "; ")
  }

  private func add(_ what: String, _ keys: [String], to parts: inout [String]) {
    guard !keys.isEmpty else { return }
    parts.append("\(keys.count) \(what): \(keys.prefix(3).joined(separator: ", "))\(keys.count > 3 ? ", …" : "")")
  }

  /// Finds out whether tensors that are about to be computed with were not in the file, or not as the model has them.
  ///
  /// - Parameter needed: their keys, in the model's order; nil stands for all.
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

  /// Names of tensors that tools add to every module and that no model computes with.
  private static let bookkeeping: Set<Substring> = ["total_ops", "total_params", "num_batches_tracked"]

  /// Whether a key that the model lacks would belong to a module, other than the root, of which it needs tensors: then the
  /// weights are of another model, which computes something else there.
  private func isInNeededModule(_ key: String, _ needed: Set<String>?) -> Bool {
    let parts = key.dropFirst(report.prefix.count).split(separator: ".")
    guard parts.count > 1, let last = parts.last, !Self.bookkeeping.contains(last) else { return false }
    let start = parts[0] + "."
    let used = needed.map(Array.init) ?? report.loaded
    return used.contains { $0.hasPrefix(start) }
  }
}
