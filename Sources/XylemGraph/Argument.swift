/// What a node is given: another node's value, a constant, or a structure of those.
///
/// Structures are kept as they were when the node ran: a list that the model went on to append to appears in each
/// node with the elements it had there.
public indirect enum Argument: Hashable, Sendable {
  /// Python's `None`.
  case none
  /// A truth value.
  case bool(Bool)
  /// An integer; enumerations of the runtime (dtypes, layouts, memory formats) are integers too.
  case int(Int)
  /// A double-precision number; two are equal here when their bits are.
  case float(Double)
  /// A complex number as real and imaginary part.
  case complex(Double, Double)
  /// A text.
  case string(String)
  /// A device, as in `cpu` or `cuda:1`.
  case device(String)
  /// The value of another node.
  case node(NodeID)
  /// A list.
  case list([Argument])
  /// A tuple; where it has names, one for each element.
  case tuple([Argument], names: [String]?)
  /// A dictionary in insertion order.
  case dictionary([Entry])
  /// A module of the model, by its path.
  case module(String)
  /// A value written into the model's code that has no literal form, such as a tensor.
  case constant(CodeReference)

  /// One entry of a dictionary.
  public struct Entry: Hashable, Sendable {
    /// The key: a string, a number or a truth value.
    public var key: Argument
    /// The value.
    public var value: Argument

    /// An entry of a key and its value.
    public init(key: Argument, value: Argument) {
      self.key = key
      self.value = value
    }
  }
}

extension Argument {
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
    case .none, .bool, .int, .float, .complex, .string, .device, .module, .constant: break
    }
  }

  /// The structure with every node replaced.
  public func mapNodes(_ transform: (NodeID) throws -> Argument) rethrows -> Argument {
    switch self {
    case .node(let id): return try transform(id)
    case .list(let elements): return .list(try elements.map { try $0.mapNodes(transform) })
    case .tuple(let elements, let names):
      return .tuple(try elements.map { try $0.mapNodes(transform) }, names: names)
    case .dictionary(let entries):
      return .dictionary(
        try entries.map { Entry(key: try $0.key.mapNodes(transform), value: try $0.value.mapNodes(transform)) })
    case .none, .bool, .int, .float, .complex, .string, .device, .module, .constant: return self
    }
  }

  /// The node that this argument is, where it is one.
  public var node: NodeID? {
    if case .node(let id) = self { return id }
    return nil
  }
}

/// Points at a statement of the model's own code: the same statement whenever the same archive is loaded.
public struct CodeReference: Hashable, Sendable, Codable {
  /// The qualified name of the function or method, with its mangling, as in `__torch__.net.___torch_mangle_3.Net.forward`.
  public var function: String
  /// The position of the statement in the function's code, counted in preorder.
  public var statement: Int

  /// A reference to a statement.
  public init(function: String, statement: Int) {
    self.function = function
    self.statement = statement
  }
}
