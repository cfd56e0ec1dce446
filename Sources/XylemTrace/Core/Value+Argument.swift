package import XylemGraph
package import XylemTensor

extension Value {
  /// The value of a literal argument.
  package init(literal argument: Argument) {
    switch argument {
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .float(let value): self = .float(value)
    case .complex(let real, let imaginary): self = .complex(real, imaginary)
    case .string(let value): self = .string(value)
    case .device(let value): self = .device(value)
    case .list(let elements): self = .list(elements.map(Value.init(literal:)))
    case .tuple(let elements, let names): self = .tuple(elements.map(Value.init(literal:)), names: names ?? [])
    case .dictionary(let entries):
      self = .dictionary(entries.map { (Value(literal: $0.key), Value(literal: $0.value)) })
    case .none, .node, .module, .constant: self = .none
    }
  }
}
