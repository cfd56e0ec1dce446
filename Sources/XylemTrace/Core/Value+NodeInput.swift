package import XylemGraph
package import XylemTensor

extension Value {
  /// The value of a literal argument.
  package init(literal argument: NodeInput) {
    switch argument {
    case .literal(let literal): self = .literal(literal)
    case .list(let elements): self = .list(elements.map(Value.init(literal:)))
    case .tuple(let elements, let names): self = .tuple(elements.map(Value.init(literal:)), names: names ?? [])
    case .dictionary(let entries):
      self = .dictionary(entries.map { (Value(literal: $0.key), Value(literal: $0.value)) })
    case .node, .module, .constant: self = .none
    }
  }
}

extension NodeInput {
  /// The argument for a value that the runtime returned, if it is entirely literal. Nil for tensors and objects.
  init?(literal value: Value) {
    func literals(_ values: [Value]) -> [NodeInput]? {
      let found = values.compactMap { NodeInput(literal: $0) }
      return found.count == values.count ? found : nil
    }
    switch value {
    case .literal(let literal): self = .literal(literal)
    case .list(let elements):
      guard let found = literals(elements) else { return nil }
      self = .list(found)
    case .tuple(let elements, let names):
      guard let found = literals(elements) else { return nil }
      self = .tuple(found, names: names.isEmpty ? nil : names)
    case .dictionary(let entries):
      guard let keys = literals(entries.map(\.key)), let values = literals(entries.map(\.value)) else { return nil }
      self = .dictionary(zip(keys, values).map { Entry(key: $0, value: $1) })
    case .object(let object):
      guard [.list, .tuple, .dictionary].contains(object.kind), let unpacked = try? value.unpacked() else { return nil }
      if case .object = unpacked { return nil }
      self.init(literal: unpacked)
    case .tensor, .standIn: return nil
    }
  }
}
