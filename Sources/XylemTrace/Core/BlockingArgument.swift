internal import XylemErrors
internal import XylemGraph

/// An argument of `forward` whose own value, and not that of a tensor, decides something that must be known while
/// tracing.
package struct BlockingArgument: Sendable, Hashable {
  package let argument: ForwardArgument
  /// Whether the options keep it as an input although it has a default.
  package let isSymbolic: Bool

  /// The remedy that fixes the argument's value. Nil if no remedy can.
  var remedy: String? {
    let name = argument.name
    if isSymbolic, let value = argument.defaultValue {
      return Audience.remedies(
        program: ["leave '\(name)' out of symbolic  // it keeps its default \(value)"],
        commandLine: ["leave out --symbolic \(name)  # it keeps its default \(value)"])[0]
    }
    let never = "if it never changes"
    if argument.type.allowsNone {
      return fixing(".none", "if it is never given", "--concrete \(name)=null  # if it is never given")
    }
    switch argument.type {
    case .bool:
      return fixing(".bool(true)", "or false, \(never)", "--concrete \(name)=true  # or false, if it never changes")
    case .int:
      return fixing(
        ".int(1)", "or another number, \(never)", "--concrete \(name)=1  # or another number, if it never changes")
    case .float, .number:
      return fixing(
        ".float(1.0)", "or another number, \(never)",
        "--concrete \(name)=1.0  # or another number, if it never changes")
    case .string:
      return fixing(
        ".string(\"text\")", "its constant value",
        "--concrete \(name)=\"text\"  # its constant value")
    default: return nil
    }
  }

  /// The remedy that fixes the argument's value, in Swift or on the command line.
  private func fixing(_ value: String, _ comment: String, _ commandLine: String) -> String {
    Audience.remedies(
      program: ["TraceOptions(concrete: [\"\(argument.name)\": \(value)])  // \(comment)"], commandLine: [commandLine])[
        0]
  }
}

extension ScriptTracer {
  /// The arguments of `forward` that a value is computed from, if it is computed only from numbers, strings and
  /// comparisons with None. Empty if it depends on tensors, their sizes, or the model's state.
  func argumentsBehind(_ value: TracedValue) -> [BlockingArgument] {
    guard case .symbol(let id) = value else { return [] }
    var found: [ForwardArgument] = []
    var seen: Set<NodeID> = []
    var pending: [(node: NodeID, isIdentity: Bool)] = [(id, false)]
    while let (id, isIdentity) = pending.popLast() {
      guard seen.insert(id).inserted else { continue }
      let node = core.graph[id]
      switch node.operation {
      case .placeholder(let placeholder):
        guard let argument = core.arguments.first(where: { $0.name == placeholder.name }),
          isIdentity || Self.isDecided(argument.type.unwrapped)
        else { return [] }
        found.append(argument)
      case .operator(let name):
        let isIdentity = name.hasPrefix("aten::__is__") || name.hasPrefix("aten::__isnot__")
        node.forEachInputNode { pending.append(($0, isIdentity || name.hasPrefix("aten::len"))) }
      case .getItem: node.forEachInputNode { pending.append(($0, false)) }
      default: return []
      }
    }
    return found.map { argument in
      BlockingArgument(argument: argument, isSymbolic: options.symbolic.contains(argument.name))
    }.sorted { $0.argument.name < $1.argument.name }
  }

  /// Whether a value of the type can decide something by itself.
  private static func isDecided(_ type: TypeExpression) -> Bool {
    switch type {
    case .int, .float, .bool, .number, .string: true
    case .list(let element): isDecided(element)
    case .tuple(let types, _): types.allSatisfy(isDecided)
    default: false
    }
  }
}
