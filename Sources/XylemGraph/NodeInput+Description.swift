extension NodeInput: CustomStringConvertible {
  /// The argument as a Python literal, nodes by their ids.
  public var description: String { description { $0.description } }

  /// The argument as a Python literal, with node names from `name`.
  ///
  /// Modules and constants, which have no literal form, are in angle brackets.
  ///
  ///     let sizes = NodeInput.list([.int(1), .node(id), .float(1e-5)])
  ///     sizes.description { graph[$0].name }  // "[1, size, 1e-05]"
  public func description(naming name: (NodeID) -> String) -> String {
    switch self {
    case .literal(let literal): return literal.description
    case .node(let id): return name(id)
    case .list(let elements):
      return "[" + elements.map { $0.description(naming: name) }.joined(separator: ", ") + "]"
    case .tuple(let elements, let names): return Self.tupleLiteral(elements, names: names, naming: name)
    case .dictionary(let entries):
      let pairs = entries.map { "\($0.key.description(naming: name)): \($0.value.description(naming: name))" }
      return "{" + pairs.joined(separator: ", ") + "}"
    case .module(let path): return path.isEmpty ? "<module>" : "<module \(path)>"
    case .constant(let code): return "<constant \(code.function)#\(code.statement)>"
    }
  }

  /// `(a, b)`, `(a,)`, or `(x=a, y=b)` for a named tuple.
  private static func tupleLiteral(
    _ elements: [NodeInput], names: [String]?, naming name: (NodeID) -> String
  ) -> String {
    let texts = elements.map { $0.description(naming: name) }
    if let names, names.count == texts.count {
      return "(" + texts.indices.map { "\(names[$0])=\(texts[$0])" }.joined(separator: ", ") + ")"
    }
    return texts.count == 1 ? "(\(texts[0]),)" : "(" + texts.joined(separator: ", ") + ")"
  }
}
