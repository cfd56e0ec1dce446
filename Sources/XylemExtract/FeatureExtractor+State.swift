internal import XylemFiles
public import XylemTensor
public import XylemTrace

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
      let bytes = ((try? entry.tensor.count) ?? 0) * (entry.tensor.dtype?.byteCount ?? 0)
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
  /// - Throws: `extract.state` for a tensor of another shape or kind of elements, with all of these keys, and, where strict, for
  ///   missing ones.
  @discardableResult
  public func load(_ state: [String: Tensor], strict: Bool = true) throws -> StateReport {
    let loader = try StateLoader(state, into: self.state, known: Set(model.tensors.map(\.key)))
    guard loader.report.mismatched.isEmpty else { throw ExtractErrors.misshapedState(loader.report.mismatched) }
    guard !strict || loader.report.missing.isEmpty else { throw ExtractErrors.missingState(loader.report) }
    try loader.fill()
    return loader.report
  }
}
