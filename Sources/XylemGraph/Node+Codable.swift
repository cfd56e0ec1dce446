/// The file form of a node. Missing effects are unknown effects; those of a function of its inputs are `{}`.
///
///     {"id": 1, "name": "relu", "operation": {"kind": "operator", "name": "aten::relu"}, "inputs": [{"node": 0}],
///      "modulePath": "", "effects": {}, "type": "Tensor", "location": {"file": "net.py", "line": 12}}
extension Node: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, name, operation, inputs, modulePath, effects, type, location, rule, isListed
  }

  /// Decodes a node. The graph checks that it is consistent.
  ///
  /// - Throws: the errors of decoding its parts, and the decoder's own error if a part is missing or has the wrong
  ///   type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try container.decode(NodeID.self, forKey: .id),
      name: try container.decode(String.self, forKey: .name),
      operation: try container.decode(Operation.self, forKey: .operation),
      inputs: try container.decode([NodeInput].self, forKey: .inputs),
      modulePath: try container.decode(String.self, forKey: .modulePath),
      effects: try container.decodeIfPresent(Effects.self, forKey: .effects),
      type: try container.decode(String.self, forKey: .type),
      location: try container.decodeIfPresent(SourceLocation.self, forKey: .location),
      rule: try container.decodeIfPresent(String.self, forKey: .rule),
      isListed: try container.decodeIfPresent(Bool.self, forKey: .isListed) ?? true)
  }

  /// Encodes the node. Nil values, and `isListed` if true, are omitted.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(name, forKey: .name)
    try container.encode(operation, forKey: .operation)
    try container.encode(inputs, forKey: .inputs)
    try container.encode(modulePath, forKey: .modulePath)
    try container.encodeIfPresent(effects, forKey: .effects)
    try container.encode(type, forKey: .type)
    try container.encodeIfPresent(location, forKey: .location)
    try container.encodeIfPresent(rule, forKey: .rule)
    if !isListed { try container.encode(false, forKey: .isListed) }
  }
}

extension NodeID {
  /// Decodes an id from its number.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(Int.self))
  }

  /// Encodes the id as its number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}

extension Effects {
  private enum CodingKeys: String, CodingKey {
    case writes, aliases, keeps, usesRandomState, writesModel, aliasesModel, changesContext
  }

  /// Decodes effects. Omitted effects are absent.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      writes: try container.decodeIfPresent([Int].self, forKey: .writes) ?? [],
      aliases: try container.decodeIfPresent([Int].self, forKey: .aliases) ?? [],
      keeps: try container.decodeIfPresent([Int].self, forKey: .keeps) ?? [],
      usesRandomState: try container.decodeIfPresent(Bool.self, forKey: .usesRandomState) ?? false,
      writesModel: try container.decodeIfPresent(Bool.self, forKey: .writesModel) ?? false,
      aliasesModel: try container.decodeIfPresent(Bool.self, forKey: .aliasesModel) ?? false,
      changesContext: try container.decodeIfPresent(Bool.self, forKey: .changesContext) ?? false)
  }

  /// Encodes the effects that are present.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if !writes.isEmpty { try container.encode(writes, forKey: .writes) }
    if !aliases.isEmpty { try container.encode(aliases, forKey: .aliases) }
    if !keeps.isEmpty { try container.encode(keeps, forKey: .keeps) }
    if usesRandomState { try container.encode(true, forKey: .usesRandomState) }
    if writesModel { try container.encode(true, forKey: .writesModel) }
    if aliasesModel { try container.encode(true, forKey: .aliasesModel) }
    if changesContext { try container.encode(true, forKey: .changesContext) }
  }
}
