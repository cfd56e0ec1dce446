internal import XylemErrors
internal import XylemFiles
package import XylemGraph

/// A structure of tuples, lists and dictionaries, as torch.export describes arguments and results.
package indirect enum ExportedTree: Sendable, Hashable {
  case leaf
  case list([ExportedTree])
  case tuple([ExportedTree], names: [String]?)
  case dictionary(keys: [Literal], [ExportedTree])
  /// A class that only Python knows, by its name.
  case other(String, [ExportedTree])

  /// The number of leaves.
  package var leafCount: Int {
    switch self {
    case .leaf: 1
    case .list(let parts), .tuple(let parts, _), .dictionary(_, let parts), .other(_, let parts):
      parts.reduce(0) { $0 + $1.leafCount }
    }
  }

  /// The arguments of `forward` by position, and those by name. Nil for another structure.
  package var arguments: (positional: [ExportedTree], named: [(name: String, tree: ExportedTree)])? {
    guard case .tuple(let parts, _) = self, parts.count == 2, case .tuple(let positional, _) = parts[0],
      case .dictionary(let keys, let values) = parts[1]
    else { return nil }
    var named: [(name: String, tree: ExportedTree)] = []
    for (key, value) in zip(keys, values) {
      guard case .string(let name) = key else { return nil }
      named.append((name, value))
    }
    return (positional, named)
  }

  /// The structure with values in place of its leaves, in order. Classes of Python become tuples.
  ///
  /// - Precondition: there are at least ``leafCount`` values.
  package func filled(_ values: inout ArraySlice<NodeInput>) -> NodeInput {
    switch self {
    case .leaf: return values.popFirst() ?? .none
    case .list(let parts): return .list(parts.map { $0.filled(&values) })
    case .tuple(let parts, let names): return .tuple(parts.map { $0.filled(&values) }, names: names)
    case .dictionary(let keys, let parts):
      return .dictionary(zip(keys, parts).map { .init(key: .literal($0), value: $1.filled(&values)) })
    case .other(_, let parts): return .tuple(parts.map { $0.filled(&values) }, names: nil)
    }
  }

  /// The type of such a structure of tensors.
  package var type: TypeExpression {
    switch self {
    case .leaf: .tensor
    case .list(let parts): .list(Set(parts.map(\.type)).count == 1 ? parts[0].type : .any)
    case .tuple(let parts, let names): .tuple(parts.map(\.type), names: names)
    case .dictionary(let keys, let parts):
      .dictionary(
        key: keys.allSatisfy { if case .string = $0 { true } else { false } } ? .string : .int,
        value: Set(parts.map(\.type)).count == 1 ? parts[0].type : .any)
    case .other(_, let parts): .tuple(parts.map(\.type), names: nil)
    }
  }
}

extension ExportedTree {
  /// Parses a description, which is JSON within the archive's JSON.
  ///
  /// - Parameter fields: the field names of named tuples, by their types' names.
  init(parsing text: String, _ fields: [String: [String]], _ whole: ExportedJSON) throws(XylemError) {
    let document = try whole.document(text)
    let parts = try document.array()
    guard parts.count == 2, case .int(1) = parts[0].value else { throw document.fault("version 1 of a structure") }
    self = try Self.node(parts[1], fields)
  }

  private static func node(_ json: ExportedJSON, _ fields: [String: [String]]) throws(XylemError) -> ExportedTree {
    guard let type = try json.optional("type")?.string() else { return .leaf }
    var parts: [ExportedTree] = []
    for child in try json.member("children_spec").array() { parts.append(try node(child, fields)) }
    let context = try json.optional("context")
    switch type {
    case "builtins.list", "collections.deque": return .list(parts)
    case "builtins.tuple": return .tuple(parts, names: nil)
    case "collections.namedtuple":
      let name = try context.map { (json) throws(XylemError) in try json.string() } ?? ""
      guard let names = fields[name], names.count == parts.count else { return .tuple(parts, names: nil) }
      return .tuple(parts, names: names)
    case "builtins.dict", "collections.OrderedDict":
      guard let context else { throw json.fault("keys of a dictionary") }
      return .dictionary(keys: try keys(context, count: parts.count), parts)
    default: return .other(type, parts)
    }
  }

  private static func keys(_ context: ExportedJSON, count: Int) throws(XylemError) -> [Literal] {
    var keys: [Literal] = []
    for key in try context.document(try context.string()).array() {
      switch key.value {
      case .string(let text): keys.append(.string(text))
      case .int(let number): keys.append(.int(number))
      case .bool(let flag): keys.append(.bool(flag))
      case .float(let number): keys.append(.float(number))
      default: throw key.fault("key of a dictionary")
      }
    }
    guard keys.count == count else { throw context.fault("key for each value") }
    return keys
  }
}
