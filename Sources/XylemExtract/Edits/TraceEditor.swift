internal import XylemErrors
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// Changes a trace of a model: values become inputs, or are replaced.
struct TraceEditor {
  let model: any TracedModel
  /// The trace, with the changes made so far.
  var trace: Trace

  init(_ trace: Trace, of model: any TracedModel) {
    self.trace = trace
    self.model = model
  }

  /// Applies changes in order.
  ///
  /// - Parameter requests: what is returned. Values that become inputs have to suffice for it.
  /// - Throws: `extract.start`, `extract.replacement`, and the errors of finding nodes.
  mutating func apply(_ edits: [TraceEdit], for requests: [ReturnRequest]) throws {
    for edit in edits {
      switch edit {
      case .start(let names): try start(at: names, for: requests)
      case .replace(let name, let replacement): try replace(name, with: replacement)
      }
    }
  }

  /// A tensor of the trace, and the node after which it is read.
  struct Place {
    let name: String
    let id: NodeID
    let moment: NodeID
  }

  /// The tensor that a name means, as in a request.
  ///
  /// - Parameter refusal: makes the error for a value that is not a tensor, of the reason.
  /// - Throws: `extract.unknown-node`.
  func place(of name: String, _ resolver: RequestResolver, _ refusal: (String) -> XylemError) throws -> Place {
    let found = try resolver.resolve([ReturnRequest(name)])
    guard found.count == 1 else { throw refusal("the pattern stands for \(found.count) values; name each of them") }
    guard case .node(let id) = found[0].value, found[0].steps.isEmpty else {
      throw refusal("it is not a tensor but a structure of values; name one of them, as in \(name)[0]")
    }
    let node = trace.graph[id]
    guard node.valueType == .tensor else { throw refusal("its type is \(node.type), not a tensor") }
    if case .attribute = node.operation { throw refusal("it is a tensor of the model, which no node computes") }
    return Place(name: name, id: id, moment: found[0].moment ?? id)
  }

  /// The node before which something can be inserted that runs right after another. Nil at the end of the graph.
  func next(after moment: NodeID) -> NodeID? {
    let nodes = Array(trace.graph.nodes)
    guard let position = nodes.firstIndex(where: { $0.id == moment }) else { return nil }
    return nodes[(position + 1)...].first { !$0.isPlaceholder }?.id
  }
}

extension Node {
  var isPlaceholder: Bool {
    if case .placeholder = operation { true } else { false }
  }
}
