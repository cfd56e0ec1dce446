internal import XylemErrors
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// What an extractor does with a call whose inputs have other shapes than those that the model was traced with.
///
/// It matters for an extractor with known shapes: see `TraceOptions.shapes`.
public enum OtherShapes: Sendable, Hashable {
  /// The call runs as traced. It is refused if a decision of the model's code would be another one.
  case checked
  /// The model is traced again for the shapes of the call, and the trace is kept for later calls. A few are kept.
  case retracing
}

extension Plan {
  /// The shapes of the tensors in inputs of the plan, by argument or place in an argument: `x`, `images.0`.
  func shapes(of inputs: [Value]) throws(XylemError) -> [String: KnownShape] {
    var found: [String: KnownShape] = [:]
    for (argument, value) in zip(arguments, inputs) { try value.addShapes(at: argument.name, to: &found) }
    return found
  }

  /// A failure of a run on inputs, with the node at which it happened.
  func describe(_ failure: Program.Failure, on inputs: [Value]) -> XylemError {
    if failure.isCheck, origins.indices.contains(failure.origin),
      case .guard(let assumption) = origins[failure.origin].operation, assumption.isOfShapes
    {
      let given = (try? shapes(of: inputs)) ?? [:]
      return ExtractErrors.brokenShapes(at: origins[failure.origin], assumption, traced: knownShapes, given: given)
    }
    return failure.described(origins, in: graph)
  }
}

extension Value {
  fileprivate func addShapes(at place: String, to found: inout [String: KnownShape]) throws(XylemError) {
    switch try unpacked() {
    case .tensor(let tensor):
      if let dtype = tensor.dtype { found[place] = KnownShape(try tensor.sizes, dtype: dtype) }
    case .list(let elements), .tuple(let elements, _):
      for (index, element) in elements.enumerated() { try element.addShapes(at: "\(place).\(index)", to: &found) }
    case .dictionary(let entries):
      for entry in entries {
        guard let key = entry.key.literal else { continue }
        let name = if case .string(let text) = key { text } else { key.description }
        try entry.value.addShapes(at: "\(place).\(name)", to: &found)
      }
    default: break
    }
  }
}
