internal import XylemGraph
internal import XylemTensor

extension CodeReader {
  /// Reads a leaf in Swift as its operators, and returns its value.
  func run(_ expansion: HostExpansion, _ arguments: NodeArguments) -> CodeValue? {
    var values: [NodeID: CodeValue] = [:]
    func value(_ argument: NodeInput) -> CodeValue {
      switch argument {
      case .node(let id): return values[id] ?? .none
      case .list(let elements): return list(elements.map(value))
      case .tuple(let elements, _): return tuple(elements.map(value))
      case .dictionary(let entries):
        return .symbol(container("dictionary", of: entries.flatMap { [value($0.key), value($0.value)] }))
      case .module, .constant:
        return .symbol(CodeSymbol(digest: hash(argument.description, []), places: [places.fresh()], isSome: true))
      case .literal(let literal): return .literal(literal)
      }
    }
    for node in expansion.graph.nodes {
      guard step() else { return nil }
      let inputs = node.inputs.map(value)
      switch node.operation {
      case .placeholder:
        guard let outer = expansion.inputs[node.id], let number = arguments.nodes.firstIndex(of: outer) else {
          return nil
        }
        values[node.id] = arguments.values[number]
      case .attribute(let path):
        values[node.id] = .symbol(
          CodeSymbol(digest: hash(path, []), places: [places.attribute(path)], isSome: true))
      case .operator(let name):
        guard let op = try? TensorOperator(fullName: name) else { return nil }
        let isSome = node.valueType.isNeverNone
        values[node.id] = apply(OperatorFacts.of(op), inputs, results: [(true, isSome)]).first
      case .getItem: values[node.id] = item(inputs[1], of: inputs[0])
      case .getField(let name): values[node.id] = part("." + name, of: inputs)
      case .guard, .output: continue
      // Checks of sizes compute nothing.
      case .leafFunction(let function) where function.name == "check": values[node.id] = .literal(.bool(true))
      case .setAttribute, .leafModule, .leafFunction, .region: return nil
      }
    }
    return value(expansion.result)
  }
}
