/// The file form of a literal. `null`, `true`, `12` and `"text"` stand for themselves; everything else is an object with
/// one key:
///
///     {"float": 0.5}, {"float": "-0.0"}, {"float": "inf"}, {"float": "nan"}
///     {"complex": [0.5, "-inf"]}
///     {"device": "cuda:0"}
///
/// Every value is read back exactly, numbers to the last bit, except for the payload of a NaN.
extension Literal: Codable {
  private enum Key: String, CodingKey {
    case float, complex, device
  }

  /// Decodes a literal.
  ///
  /// - Throws: `graph.unreadable` for an object of an unknown kind and for a number that is not a 64-bit integer, and the
  ///   decoder's own error if a part has the wrong type.
  public init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: Key.self) {
      switch object.allKeys {
      case [.float]: self = .float(try object.decode(ExactDouble.self, forKey: .float).value)
      case [.complex]:
        var parts = try object.nestedUnkeyedContainer(forKey: .complex)
        let real = try parts.decode(ExactDouble.self).value
        self = .complex(real, try parts.decode(ExactDouble.self).value)
      case [.device]: self = .device(try object.decode(String.self, forKey: .device))
      default:
        throw GraphFileError.malformed(
          "an object that is a literal must have one key: float, complex or device", path: decoder.codingPath
        ).error
      }
      return
    }
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .none
    } else if let text = try? value.decode(String.self) {
      self = .string(text)
    } else if let truth = try? value.decode(Bool.self) {
      self = .bool(truth)
    } else if let number = try? value.decode(Int.self) {
      self = .int(number)
    } else {
      throw GraphFileError.malformed(
        "a plain number must be a 64-bit integer; other numbers are written {\"float\": …}",
        path: value.codingPath
      ).error
    }
  }

  /// Encodes the literal.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .none:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .bool(let value): try Self.encode(value, to: encoder)
    case .int(let value): try Self.encode(value, to: encoder)
    case .string(let value): try Self.encode(value, to: encoder)
    case .float(let value): try Self.encode([Key.float: ExactDouble(value: value)], to: encoder)
    case .complex(let real, let imaginary):
      try Self.encode([Key.complex: [ExactDouble(value: real), ExactDouble(value: imaginary)]], to: encoder)
    case .device(let text): try Self.encode([Key.device: text], to: encoder)
    }
  }

  private static func encode(_ value: some Encodable, to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }

  private static func encode(_ object: [Key: some Encodable], to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (key, value) in object { try container.encode(value, forKey: key) }
  }
}

/// A number that survives every JSON library: numbers that JSON lacks, and the negative zero, which some libraries read
/// as the integer 0, are strings.
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
