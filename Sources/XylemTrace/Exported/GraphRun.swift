internal import XylemErrors
internal import XylemGraph
internal import XylemTensor

/// Runs a small graph of operators, node by node: a branch of a condition, which runs only if the condition says so.
///
/// A model's whole graph is compiled instead: see `Program`.
struct GraphRun: @unchecked Sendable {
  private let expansion: HostExpansion
  private let placeholders: [NodeID]
  private let allowsFileOperators: Bool

  init(_ expansion: HostExpansion, _ allowsFileOperators: Bool) {
    self.expansion = expansion
    self.allowsFileOperators = allowsFileOperators
    placeholders = expansion.graph.placeholders.map(\.node.id)
  }

  /// Whether a number or a tensor of one element is true.
  static func isTrue(_ value: Value) throws -> Bool {
    switch value {
    case .literal(.bool(let flag)): return flag
    case .literal(let literal): return literal.number.map { $0 != 0 } ?? false
    case .tensor:
      guard case .literal(.bool(let flag))? = try TensorOperator("aten::Bool", overload: "Tensor")([value]).first else {
        throw XylemError(.extractExecution, "a condition has no truth value")
      }
      return flag
    default: throw XylemError(.extractExecution, "a condition has no truth value")
    }
  }

  /// Runs the graph on a value for each placeholder, in order.
  ///
  /// - Throws: `runtime.operator` and related errors; `extract.guard` if a check fails.
  func result(of inputs: [Value]) throws -> Value {
    guard inputs.count == placeholders.count else {
      throw XylemError(.extractExecution, "a block of the model has \(inputs.count) inputs, not \(placeholders.count)")
    }
    return try run(Dictionary(zip(placeholders, inputs), uniquingKeysWith: { first, _ in first }))
  }

  /// Runs the graph on the values of structures, whose nodes the expansion names.
  func result(of values: [Value], of structures: [NodeInput]) throws -> Value {
    var outer: [NodeID: Value] = [:]
    func collect(_ structure: NodeInput, _ value: Value) throws {
      switch (structure, try value.unpacked()) {
      case (.node(let id), _): outer[id] = value
      case (.list(let parts), .list(let elements)), (.tuple(let parts, _), .tuple(let elements, _)):
        for (part, element) in zip(parts, elements) { try collect(part, element) }
      case (.dictionary(let parts), .dictionary(let entries)):
        for (part, entry) in zip(parts, entries) { try collect(part.value, entry.value) }
      default: return
      }
    }
    for (structure, value) in zip(structures, values) { try collect(structure, value) }
    var inputs: [NodeID: Value] = [:]
    for (inner, id) in expansion.inputs {
      guard let value = outer[id] else {
        throw XylemError(.extractExecution, "a block of the model lacks one of its inputs")
      }
      inputs[inner] = value
    }
    return try run(inputs)
  }

  private func run(_ inputs: [NodeID: Value]) throws -> Value {
    var values = inputs
    for node in expansion.graph.nodes where values[node.id] == nil {
      values[node.id] = try value(of: node, values)
    }
    return try value(of: expansion.result, values)
  }

  private func value(of node: Node, _ values: [NodeID: Value]) throws -> Value {
    switch node.operation {
    case .attribute(let path):
      guard let tensor = expansion.code.tensor(path) else {
        throw XylemError(.extractExecution, "the model has no tensor '\(path)'")
      }
      return .tensor(tensor)
    case .operator(let name):
      let op = try TensorOperator(fullName: name)
      guard allowsFileOperators || !OperatorFacts.of(op).reachesOutside else {
        throw TraceErrors.fileOperator(name, at: XylemError.Place(modulePath: node.modulePath))
      }
      let arguments = try expansion.code.bound(node) ?? node.inputs
      let results = try op(arguments.map { try value(of: $0, values) })
      return results.count == 1 ? results[0] : .tuple(results, names: [])
    case .getItem: return try item(of: node, values)
    case .guard(let assumption):
      guard let condition = node.inputs.first, try Self.isTrue(value(of: condition, values)) == assumption.expected
      else {
        throw XylemError(.extractGuard, "the model's own check failed: \(assumption.message)")
      }
      return .none
    case .region, .leafFunction, .leafModule:
      guard let leaf = expansion.code.leaves[node.id] else {
        throw XylemError(.extractExecution, "the code of '\(node.name)' is missing")
      }
      return try leaf.call(node.inputs.map { try value(of: $0, values) })
    case .placeholder, .setAttribute, .getField, .output:
      throw XylemError(.extractExecution, "'\(node.name)' can't run within a block")
    }
  }

  private func item(of node: Node, _ values: [NodeID: Value]) throws -> Value {
    let container = try value(of: node.inputs[0], values)
    guard let item = try Subscripts.item(of: container, value(of: node.inputs[1], values)) else {
      throw XylemError(.extractExecution, "'\(node.name)' reads an element that its container does not have")
    }
    return item
  }

  private func value(of input: NodeInput, _ values: [NodeID: Value]) throws -> Value {
    switch input {
    case .literal(let literal): return .literal(literal)
    case .node(let id):
      guard let value = values[id] else {
        throw XylemError(.extractExecution, "a value is needed that was not computed")
      }
      return value
    case .list(let parts): return .list(try parts.map { try value(of: $0, values) })
    case .tuple(let parts, let names): return .tuple(try parts.map { try value(of: $0, values) }, names: names ?? [])
    case .dictionary(let entries):
      return .dictionary(try entries.map { (try value(of: $0.key, values), try value(of: $0.value, values)) })
    case .module, .constant: throw XylemError(.extractExecution, "a value is needed that the archive does not have")
    }
  }
}
