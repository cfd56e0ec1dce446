internal import XylemErrors
public import XylemRuntime
public import XylemTrace

/// What loading a state dict into an extractor did with each key.
public struct StateReport: Sendable, Hashable {
  /// Keys whose tensors were filled.
  public var loaded: [String] = []
  /// Keys that the extractor needs and that were not given: their tensors stay as they were.
  public var missing: [String] = []
  /// Keys of the model that the extractor does not need, because what they belong to was pruned: they were passed over.
  public var pruned: [String] = []
  /// Keys that the model does not have.
  public var unexpected: [String] = []
}

extension FeatureExtractor {
  /// The parameters and buffers that the extractor needs in any of its modes, by the model's own keys, in the model's order.
  ///
  /// These are the model's tensors and not copies of them.
  public var state: [StateEntry] { neededTensors.filter { $0.kind != .attribute } }

  /// Every tensor of the model's modules that the extractor needs.
  package var neededTensors: [StateEntry] { tensors(neededBy: Array(plans.values)) }

  /// The bytes of the tensors that the present mode needs. Tensors that start at one address count once, with the largest.
  package var neededBytes: Int {
    var bytesByAddress: [UInt: Int] = [:]
    for entry in tensors(neededBy: [plan]) {
      guard let address = entry.tensor.dataAddress else { continue }
      let bytes = entry.tensor.count * (entry.tensor.dtype?.byteCount ?? 0)
      bytesByAddress[address] = max(bytesByAddress[address] ?? 0, bytes)
    }
    return bytesByAddress.values.reduce(0, +)
  }

  private func tensors(neededBy plans: [Plan]) -> [StateEntry] {
    let needed = NeededState(model, graphs: plans.map(\.graph))
    return model.tensors.filter(needed.contains)
  }

  /// Fills the extractor's parameters and buffers, which are the model's, with the contents of a state dict.
  ///
  /// A whole model's state dict may be given: keys of what was pruned are passed over and reported. Elements are converted
  /// to the tensor's own type. Nothing is changed where an error is thrown.
  ///
  /// - Parameters:
  ///   - state: tensors by the model's keys.
  ///   - strict: whether a key that the extractor needs must be there.
  /// - Returns: what became of each key; sorted, but for the loaded ones, which are in the model's order.
  /// - Throws: `extract.state` for a tensor of another shape, with all of these keys, and, where strict, for missing ones.
  @discardableResult
  public func load(_ state: [String: Tensor], strict: Bool = true) throws -> StateReport {
    var report = StateReport()
    var filled: [(target: Tensor, source: Tensor)] = []
    var misshaped: [String] = []
    let needed = self.state
    for entry in needed {
      guard let source = state[entry.key] else {
        report.missing.append(entry.key)
        continue
      }
      let (wanted, given) = (try entry.tensor.sizes, try source.sizes)
      if wanted != given {
        misshaped.append("\(entry.key) is \(wanted) and was given as \(given)")
      }
      filled.append((entry.tensor, source))
      report.loaded.append(entry.key)
    }
    let known = Set(model.tensors.map(\.key))
    let used = Set(report.loaded)
    for key in state.keys.sorted() where !used.contains(key) {
      if known.contains(key) { report.pruned.append(key) } else { report.unexpected.append(key) }
    }
    // A tensor that is shared has several keys, and one of them is enough.
    let given = Set(filled.compactMap(\.target.dataAddress))
    let byKey = Dictionary(needed.map { ($0.key, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    report.missing.removeAll { key in byKey[key]?.dataAddress.map(given.contains) == true }
    report.missing.sort()
    guard misshaped.isEmpty else { throw ExtractErrors.misshapedState(misshaped) }
    guard !strict || report.missing.isEmpty else { throw ExtractErrors.missingState(report) }
    try TensorRuntime.withGradients(false) {
      for (target, source) in filled {
        _ = try TensorOperator("aten::copy_")([.tensor(target), .tensor(source), .bool(false)])
      }
    }
    return report
  }
}
