extension Argument: CustomStringConvertible {
  /// The argument as a Python literal, nodes by their ids.
  public var description: String { description { $0.description } }

  /// The argument as a Python literal, with whatever `name` calls the nodes.
  ///
  /// Modules and constants, which have no literal form, stand in angle brackets.
  ///
  ///     let sizes = Argument.list([.int(1), .node(id), .float(1e-5)])
  ///     sizes.description { graph[$0].name }  // "[1, size, 1e-05]"
  public func description(naming name: (NodeID) -> String) -> String {
    switch self {
    case .none: return "None"
    case .bool(let value): return pythonLiteral(value)
    case .int(let value): return String(value)
    case .float(let value): return pythonLiteral(value)
    case .complex(let real, let imaginary): return pythonLiteral(real: real, imaginary: imaginary)
    case .string(let text): return pythonLiteral(text)
    case .device(let text): return Self.deviceLiteral(text)
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
    _ elements: [Argument], names: [String]?, naming name: (NodeID) -> String
  ) -> String {
    let texts = elements.map { $0.description(naming: name) }
    if let names, names.count == texts.count {
      return "(" + texts.indices.map { "\(names[$0])=\(texts[$0])" }.joined(separator: ", ") + ")"
    }
    return texts.count == 1 ? "(\(texts[0]),)" : "(" + texts.joined(separator: ", ") + ")"
  }

  /// `device(type='cuda', index=1)`, as PyTorch prints it.
  private static func deviceLiteral(_ text: String) -> String {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, let index = Int(parts[1]) {
      return "device(type=\(pythonLiteral(String(parts[0]))), index=\(index))"
    }
    return "device(type=\(pythonLiteral(text)))"
  }
}
