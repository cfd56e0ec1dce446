internal import XylemErrors
internal import XylemGraph
internal import XylemTensor

/// Subscripts and fields of values.
package enum Subscripts {
  /// The operator of a subscript's step: see ``Operation/getItem``. Nil for an unknown step.
  package static func step(_ kind: String) -> (name: String, overload: String)? { steps[kind] }

  private static let steps: [String: (name: String, overload: String)] = [
    "select": ("aten::select", "int"), "slice": ("aten::slice", "Tensor"), "unsqueeze": ("aten::unsqueeze", ""),
    "index": ("aten::index", "Tensor"),
  ]

  /// `container[index]`. Nil if the value has no such element.
  static func item(of container: Value, _ index: Value) throws(XylemError) -> Value? {
    switch (try container.unpacked(), index) {
    case (.tensor(let tensor), .list(let steps)):
      var current = Value.tensor(tensor)
      for case .tuple(let parts, _) in steps {
        guard case .literal(.string(let kind))? = parts.first, let step = Self.steps[kind] else { return nil }
        current = .tensor(
          try TensorOperator.call(step.name, overload: step.overload, [current] + Array(parts.dropFirst())))
      }
      return current
    case (.list(let elements), .literal(.int(let index))), (.tuple(let elements, _), .literal(.int(let index))):
      let position = index < 0 ? index + elements.count : index
      return elements.indices.contains(position) ? elements[position] : nil
    case (.dictionary(let entries), .literal(let key)): return entries.first { $0.key.literal == key }?.value
    default: return nil
    }
  }

  /// A field of a tuple with names. Nil for other objects.
  static func field(_ name: String, of value: Value) throws(XylemError) -> Value? {
    guard case .tuple(let elements, let names) = try value.unpacked(), let position = names.firstIndex(of: name) else {
      return nil
    }
    return elements[position]
  }
}
