internal import XylemGraph
internal import XylemTensor

extension TypeExpression {
  /// The type in the runtime's language. Classes have their readable names; named tuples include their fields.
  init(_ type: ScriptType) {
    let contained = type.contained
    switch (type.kind, contained.count) {
    case (.optional, 1): self = .optional(TypeExpression(contained[0]))
    case (.list, 1): self = .list(TypeExpression(contained[0]))
    case (.dictionary, 2):
      self = .dictionary(key: TypeExpression(contained[0]), value: TypeExpression(contained[1]))
    case (.tuple, _):
      let names = type.fieldNames
      self = .tuple(contained.map { TypeExpression($0) }, names: names.isEmpty ? nil : names)
    default: self.init(parsing: TypeName.readable(type.name))
    }
  }
}
