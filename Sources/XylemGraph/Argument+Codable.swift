/// The form of an argument in files. What JSON has stands for itself: `null`, `true`, `12`, `"text"`, and an array for a
/// list. Everything else is an object with one key that says what it is:
///
///     {"node": 3}                            {"float": 0.5}, {"float": "-0.0"}, {"float": "inf"}, {"float": "nan"}
///     {"tuple": [1, 2]}                      {"tuple": [1, 2], "names": ["x", "y"]}
///     {"complex": [0.5, "-inf"]}             {"dictionary": [["key", 1], ["other", null]]}
///     {"device": "cuda:0"}                   {"module": "encoder.0"}
///     {"constant": {"function": "__torch__.Net.forward", "statement": 4}}
///
/// Every value is read back as it was, numbers to the last bit, but for the payload of a NaN.
extension Argument: Codable {
  /// How many structures may stand in one another in a file.
  package static let maximumDepth = 128

  /// Reads an argument.
  ///
  /// - Throws: `graph.unreadable` where the object is of an unknown kind or nests deeper than 128 structures, and the
  ///   decoder's own error where a part has the wrong type.
  public init(from decoder: any Decoder) throws {
    try self.init(from: decoder, depth: 0)
  }

  /// Writes the argument.
  ///
  /// - Throws: `graph.invalid` where it nests deeper than 128 structures.
  public func encode(to encoder: any Encoder) throws {
    try Nested(argument: self, depth: 0).encode(to: encoder)
  }

  private init(from decoder: any Decoder, depth: Int) throws {
    guard depth <= Self.maximumDepth else { throw GraphFileError.deepArgument(path: decoder.codingPath).error }
    if let object = try? decoder.container(keyedBy: ArgumentKey.self) {
      self = try Self.tagged(object, path: decoder.codingPath, depth: depth)
    } else if var elements = try? decoder.unkeyedContainer() {
      self = .list(try Self.elements(of: &elements, depth: depth))
    } else {
      self = try Self.literal(decoder.singleValueContainer())
    }
  }

  private static func literal(_ value: any SingleValueDecodingContainer) throws -> Argument {
    if value.decodeNil() { return .none }
    if let text = try? value.decode(String.self) { return .string(text) }
    if let truth = try? value.decode(Bool.self) { return .bool(truth) }
    if let number = try? value.decode(Int.self) { return .int(number) }
    throw GraphFileError.malformed(
      "a number that stands for itself is an integer of 64 bits; others are written {\"float\": …}",
      path: value.codingPath
    ).error
  }

  private static func tagged(
    _ object: KeyedDecodingContainer<ArgumentKey>, path: [any CodingKey], depth: Int
  ) throws -> Argument {
    let keys = object.allKeys.filter { $0 != .names || !object.contains(.tuple) }
    guard keys.count == 1 else {
      throw GraphFileError.argumentKind(object.allKeys.map(\.stringValue).sorted(), path: path).error
    }
    switch keys[0] {
    case .node: return .node(try object.decode(NodeID.self, forKey: .node))
    case .float: return .float(try object.decode(ExactDouble.self, forKey: .float).value)
    case .complex:
      var parts = try object.nestedUnkeyedContainer(forKey: .complex)
      let real = try parts.decode(ExactDouble.self).value
      return .complex(real, try parts.decode(ExactDouble.self).value)
    case .device: return .device(try object.decode(String.self, forKey: .device))
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
    default: throw GraphFileError.argumentKind([keys[0].stringValue], path: path).error
    }
  }

  private static func elements(of container: inout any UnkeyedDecodingContainer, depth: Int) throws -> [Argument] {
    var elements: [Argument] = []
    while !container.isAtEnd {
      elements.append(try Argument(from: container.superDecoder(), depth: depth + 1))
    }
    return elements
  }
}

/// An argument with the number of structures that it stands in.
private struct Nested: Encodable {
  let argument: Argument
  let depth: Int

  func encode(to encoder: any Encoder) throws {
    guard depth <= Argument.maximumDepth else { throw GraphFileError.unwritableArgument.error }
    switch argument {
    case .none, .bool, .int, .string:
      var container = encoder.singleValueContainer()
      try encodeLiteral(to: &container)
    case .list(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(nested(element)) }
    default:
      var container = encoder.container(keyedBy: ArgumentKey.self)
      try encodeTagged(to: &container)
    }
  }

  private func nested(_ element: Argument) -> Nested { Nested(argument: element, depth: depth + 1) }

  private func encodeLiteral(to container: inout any SingleValueEncodingContainer) throws {
    switch argument {
    case .bool(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    default: try container.encodeNil()
    }
  }

  private func encodeTagged(to container: inout KeyedEncodingContainer<ArgumentKey>) throws {
    switch argument {
    case .float(let value): try container.encode(ExactDouble(value: value), forKey: .float)
    case .complex(let real, let imaginary):
      try container.encode([ExactDouble(value: real), ExactDouble(value: imaginary)], forKey: .complex)
    case .device(let text): try container.encode(text, forKey: .device)
    case .node(let id): try container.encode(id, forKey: .node)
    case .tuple(let elements, let names):
      try container.encode(elements.map(nested), forKey: .tuple)
      try container.encodeIfPresent(names, forKey: .names)
    case .dictionary(let entries):
      try container.encode(entries.map { [nested($0.key), nested($0.value)] }, forKey: .dictionary)
    case .module(let path): try container.encode(path, forKey: .module)
    case .constant(let code): try container.encode(code, forKey: .constant)
    case .none, .bool, .int, .string, .list: break
    }
  }
}

/// A key of an object that stands for an argument, known or not.
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

/// A number that survives every JSON library: those that JSON lacks, and the negative zero that some read as the
/// integer 0, are texts.
private struct ExactDouble: Codable {
  var value: Double

  init(value: Double) { self.value = value }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let text = try? container.decode(String.self) else {
      value = try container.decode(Double.self)
      return
    }
    switch text {
    case "inf": value = .infinity
    case "-inf": value = -.infinity
    case "nan": value = .nan
    case "-0.0": value = -0.0
    default:
      throw GraphFileError.malformed("\(pythonLiteral(text)) is not a number", path: decoder.codingPath).error
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if value.isFinite && (value != 0 || value.sign == .plus) {
      try container.encode(value)
    } else {
      try container.encode(pythonLiteral(value))
    }
  }
}
