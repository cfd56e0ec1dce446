/// An input of a node: another node's value, a constant, or a structure of those.
///
/// Structures are stored as they were when the node ran: a list that the model later appends to appears in each node
/// with the elements that it had there.
public indirect enum NodeInput: Hashable, Sendable {
  /// A constant with a literal form.
  case literal(Literal)
  /// The value of another node.
  case node(NodeID)
  /// A list.
  case list([NodeInput])
  /// A tuple, with a name for each element if it has names.
  case tuple([NodeInput], names: [String]?)
  /// A dictionary in insertion order.
  case dictionary([Entry])
  /// A module of the model, by its path.
  case module(String)
  /// A value written into the model's code that has no literal form, such as a tensor.
  case constant(CodeReference)

  /// One entry of a dictionary.
  public struct Entry: Hashable, Sendable {
    /// The key: a string, a number or a Boolean.
    public var key: NodeInput
    /// The value.
    public var value: NodeInput

    /// Creates an entry from a key and its value.
    public init(key: NodeInput, value: NodeInput) {
      self.key = key
      self.value = value
    }
  }
}

extension NodeInput {
  /// Python's `None`.
  public static var none: NodeInput { .literal(.none) }
  /// A Boolean.
  public static func bool(_ value: Bool) -> NodeInput { .literal(.bool(value)) }
  /// An integer.
  public static func int(_ value: Int) -> NodeInput { .literal(.int(value)) }
  /// A double-precision number.
  public static func float(_ value: Double) -> NodeInput { .literal(.float(value)) }
  /// A complex number as real and imaginary part.
  public static func complex(_ real: Double, _ imaginary: Double) -> NodeInput { .literal(.complex(real, imaginary)) }
  /// A string.
  public static func string(_ text: String) -> NodeInput { .literal(.string(text)) }
  /// A device, as in `cpu` or `cuda:1`.
  public static func device(_ name: String) -> NodeInput { .literal(.device(name)) }

  /// The literal, if the argument is one.
  public var literal: Literal? {
    if case .literal(let literal) = self { return literal }
    return nil
  }
}

extension NodeInput {
  /// Calls `body` with every node in the structure, in order, as often as it occurs.
  public func forEachNode(_ body: (NodeID) throws -> Void) rethrows {
    switch self {
    case .node(let id): try body(id)
    case .list(let elements), .tuple(let elements, _):
      for element in elements { try element.forEachNode(body) }
    case .dictionary(let entries):
      for entry in entries {
        try entry.key.forEachNode(body)
        try entry.value.forEachNode(body)
      }
    case .literal, .module, .constant: break
    }
  }

  /// The structure with every node replaced.
  public func mapNodes(_ transform: (NodeID) throws -> NodeInput) rethrows -> NodeInput {
    switch self {
    case .node(let id): return try transform(id)
    case .list(let elements): return .list(try elements.map { try $0.mapNodes(transform) })
    case .tuple(let elements, let names):
      return .tuple(try elements.map { try $0.mapNodes(transform) }, names: names)
    case .dictionary(let entries):
      return .dictionary(
        try entries.map { Entry(key: try $0.key.mapNodes(transform), value: try $0.value.mapNodes(transform)) })
    case .literal, .module, .constant: return self
    }
  }

  /// The node, if the argument is one.
  public var node: NodeID? {
    if case .node(let id) = self { return id }
    return nil
  }
}

/// A reference to a statement of the model's own code: the same statement whenever the same archive is loaded.
public struct CodeReference: Hashable, Sendable, Codable {
  /// The qualified name of the function or method, with its mangling, as in `__torch__.net.___torch_mangle_3.Net.forward`.
  public var function: String
  /// The position of the statement in the function's code, counted in preorder.
  public var statement: Int

  /// Creates a reference to a statement.
  public init(function: String, statement: Int) {
    self.function = function
    self.statement = statement
  }
}
