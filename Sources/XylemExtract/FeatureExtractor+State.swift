internal import XylemFiles
public import XylemTensor
public import XylemTrace

extension FeatureExtractor {
  /// The parameters and buffers that the extractor needs in any of its modes, by the model's own keys, in the model's
  /// order.
  ///
  /// These are the model's tensors, not copies.
  public var state: [StateEntry] { neededTensors.filter { $0.kind != .attribute } }

  /// All tensors of the model's modules that the extractor needs.
  package var neededTensors: [StateEntry] { tensors(neededBy: Array(plans.values)) }

  /// The number of bytes of the tensors that the current mode needs. Tensors that start at the same address count once,
  /// with the largest size.
  package var neededBytes: Int {
    var bytesByAddress: [UInt: Int] = [:]
    for entry in tensors(neededBy: [plan]) {
      guard let address = entry.tensor.dataAddress else { continue }
      let bytes = ((try? entry.tensor.count) ?? 0) * (entry.tensor.dtype?.byteCount ?? 0)
      bytesByAddress[address] = max(bytesByAddress[address] ?? 0, bytes)
    }
    return bytesByAddress.values.reduce(0, +)
  }

  private func tensors(neededBy plans: [Plan]) -> [StateEntry] {
    let needed = NeededState(model, graphs: plans.map(\.graph))
    return model.tensors.filter(needed.contains)
  }

  /// Loads a state dict into the extractor's parameters and buffers, which are the model's.
  ///
  /// The state dict of a whole model is accepted: keys of pruned modules are ignored and reported. Elements are
  /// converted to the tensor's type. Nothing is changed if an error is thrown.
  ///
  /// - Parameters:
  ///   - state: tensors by the model's keys.
  ///   - strict: whether every key that the extractor needs must be there.
  /// - Returns: the keys by outcome; sorted, except for the loaded ones, which are in the model's order.
  /// - Throws: `extract.state` for tensors with a different shape or element type, with all their keys, and, if strict,
  ///   for missing ones.
  @discardableResult
  public func load(_ state: [String: Tensor], strict: Bool = true) throws -> StateReport {
    let loader = try StateLoader(state, into: self.state, known: Set(model.tensors.map(\.key)))
    guard loader.report.mismatched.isEmpty else { throw ExtractErrors.misshapedState(loader.report.mismatched) }
    guard !strict || loader.report.missing.isEmpty else { throw ExtractErrors.missingState(loader.report) }
    try loader.fill()
    return loader.report
  }
}
