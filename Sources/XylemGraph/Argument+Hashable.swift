extension Argument {
  /// Whether both are the same value. Numbers are compared by their bits: `0.0` and `-0.0` differ, and a NaN equals itself.
  public static func == (a: Argument, b: Argument) -> Bool {
    switch (a, b) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern
    case (.complex(let a, let ai), .complex(let b, let bi)):
      a.bitPattern == b.bitPattern && ai.bitPattern == bi.bitPattern
    case (.string(let a), .string(let b)), (.device(let a), .device(let b)), (.module(let a), .module(let b)): a == b
    case (.node(let a), .node(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.tuple(let a, let aNames), .tuple(let b, let bNames)): a == b && aNames == bNames
    case (.dictionary(let a), .dictionary(let b)): a == b
    case (.constant(let a), .constant(let b)): a == b
    default: false
    }
  }

  /// Feeds what ``==(_:_:)`` compares into a hasher.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .none: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .float(let value): hasher.combine(value.bitPattern)
    case .complex(let real, let imaginary):
      hasher.combine(real.bitPattern)
      hasher.combine(imaginary.bitPattern)
    case .string(let text), .device(let text), .module(let text): hasher.combine(text)
    case .node(let id): hasher.combine(id)
    case .list(let elements): hasher.combine(elements)
    case .tuple(let elements, let names):
      hasher.combine(elements)
      hasher.combine(names)
    case .dictionary(let entries): hasher.combine(entries)
    case .constant(let code): hasher.combine(code)
    }
  }
}
