/// A type of the model's language, as graphs write it: `Optional[List[Tensor]]`.
///
/// Classes, interfaces and everything else that is known only by name are ``other(_:)``. Parsing ``description`` gives
/// an equal type.
public indirect enum TypeExpression: Hashable, Sendable {
  case tensor, int, float, complex, bool, string, device
  /// Python's `None`.
  case none
  /// Any number: what operators call a scalar.
  case number
  /// Any value.
  case any
  case optional(TypeExpression)
  case list(TypeExpression)
  /// A tuple; a named tuple has one name for each element.
  case tuple([TypeExpression], names: [String]?)
  case dictionary(key: TypeExpression, value: TypeExpression)
  case union([TypeExpression])
  /// A type that is known only by name.
  case other(String)
}

extension TypeExpression {
  private static let simple: [String: TypeExpression] = [
    "Tensor": .tensor, "int": .int, "float": .float, "complex": .complex, "bool": .bool, "str": .string,
    "Device": .device, "NoneType": .none, "None": .none, "number": .number, "Scalar": .number, "Any": .any,
  ]

  /// Parses a type. A string with another form is a name.
  public init(parsing text: String) {
    let text = text.filter { $0 != " " }
    if let simple = Self.simple[text] {
      self = simple
      return
    }
    guard text.hasSuffix("]"), let open = text.firstIndex(of: "[") else {
      self = .other(text)
      return
    }
    let parts = Self.parts(text[text.index(after: open)..<text.index(before: text.endIndex)])
    switch (text[..<open], parts.count) {
    case ("Optional", 1): self = .optional(TypeExpression(parsing: parts[0]))
    case ("List", 1): self = .list(TypeExpression(parsing: parts[0]))
    case ("Dict", 2):
      self = .dictionary(key: TypeExpression(parsing: parts[0]), value: TypeExpression(parsing: parts[1]))
    case ("Tuple", _): self = .tuple(parts == ["()"] ? [] : parts.map(TypeExpression.init(parsing:)), names: nil)
    case ("Union", _): self = .union(parts.map(TypeExpression.init(parsing:)))
    case ("NamedTuple", _):
      let fields = parts.map { $0.split(separator: ":", maxSplits: 1).map(String.init) }
      guard fields.allSatisfy({ $0.count == 2 }) else {
        self = .other(text)
        return
      }
      self = .tuple(fields.map { TypeExpression(parsing: $0[1]) }, names: fields.map { $0[0] })
    default: self = .other(text)
    }
  }

  /// The parts between commas outside of brackets.
  private static func parts(_ text: Substring) -> [String] {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      if character == ",", depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }

  /// The type without the `Optional` around it.
  public var unwrapped: TypeExpression {
    if case .optional(let inner) = self { return inner.unwrapped }
    return self
  }

  /// Whether a value of the type is known not to be Python's `None`. Nothing is known of a type that is known only by name.
  package var isNeverNone: Bool {
    if case .other = self { return false }
    return !allowsNone
  }

  /// Whether the value may be Python's `None`.
  public var allowsNone: Bool {
    switch self {
    case .optional, .none, .any: true
    case .union(let types): types.contains(where: \.allowsNone)
    default: false
    }
  }
}

extension TypeExpression {
  /// Whether the type itself or any of its component types satisfies a condition.
  package func contains(where condition: (TypeExpression) -> Bool) -> Bool {
    if condition(self) { return true }
    switch self {
    case .optional(let inner), .list(let inner): return inner.contains(where: condition)
    case .tuple(let types, _), .union(let types): return types.contains { $0.contains(where: condition) }
    case .dictionary(let key, let value): return key.contains(where: condition) || value.contains(where: condition)
    default: return false
    }
  }

  /// Whether values of the type are lists or tuples.
  package var isSequence: Bool {
    switch self {
    case .list, .tuple, .other("Tuple"): true
    default: false
    }
  }

  /// Whether a value of the type is a tensor or may contain one. The contents of a bare `Tuple`, and of a type that is known
  /// only by name, are unknown.
  package var mayHoldTensor: Bool {
    contains { type in
      switch type {
      case .tensor, .any: true
      case .other(let name): !name.isEmpty
      default: false
      }
    }
  }
}

extension TypeExpression: CustomStringConvertible {
  /// The type as graphs write it. A named tuple is `NamedTuple[logits: Tensor, hidden: Tensor]`.
  public var description: String {
    switch self {
    case .tensor: "Tensor"
    case .int: "int"
    case .float: "float"
    case .complex: "complex"
    case .bool: "bool"
    case .string: "str"
    case .device: "Device"
    case .none: "NoneType"
    case .number: "number"
    case .any: "Any"
    case .optional(let inner): "Optional[\(inner)]"
    case .list(let element): "List[\(element)]"
    case .tuple(let elements, let names?) where names.count == elements.count:
      "NamedTuple[" + zip(names, elements).map { "\($0): \($1)" }.joined(separator: ", ") + "]"
    case .tuple(let elements, _):
      elements.isEmpty ? "Tuple[()]" : "Tuple[" + elements.map(\.description).joined(separator: ", ") + "]"
    case .dictionary(let key, let value): "Dict[\(key), \(value)]"
    case .union(let types): "Union[" + types.map(\.description).joined(separator: ", ") + "]"
    case .other(let name): name
    }
  }
}

extension TypeExpression: Codable {
  /// Decodes a type from its string.
  ///
  /// - Throws: the decoder's own error for anything but a string.
  public init(from decoder: any Decoder) throws {
    self.init(parsing: try decoder.singleValueContainer().decode(String.self))
  }

  /// Encodes a type as its string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension TypeExpression {
  /// A literal as a value of this type: an integer becomes a float if one is declared. Nil if it does not match.
  public func conformed(_ literal: Literal) -> Literal? {
    switch (self, literal) {
    case (.any, _), (.optional, .none), (.none, .none), (.bool, .bool), (.int, .int), (.float, .float),
      (.complex, .complex), (.string, .string), (.device, .device), (.number, .int), (.number, .float),
      (.number, .complex), (.number, .bool):
      return literal
    case (.float, .int(let number)): return .float(Double(number))
    case (.optional(let inner), _): return inner.conformed(literal)
    case (.union(let types), _): return types.lazy.compactMap { $0.conformed(literal) }.first
    default: return nil
    }
  }

  /// A structure of literals as a value of this type, like ``conformed(_:)-(Literal)`` for a single literal.
  public func conformed(_ argument: NodeInput) -> NodeInput? {
    switch (self, argument) {
    case (_, .literal(let literal)): return conformed(literal).map { .literal($0) }
    case (.any, _): return argument
    case (.optional(let inner), _): return inner.conformed(argument)
    case (.union(let types), _): return types.lazy.compactMap { $0.conformed(argument) }.first
    case (.list(let element), .list(let elements)):
      let conformed = elements.compactMap { element.conformed($0) }
      return conformed.count == elements.count ? .list(conformed) : nil
    case (.tuple(let types, let names), .tuple(let elements, _)):
      guard types.count == elements.count else { return nil }
      let conformed = zip(types, elements).compactMap { $0.conformed($1) }
      return conformed.count == elements.count ? .tuple(conformed, names: names) : nil
    case (.dictionary(let key, let value), .dictionary(let entries)):
      let conformed = entries.compactMap { entry in
        key.conformed(entry.key).flatMap { key in
          value.conformed(entry.value).map { NodeInput.Entry(key: key, value: $0) }
        }
      }
      return conformed.count == entries.count ? .dictionary(conformed) : nil
    default: return nil
    }
  }
}
