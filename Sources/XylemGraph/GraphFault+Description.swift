extension GraphFault: CustomStringConvertible {
  /// A sentence without a full stop, beginning with the subject:
  /// `relu (%7): input 0 reads %9, which is not in the graph`.
  public var description: String {
    let text = Self.text(of: problem)
    switch subject {
    case .graph: return text
    case .node(let id, let name): return name.isEmpty ? "\(id): \(text)" : "\(name) (\(id)): \(text)"
    case .call(let path, let ordinal): return "call \(path)#\(ordinal): \(text)"
    }
  }

  private static func text(of problem: Problem) -> String {
    switch problem {
    case .emptyName: "the name is empty"
    case .duplicateName(let name, let nodes): "\(nodes.count) nodes are named '\(name)': \(list(nodes))"
    case .unindexedName: "looking up the name does not find the node"
    case .staleName(let name): "looking up '\(name)' finds a node with a different name"
    case .duplicateID(let names): "\(names.count) nodes have this id: \(names.joined(separator: ", "))"
    case .misplacedID(let id): "the node's own id is \(id)"

    case .missingNode: "the order contains a node that is not in the graph"
    case .unorderedNode: "the order omits the node"
    case .repeatedNode: "the order contains the node more than once"

    case .unknownInput(let id, let position): "input \(position) reads \(id), which is not in the graph"
    case .laterInput(let id, let position): "input \(position) reads \(id), which does not run before it"
    case .users(let found, let expected): "its users are \(list(expected)), but \(list(found)) are recorded"
    case .inputCount(let found, let expected): "the operation takes \(inputs(expected)), not \(found)"
    case .tupleNames(let names, let elements): "a tuple of \(elements) elements has \(names) names"
    case .defaultReadsNode(let id): "the default reads \(id)"

    case .captureCount(let captures, let count): "the region captures \(captures) values but has \(inputs(count))"
    case .changedCapture(let position, let captures): "the region changes capture \(position) of \(captures)"
    case .resultCount(let count): "the region returns \(count) values"
    case .effect(.writes, let position, let count): "it writes input \(position) but has \(inputs(count))"
    case .effect(.aliases, let position, let count): "it aliases input \(position) but has \(inputs(count))"
    case .effect(.keeps, let position, let count): "it keeps input \(position) but has \(inputs(count))"

    case .outputNotLast: "the output is not the last node"
    case .severalOutputs(let nodes): "the graph has \(nodes.count) outputs: \(list(nodes))"
    case .latePlaceholder: "the placeholder comes after another operation"
    case .placeholderPosition(let position): "the placeholder's position is \(position)"
    case .repeatedPosition(let position, let nodes):
      "\(nodes.count) placeholders have position \(position): \(list(nodes))"

    case .unknownResult(let id): "it returned \(id), which is not in the graph"
    case .repeatedCall(let count): "\(count) calls have this ordinal"
    case .callOrdinal: "the ordinal is out of range"
    }
  }

  private static func list(_ ids: [NodeID]) -> String {
    if ids.isEmpty { return "none" }
    let shown = ids.prefix(8).map(\.description).joined(separator: ", ")
    return ids.count > 8 ? shown + " and \(ids.count - 8) more" : shown
  }

  private static func inputs(_ count: Int) -> String {
    count == 0 ? "no inputs" : count == 1 ? "1 input" : "\(count) inputs"
  }
}
