internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// A tensor that a plan returns: a feature, or a part of a feature that is assembled from several tensors.
struct PlanOutput {
  /// The feature's key, followed by the position of the part: `head.logits`, `levels.0`.
  var key: String
  /// The requested node or module.
  let node: String
  var operand: Program.Operand
  /// The position of the operand in the structure that the plan assembles.
  var place: [Projection] = []
  /// The steps from the operand's value to the feature.
  let steps: [Projection]
  /// The protected value of the feature, if it may be overwritten.
  let protected: Int?

  /// The outputs of a plan, in order.
  ///
  /// - Throws: `extract.unsavable` for a feature without a tensor.
  static func all(of plan: Plan) throws(XylemError) -> [PlanOutput] {
    var outputs: [PlanOutput] = []
    for (index, result) in plan.source.results.enumerated() {
      let whole = PlanOutput(
        key: plan.keys[index], node: plan.nodes[index], operand: result.operand, steps: plan.steps[index],
        protected: result.protected)
      let parts = whole.parts(names: plan.structures[index])
      guard !parts.isEmpty else { throw whole.unsavable(type: "an empty container") }
      outputs += parts
    }
    return outputs
  }

  /// The tensors of a structure that the plan assembles, by the graph's names for its parts.
  private func parts(names structure: NodeInput?) -> [PlanOutput] {
    func part(_ step: Projection, _ name: String, _ operand: Program.Operand, _ structure: NodeInput?) -> [PlanOutput] {
      var part = self
      part.key += "." + name
      part.operand = operand
      part.place.append(step)
      return part.parts(names: structure)
    }
    guard steps.isEmpty else { return [self] }
    switch operand {
    case .slot, .constant: return [self]
    case .list(let elements, _):
      var inner: [NodeInput] = []
      if case .list(let found)? = structure { inner = found }
      return elements.indices.flatMap { index in
        part(.index(index), String(index), elements[index], inner.count == elements.count ? inner[index] : nil)
      }
    case .tuple(let elements, _):
      var (inner, names): ([NodeInput], [String]?) = ([], nil)
      if case .tuple(let found, let own)? = structure { (inner, names) = (found, own) }
      return elements.indices.flatMap { index in
        part(
          .index(index), names.map { $0[index] } ?? String(index), elements[index],
          inner.count == elements.count ? inner[index] : nil)
      }
    case .dictionary(let flat, _):
      var inner: [NodeInput.Entry] = []
      if case .dictionary(let found)? = structure { inner = found }
      return (0..<flat.count / 2).flatMap { index -> [PlanOutput] in
        guard case .constant(let key) = flat[2 * index] else { return [self] }
        let value = inner.count == flat.count / 2 ? inner[index].value : nil
        switch key {
        case .literal(.string(let text)): return part(.key(text), text, flat[2 * index + 1], value)
        case .literal(.int(let number)): return part(.index(number), String(number), flat[2 * index + 1], value)
        default: return [self]
        }
      }
    }
  }

  /// The error for a value that is not a tensor.
  func unsavable(type: String) -> XylemError { ExtractErrors.unsavable(key: key, node: node, type: type) }
}
