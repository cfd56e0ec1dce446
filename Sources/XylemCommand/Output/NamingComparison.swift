internal import XylemExtract
internal import XylemGraph
internal import XylemTrace

/// Finds requests that would name another node under the other naming.
struct NamingComparison {
  private let trace: Trace
  private let other: Trace

  /// A comparison of two traces of one model in one mode that differ only in naming.
  init(_ trace: Trace, _ other: Trace) {
    self.trace = trace
    self.other = other
  }

  /// One sentence for each request that names different nodes. Globs and parts of values are not compared.
  func warnings(for requests: [ReturnRequest]) -> [String] {
    // The namings give the same nodes different names in the same order. Otherwise nothing can be compared.
    let (nodes, others) = (Self.nodes(of: trace), Self.nodes(of: other))
    guard nodes.count == others.count else { return [] }
    let places = Dictionary(uniqueKeysWithValues: zip(nodes, others))
    return requests.compactMap { request in
      guard let here = Self.meaning(of: request.node, in: trace), let there = Self.meaning(of: request.node, in: other),
        places[here] != there
      else { return nil }
      let name =
        places.first { $0.value == there }.map { "the node '\(trace.graph[$0.key].name)' of this naming" }
        ?? "another node"
      return "'\(request.node)' would mean \(name) under --naming \(other.naming.rawValue)"
    }
  }

  /// The nodes that both namings have. torchvision's naming also lists arguments that keep their defaults.
  private static func nodes(of trace: Trace) -> [NodeID] {
    let constants = Set(trace.arguments.filter { $0.constant != nil }.map(\.name))
    return trace.graph.nodes.filter { node in
      if case .placeholder(let placeholder) = node.operation { !constants.contains(placeholder.name) } else { true }
    }.map(\.id)
  }

  /// The node whose value a name stands for, if it is a single node.
  static func meaning(of name: String, in trace: Trace) -> NodeID? {
    if let node = trace.graph.node(named: name), node.isListed { return node.id }
    if trace.naming == .exact, let call = trace.graph.calls.last(where: { $0.path == name }) { return call.result.node }
    let prefix = name + "."
    return trace.graph.nodes.last { $0.isListed && $0.operation != .output && $0.name.hasPrefix(prefix) }?.id
  }
}
