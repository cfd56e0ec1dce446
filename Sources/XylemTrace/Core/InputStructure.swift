public import XylemErrors
internal import XylemFiles
public import XylemGraph
internal import XylemScript
public import XylemTensor

/// The known structure of an input while a model is traced: the lengths of its lists, and the keys of its dictionaries.
///
/// A loop over a list of unknown length is control flow that depends on the input. With a known structure it is traced
/// through, and a call with a different structure is refused. See ``TraceOptions/structures``.
public indirect enum InputStructure: Sendable, Hashable, Codable {
  /// A tensor, a number or another value that is used as a unit and is not None.
  case value
  /// Python's `None`.
  case none
  case list([InputStructure])
  case tuple([InputStructure])
  /// Keys with their structures, in order.
  case dictionary([Entry])

  /// An entry of a dictionary.
  public struct Entry: Sendable, Hashable, Codable {
    /// The key, a string or a number.
    public var key: Literal
    /// The structure of the value.
    public var value: InputStructure

    /// Creates an entry of a dictionary's structure.
    public init(key: Literal, value: InputStructure) {
      self.key = key
      self.value = value
    }
  }

  /// The structure of a value.
  ///
  /// - Throws: `runtime.tensor` if a value that the runtime holds can't be read.
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

  /// The first difference to another structure, as words that follow the value's name. Nil if they are equal.
  ///
  /// The order of a dictionary's entries matters, since code may iterate over them.
  package func difference(from other: InputStructure, at name: String) -> String? {
    switch (self, other) {
    case (.value, .value), (.none, .none): return nil
    case (.list(let expected), .list(let found)), (.tuple(let expected), .tuple(let found)):
      guard expected.count == found.count else {
        return "\(name) has \(found.count) element\(found.count == 1 ? "" : "s"), not \(expected.count)"
      }
      for (index, pair) in zip(expected, found).enumerated() {
        if let difference = pair.0.difference(from: pair.1, at: "\(name)[\(index)]") { return difference }
      }
      return nil
    case (.dictionary(let expected), .dictionary(let found)):
      guard expected.map(\.key) == found.map(\.key) else {
        func list(_ entries: [Entry]) -> String { "[" + entries.map(\.key.description).joined(separator: ", ") + "]" }
        return "\(name) has the keys \(list(found)), not \(list(expected))"
      }
      for (a, b) in zip(expected, found) {
        if let difference = a.value.difference(from: b.value, at: "\(name)[\(a.key)]") { return difference }
      }
      return nil
    default: return "\(name) is \(other.kind), not \(kind)"
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
  /// The structure as Python writes it, with a dot for a value: `[{'image': ., 'mask': .}]`.
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
  /// The value of an input with a known structure: containers of nodes that unpack it, which name lists leave out.
  func parts(of node: NodeID, _ type: TypeExpression, _ structure: InputStructure) -> TracedValue {
    func part(_ key: NodeInput, _ type: TypeExpression, _ structure: InputStructure) -> TracedValue {
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
