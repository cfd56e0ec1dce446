/// The file form of an operation: an object with its ``Operation/kind-swift.property`` and its payload side by side.
///
///     {"kind": "operator", "name": "aten::relu"}
///     {"kind": "placeholder", "name": "x", "position": 0, "default": null}
extension Operation: Codable {
  private enum CodingKeys: String, CodingKey { case kind, path, name }

  /// Decodes an operation.
  ///
  /// - Throws: `graph.unreadable` if the kind is unknown, and the decoder's own error if a part is missing or has the
  ///   wrong type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .kind)
    guard let kind = Kind(rawValue: name) else {
      throw GraphFileError.operationKind(name, path: decoder.codingPath).error
    }
    switch kind {
    case .placeholder: self = .placeholder(try Placeholder(from: decoder))
    case .attribute: self = .attribute(path: try container.decode(String.self, forKey: .path))
    case .setAttribute: self = .setAttribute(path: try container.decode(String.self, forKey: .path))
    case .operator: self = .operator(name: try container.decode(String.self, forKey: .name))
    case .getItem: self = .getItem
    case .getField: self = .getField(name: try container.decode(String.self, forKey: .name))
    case .leafFunction: self = .leafFunction(try LeafFunction(from: decoder))
    case .leafModule: self = .leafModule(try LeafModule(from: decoder))
    case .region: self = .region(try Region(from: decoder))
    case .guard: self = .guard(try Guard(from: decoder))
    case .output: self = .output
    }
  }

  /// Encodes the operation.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind.rawValue, forKey: .kind)
    switch self {
    case .placeholder(let placeholder): try placeholder.encode(to: encoder)
    case .attribute(let path), .setAttribute(let path): try container.encode(path, forKey: .path)
    case .operator(let name), .getField(let name): try container.encode(name, forKey: .name)
    case .leafFunction(let function): try function.encode(to: encoder)
    case .leafModule(let module): try module.encode(to: encoder)
    case .region(let region): try region.encode(to: encoder)
    case .guard(let assumption): try assumption.encode(to: encoder)
    case .getItem, .output: break
    }
  }
}

extension Placeholder {
  private enum CodingKeys: String, CodingKey {
    case name, position
    case defaultValue = "default"
  }

  /// Decodes a placeholder. A default of `null` is Python's `None`; a missing default means that a value is required.
  ///
  /// - Throws: the errors of decoding the default, and the decoder's own error if a part is missing or has the wrong
  ///   type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      defaultValue: container.contains(.defaultValue)
        ? try NodeInput(from: container.superDecoder(forKey: .defaultValue)) : nil,
      position: try container.decode(Int.self, forKey: .position))
  }

  /// Encodes the placeholder.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(position, forKey: .position)
    if let defaultValue { try container.encode(defaultValue, forKey: .defaultValue) }
  }
}
