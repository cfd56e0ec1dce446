import XylemErrors

// How a schema is stored: the tables of Arrow's `Schema.fbs`.

extension ArrowSchema {
  /// The fields of a `Schema` table.
  var flat: FlatValue {
    .table([.int16(0), .vector(fields.map(\.flat)), ArrowMetadata.flat(metadata), nil])
  }

  /// Reads a `Schema` table.
  ///
  /// - Throws: `file.malformed`; `file.unsupported` for big-endian data, dictionaries and unions.
  init(_ table: FlatTable) throws(XylemError) {
    guard try table.integer(0, default: 0 as Int16) == 0 else {
      throw XylemError.unsupportedArrow(table.buffer.path, .bigEndian)
    }
    var fields: [ArrowField] = []
    for field in try table.tables(1) { fields.append(try ArrowField(field, depth: 1)) }
    self.init(fields, metadata: try ArrowMetadata.read(table, 2))
  }
}

extension ArrowMetadata {
  fileprivate static func flat(_ metadata: [ArrowMetadata]) -> FlatValue? {
    guard !metadata.isEmpty else { return nil }
    return .vector(metadata.map { .table([.string(Array($0.key.utf8)), .string($0.value)]) })
  }

  fileprivate static func read(_ table: FlatTable, _ slot: Int) throws(XylemError) -> [ArrowMetadata] {
    var metadata: [ArrowMetadata] = []
    for entry in try table.tables(slot) {
      guard let key = String(validating: try entry.string(0) ?? [], as: UTF8.self) else {
        throw XylemError.malformedArrow(table.buffer.path, .text("the name of a note"))
      }
      metadata.append(ArrowMetadata(key: key, value: try entry.string(1) ?? []))
    }
    return metadata
  }
}

extension ArrowField {
  /// The nesting that is read.
  private static let deepest = 64

  fileprivate var flat: FlatValue {
    let (code, parameters) = type.flat
    return .table([
      .string(Array(name.utf8)), .bool(isNullable), .uint8(code), parameters, nil, .vector(children.map(\.flat)),
      ArrowMetadata.flat(metadata),
    ])
  }

  fileprivate init(_ table: FlatTable, depth: Int) throws(XylemError) {
    let path = table.buffer.path
    guard depth <= Self.deepest else { throw XylemError.malformedArrow(path, .tooDeep(limit: Self.deepest)) }
    guard let name = String(validating: try table.string(0) ?? [], as: UTF8.self) else {
      throw XylemError.malformedArrow(path, .text("the name of a column"))
    }
    if try table.table(4) != nil { throw XylemError.unsupportedArrow(path, .dictionary(name)) }
    let code = try table.integer(2, default: 0 as UInt8)
    guard code != 0, let parameters = try table.table(3) else {
      throw XylemError.malformedArrow(path, .missing("type of a column"))
    }
    let type = try ArrowType(code, parameters, of: name)
    var children: [ArrowField] = []
    for child in try table.tables(5) { children.append(try ArrowField(child, depth: depth + 1)) }
    guard type.childCount == nil || type.childCount == children.count else {
      throw XylemError.malformedArrow(path, .children(name, count: children.count))
    }
    self.init(
      name, type, isNullable: try table.integer(1, default: 0 as UInt8) != 0, children: children,
      metadata: try ArrowMetadata.read(table, 6))
  }
}

extension ArrowType {
  /// The number of children. Nil for any number.
  var childCount: Int? {
    switch self {
    case .list, .largeList, .fixedSizeList: 1
    case .structure: nil
    case .other(let type): type.kind.childCount
    default: 0
    }
  }

  /// The number in Arrow's `Type` union, and the table of parameters.
  fileprivate var flat: (code: UInt8, parameters: FlatValue) {
    func integer(_ bits: Int32, _ isSigned: Bool) -> (UInt8, FlatValue) {
      (2, .table([.int32(bits), .bool(isSigned)]))
    }
    func float(_ precision: Int16) -> (UInt8, FlatValue) { (3, .table([.int16(precision)])) }
    return switch self {
    case .null: (1, .table([]))
    case .int8: integer(8, true)
    case .int16: integer(16, true)
    case .int32: integer(32, true)
    case .int64: integer(64, true)
    case .uint8: integer(8, false)
    case .uint16: integer(16, false)
    case .uint32: integer(32, false)
    case .uint64: integer(64, false)
    case .float16: float(0)
    case .float32: float(1)
    case .float64: float(2)
    case .binary: (4, .table([]))
    case .utf8: (5, .table([]))
    case .bool: (6, .table([]))
    case .list: (12, .table([]))
    case .structure: (13, .table([]))
    case .fixedSizeList(let size): (16, .table([.int32(Int32(size))]))
    case .largeBinary: (19, .table([]))
    case .largeUtf8: (20, .table([]))
    case .largeList: (21, .table([]))
    case .other(let type): (type.code, .table(type.parameters.map(\.flat)))
    }
  }

  fileprivate init(_ code: UInt8, _ parameters: FlatTable, of name: String) throws(XylemError) {
    let path = parameters.buffer.path
    switch code {
    case 1: self = .null
    case 2:
      let bits = try parameters.integer(0, default: 0 as Int32)
      let isSigned = try parameters.integer(1, default: 0 as UInt8) != 0
      switch bits {
      case 8: self = isSigned ? .int8 : .uint8
      case 16: self = isSigned ? .int16 : .uint16
      case 32: self = isSigned ? .int32 : .uint32
      case 64: self = isSigned ? .int64 : .uint64
      default: throw XylemError.malformedArrow(path, .byteWidth(name))
      }
    case 3:
      switch try parameters.integer(0, default: 0 as Int16) {
      case 0: self = .float16
      case 1: self = .float32
      case 2: self = .float64
      default: throw XylemError.malformedArrow(path, .byteWidth(name))
      }
    case 4: self = .binary
    case 5: self = .utf8
    case 6: self = .bool
    case 12: self = .list
    case 13: self = .structure
    case 14: throw XylemError.unsupportedArrow(path, .type("union", of: name))
    case 16:
      let size = try parameters.integer(0, default: 0 as Int32)
      guard size >= 0 else { throw XylemError.malformedArrow(path, .byteWidth(name)) }
      self = .fixedSizeList(Int(size))
    case 19: self = .largeBinary
    case 20: self = .largeUtf8
    case 21: self = .largeList
    default:
      guard let kind = ArrowOtherType.kinds.first(where: { $0.code == code }) else {
        throw XylemError.unsupportedArrow(path, .type("number \(code)", of: name))
      }
      var values: [ArrowOtherType.Parameter] = []
      for (slot, value) in kind.parameters.enumerated() { values.append(try value.read(parameters, slot)) }
      self = .other(ArrowOtherType(kind, values))
    }
  }
}

extension ArrowOtherType.Parameter {
  fileprivate var flat: FlatValue? {
    switch self {
    case .bool(let value): .bool(value)
    case .int16(let value): .int16(value)
    case .int32(let value): .int32(value)
    case .string(let text): .string(text)
    case .missing: nil
    }
  }

  /// The parameter of a type that is read, with this one as its default. A missing one may be a string.
  fileprivate func read(_ table: FlatTable, _ slot: Int) throws(XylemError) -> Self {
    switch self {
    case .bool(let value): .bool(try table.integer(slot, default: value ? 1 : 0 as UInt8) != 0)
    case .int16(let value): .int16(try table.integer(slot, default: value))
    case .int32(let value): .int32(try table.integer(slot, default: value))
    case .string, .missing: try table.string(slot).map { .string($0) } ?? .missing
    }
  }
}
