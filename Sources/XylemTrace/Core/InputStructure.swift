public import XylemErrors
internal import XylemFiles
public import XylemGraph
internal import XylemScript
public import XylemTensor

/// What is known of an input's structure while a model is traced: how many elements its lists have, and which keys its dictionaries.
///
/// Code that runs over a list of unknown length is control flow that depends on the input; with a structure it is traced through,
/// and a call with another structure is refused. See ``TraceOptions/structures``.
public indirect enum InputStructure: Sendable, Hashable, Codable {
  /// A tensor, a number or another value that is used as a whole, and that is given.
  case value
  /// Python's `None`.
  case none
  case list([InputStructure])
  case tuple([InputStructure])
  /// Keys with what is under them, in order.
  case dictionary([Entry])

  /// What a dictionary has under a key.
  public struct Entry: Sendable, Hashable, Codable {
    /// A string or a number.
    public var key: Literal
    /// What is under it.
    public var value: InputStructure

    /// An entry of a dictionary's structure.
    public init(key: Literal, value: InputStructure) {
      self.key = key
      self.value = value
    }
  }

  /// The structure of a value.
  ///
  /// - Throws: `runtime.tensor` where what the runtime holds can't be read.
  public init(of value: Value) throws(XylemError) {
    switch try value.unpacked() {
    case .literal(.none): self = .none
    case .list(let elements): self = .list(try Self.structures(of: elements))
    case .tuple(let elements, _): self = .tuple(try Self.structures(of: elements))
    case .dictionary(let entries):
      let values = try Self.structures(of: entries.map(\.value))
      let keys = entries.compactMap(\.key.literal)
      self = keys.count < entries.count ? .value : .dictionary(zip(keys, values).map { Entry(key: $0, value: $1) })
    default: self = .value
    }
  }

  private static func structures(of values: [Value]) throws(XylemError) -> [InputStructure] {
    var structures: [InputStructure] = []
    for value in values { structures.append(try InputStructure(of: value)) }
    return structures
  }

  /// Where another structure differs first, in words that follow a value's name; nil where it is the same.
  ///
  /// The order of a dictionary's entries counts, since code may run over them.
  package func difference(from other: InputStructure, at name: String) -> String? {
    switch (self, other) {
    case (.value, .value), (.none, .none): return nil
    case (.list(let expected), .list(let found)), (.tuple(let expected), .tuple(let found)):
      guard expected.count == found.count else {
        return "\(name) has \(found.count) element\(found.count == 1 ? "" : "s"), and had \(expected.count)"
      }
      for (index, pair) in zip(expected, found).enumerated() {
        if let difference = pair.0.difference(from: pair.1, at: "\(name)[\(index)]") { return difference }
      }
      return nil
    case (.dictionary(let expected), .dictionary(let found)):
      guard expected.map(\.key) == found.map(\.key) else {
        func list(_ entries: [Entry]) -> String { "[" + entries.map(\.key.description).joined(separator: ", ") + "]" }
        return "\(name) has the keys \(list(found)), and had \(list(expected))"
      }
      for (a, b) in zip(expected, found) {
        if let difference = a.value.difference(from: b.value, at: "\(name)[\(a.key)]") { return difference }
      }
      return nil
    default: return "\(name) is \(other.kind), and was \(kind)"
    }
  }

  private var kind: String {
    switch self {
    case .value: "a value"
    case .none: "None"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    }
  }
}

extension InputStructure: CustomStringConvertible {
  /// As Python writes it, with a dot for a value: `[{'image': ., 'mask': .}]`.
  public var description: String {
    switch self {
    case .value: "."
    case .none: "None"
    case .list(let elements): "[" + elements.map(\.description).joined(separator: ", ") + "]"
    case .tuple(let elements): "(" + elements.map(\.description).joined(separator: ", ") + ")"
    case .dictionary(let entries):
      "{" + entries.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
    }
  }
}

extension ScriptTracer {
  /// The value of an input whose structure is known: containers of nodes that take it apart, which lists of names leave out.
  func parts(of node: NodeID, _ type: TypeExpression, _ structure: InputStructure) -> TracedValue {
    func part(_ key: Argument, _ type: TypeExpression, _ structure: InputStructure) -> TracedValue {
      if case .none = structure { return .none }
      let type = type.unwrapped
      let id = core.emitHidden(
        .getItem, named: "getitem", [.node(node), key], in: "", type: type.description, effects: Effects(aliases: [0]),
        at: nil)
      return parts(of: id, type, structure)
    }
    switch (structure, type.unwrapped) {
    case (.list(let elements), .list(let element)):
      return .list(TracedList(elements.enumerated().map { part(.int($0.offset), element, $0.element) }))
    case (.tuple(let elements), .tuple(let types, let names)) where elements.count == types.count:
      let values = elements.indices.map { part(.int($0), types[$0], elements[$0]) }
      return .tuple(values, names: names ?? [])
    case (.dictionary(let entries), .dictionary(_, let value)):
      return .dictionary(
        TracedDictionary(entries.map { (key: .literal($0.key), value: part(.literal($0.key), value, $0.value)) }))
    default: return .symbol(node)
    }
  }
}
