internal import XylemErrors
package import XylemGraph
package import XylemTensor

/// Decisions of the model's code that the known shapes of the inputs make.
extension TraceCore {
  /// The value of a node, if the known shapes of the inputs decide it. Nil without known shapes.
  ///
  /// - Throws: `trace.shape` if the model fails on inputs of these shapes.
  package func knownValue(of id: NodeID) throws -> Value? { try shapes?.value(of: id, in: graph) }

  /// Decides a Boolean, a number or a string by the known shapes of the inputs, and adds a guard: a call for which the value is
  /// another one is refused.
  ///
  /// - Returns: the value; nil if the shapes don't decide it.
  /// - Throws: `trace.shape` if the model fails on inputs of these shapes.
  package mutating func decide(
    _ id: NodeID, in path: String, at location: @autoclosure () -> SourceLocation?
  ) throws -> Literal? {
    guard let value = try knownValue(of: id) else { return nil }
    guard let literal = try value.unpacked().literal else { return nil }
    switch literal {
    case .bool, .int, .float, .string: break
    default: return nil
    }
    assume(id, is: literal, in: path, at: location())
    return literal
  }

  /// Decides a list of integers, as of sizes. See ``decide(_:in:at:)``.
  package mutating func decideIntegers(
    _ id: NodeID, in path: String, at location: @autoclosure () -> SourceLocation?
  ) throws -> [Int]? {
    guard let value = try knownValue(of: id), case .list(let elements) = try value.unpacked() else { return nil }
    var numbers: [Int] = []
    for element in elements {
      guard case .literal(.int(let number)) = element else { return nil }
      numbers.append(number)
    }
    let expected = "[" + numbers.map(String.init).joined(separator: ", ") + "]"
    guard guardedNodes.insert(id).inserted else { return numbers }
    let fact = ShapeFact(id, in: graph)
    let place = location()
    let isEqual = emitHidden(
      .operator(name: "aten::eq.int_list"), named: "eq", [.node(id), .list(numbers.map { .int($0) })], in: path,
      type: "bool", at: place)
    guardFact("\(fact.text) == \(expected)", isEqual, expected: true, in: path, at: place)
    return numbers
  }

  private mutating func assume(
    _ id: NodeID, is literal: Literal, in path: String, at location: @autoclosure () -> SourceLocation?
  ) {
    guard guardedNodes.insert(id).inserted else { return }
    let fact = ShapeFact(id, in: graph)
    let (text, expected): (String, Bool) =
      if case .bool(let flag) = literal { (fact.text, flag) } else { ("\(fact.operandText) == \(literal)", true) }
    let place = location()
    var condition = id
    let suffix: String? =
      switch literal {
      case .int: "int"
      case .float: "float"
      case .string: "str"
      default: nil
      }
    if let suffix {
      condition = emitHidden(
        .operator(name: "aten::eq.\(suffix)"), named: "eq", [.node(id), .literal(literal)], in: path, type: "bool",
        at: place)
    }
    guardFact(text, condition, expected: expected, in: path, at: place)
  }

  private mutating func guardFact(
    _ text: String, _ condition: NodeID, expected: Bool, in path: String, at place: SourceLocation?
  ) {
    let fact = expected ? text : "not (\(text))"
    let id = emitHidden(
      .guard(Guard(expected: expected, message: fact, isOfShapes: true)), named: "_assert", [.node(condition)],
      in: path, type: "None", at: place)
    // Two nodes with the same text have the same value, unless the code changed the input's shape in between.
    guard notedFacts.insert(fact).inserted else { return }
    notes.append(TraceNote(kind: .shapeGuard, path: path, node: graph[id].name, reason: fact, location: place))
  }
}

/// A number or a Boolean of a graph in terms of the inputs' shapes, as in `x.size(2) % 14 == 0`.
struct ShapeFact {
  /// As Python writes it. Parts that are not arithmetic are the names of their nodes.
  let text: String
  /// The same, in parentheses if it is an operation.
  let operandText: String

  private static let infix: [String: String] = [
    "add": "+", "sub": "-", "mul": "*", "floordiv": "//", "remainder": "%", "div": "/", "pow": "**", "eq": "==",
    "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "__and__": "and", "__or__": "or", "__is__": "is",
    "__isnot__": "is not",
  ]
  private static let functions: Set<String> = [
    "max", "min", "abs", "floor", "ceil", "sqrt", "Int", "Float", "len", "round",
  ]
  /// Longer texts are cut to the name of their node.
  private static let longest = 160

  init(_ id: NodeID, in graph: Graph) {
    let found = Self.describe(.node(id), in: graph, depth: 0)
    (text, operandText) = (found.text, found.inParentheses)
  }

  private struct Part {
    var text: String
    var isCompound = false
    var inParentheses: String { isCompound ? "(\(text))" : text }
  }

  private static func describe(_ input: NodeInput, in graph: Graph, depth: Int) -> Part {
    guard case .node(let id) = input else {
      guard case .list(let elements) = input else { return Part(text: input.description) }
      let parts = elements.map { describe($0, in: graph, depth: depth + 1) }
      return Part(text: "[" + parts.map(\.text).joined(separator: ", ") + "]")
    }
    let node = graph[id]
    let name = Part(text: node.isListed ? node.name : String(node.name.prefix { $0 != "'" }))
    guard depth < 12 else { return name }
    let part: Part? =
      switch node.operation {
      case .placeholder(let placeholder): Part(text: placeholder.name)
      case .operator(let operation): describe(operation, node, in: graph, depth: depth)
      case .getItem: element(node, in: graph, depth: depth)
      default: nil
      }
    guard let part, part.text.count <= longest else { return name }
    return part
  }

  private static func element(_ node: Node, in graph: Graph, depth: Int) -> Part? {
    guard let container = node.inputs[0].node, case .literal(let index) = node.inputs[1] else { return nil }
    if case .operator("aten::size") = graph[container].operation, let tensor = graph[container].inputs.first {
      let owner = describe(tensor, in: graph, depth: depth + 1)
      return Part(text: "\(owner.text).size(\(index))")
    }
    let owner = describe(.node(container), in: graph, depth: depth + 1)
    return Part(text: "\(owner.inParentheses)[\(index)]")
  }

  private static func describe(_ operation: String, _ node: Node, in graph: Graph, depth: Int) -> Part? {
    let short = String(operation.split(separator: ":").last?.prefix { $0 != "." } ?? "")
    let inputs = node.inputs.map { describe($0, in: graph, depth: depth + 1) }
    switch (short, inputs.count) {
    case ("size", 1): return Part(text: "\(inputs[0].text).shape")
    case ("size", 2): return Part(text: "\(inputs[0].text).size(\(inputs[1].text))")
    case ("dim", 1), ("numel", 1): return Part(text: "\(inputs[0].text).\(short)()")
    case ("dtype", 1), ("device", 1), ("is_cuda", 1), ("layout", 1):
      return Part(text: "\(inputs[0].text).\(short)")
    case ("neg", 1): return Part(text: "-\(inputs[0].inParentheses)", isCompound: true)
    case ("__not__", 1): return Part(text: "not \(inputs[0].inParentheses)", isCompound: true)
    case (_, 2) where infix[short] != nil && !node.valueType.isTensor:
      return Part(
        text: "\(inputs[0].inParentheses) \(infix[short] ?? "") \(inputs[1].inParentheses)",
        isCompound: true)
    case _ where functions.contains(short) && !node.valueType.isTensor:
      return Part(text: "\(short.lowercased())(\(inputs.map(\.text).joined(separator: ", ")))")
    default: return nil
    }
  }
}

extension TypeExpression {
  fileprivate var isTensor: Bool { self == .tensor }
}
