/// The file form of an argument. A literal has the form of ``Literal``, and a list is an array. Everything else is an
/// object with one key that names its kind:
///
///     {"node": 3}                            {"module": "encoder.0"}
///     {"tuple": [1, 2]}                      {"tuple": [1, 2], "names": ["x", "y"]}
///     {"dictionary": [["key", 1], ["other", null]]}
///     {"constant": {"function": "__torch__.Net.forward", "statement": 4}}
extension NodeInput: Codable {
  /// The maximum nesting of structures in a file.
  package static let maximumDepth = 128

  /// Decodes an argument.
  ///
  /// - Throws: `graph.unreadable` if the object has an unknown kind or is nested deeper than 128 structures, and the
  ///   decoder's own error if a part has the wrong type.
  public init(from decoder: any Decoder) throws {
    try self.init(from: decoder, depth: 0)
  }

  /// Encodes the argument.
  ///
  /// - Throws: `graph.invalid` if it is nested deeper than 128 structures.
  public func encode(to encoder: any Encoder) throws {
    try Nested(argument: self, depth: 0).encode(to: encoder)
  }

  private init(from decoder: any Decoder, depth: Int) throws {
    guard depth <= Self.maximumDepth else { throw GraphFileError.deepArgument(path: decoder.codingPath).error }
    if let object = try? decoder.container(keyedBy: ArgumentKey.self) {
      self = try Self.tagged(object, decoder, depth: depth)
    } else if var elements = try? decoder.unkeyedContainer() {
      self = .list(try Self.elements(of: &elements, depth: depth))
    } else {
      self = .literal(try Literal(from: decoder))
    }
  }

  private static func tagged(
    _ object: KeyedDecodingContainer<ArgumentKey>, _ decoder: any Decoder, depth: Int
  ) throws -> NodeInput {
    let keys = object.allKeys.filter { $0 != .names || !object.contains(.tuple) }
    guard keys.count == 1 else {
      throw GraphFileError.argumentKind(object.allKeys.map(\.stringValue).sorted(), path: decoder.codingPath).error
    }
    switch keys[0] {
    case .node: return .node(try object.decode(NodeID.self, forKey: .node))
    case .float, .complex, .device: return .literal(try Literal(from: decoder))
    case .module: return .module(try object.decode(String.self, forKey: .module))
    case .constant: return .constant(try object.decode(CodeReference.self, forKey: .constant))
    case .tuple:
      var elements = try object.nestedUnkeyedContainer(forKey: .tuple)
      return .tuple(
        try Self.elements(of: &elements, depth: depth),
        names: try object.decodeIfPresent([String].self, forKey: .names))
    case .dictionary:
      var pairs = try object.nestedUnkeyedContainer(forKey: .dictionary)
      var entries: [Entry] = []
      while !pairs.isAtEnd {
        var pair = try pairs.nestedUnkeyedContainer()
        let both = try Self.elements(of: &pair, depth: depth)
        guard both.count == 2 else {
          throw GraphFileError.malformed("an entry is a key and a value", path: pair.codingPath).error
        }
        entries.append(Entry(key: both[0], value: both[1]))
      }
      return .dictionary(entries)
    default: throw GraphFileError.argumentKind([keys[0].stringValue], path: decoder.codingPath).error
    }
  }

  private static func elements(of container: inout any UnkeyedDecodingContainer, depth: Int) throws -> [NodeInput] {
    var elements: [NodeInput] = []
    while !container.isAtEnd {
      elements.append(try NodeInput(from: container.superDecoder(), depth: depth + 1))
    }
    return elements
  }
}

/// An argument with its nesting depth.
private struct Nested: Encodable {
  let argument: NodeInput
  let depth: Int

  func encode(to encoder: any Encoder) throws {
    guard depth <= NodeInput.maximumDepth else { throw GraphFileError.unwritableArgument.error }
    switch argument {
    case .literal(let literal): try literal.encode(to: encoder)
    case .list(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(nested(element)) }
    default:
      var container = encoder.container(keyedBy: ArgumentKey.self)
      try encodeTagged(to: &container)
    }
  }

  private func nested(_ element: NodeInput) -> Nested { Nested(argument: element, depth: depth + 1) }

  private func encodeTagged(to container: inout KeyedEncodingContainer<ArgumentKey>) throws {
    switch argument {
    case .node(let id): try container.encode(id, forKey: .node)
    case .tuple(let elements, let names):
      try container.encode(elements.map(nested), forKey: .tuple)
      try container.encodeIfPresent(names, forKey: .names)
    case .dictionary(let entries):
      try container.encode(entries.map { [nested($0.key), nested($0.value)] }, forKey: .dictionary)
    case .module(let path): try container.encode(path, forKey: .module)
    case .constant(let code): try container.encode(code, forKey: .constant)
    case .literal, .list: break
    }
  }
}

/// A key of an object for an argument, known or not.
private struct ArgumentKey: CodingKey, Hashable {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }

  static let node = ArgumentKey(stringValue: "node")
  static let float = ArgumentKey(stringValue: "float")
  static let complex = ArgumentKey(stringValue: "complex")
  static let device = ArgumentKey(stringValue: "device")
  static let module = ArgumentKey(stringValue: "module")
  static let constant = ArgumentKey(stringValue: "constant")
  static let tuple = ArgumentKey(stringValue: "tuple")
  static let names = ArgumentKey(stringValue: "names")
  static let dictionary = ArgumentKey(stringValue: "dictionary")
}
