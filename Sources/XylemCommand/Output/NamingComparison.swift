internal import XylemExtract
internal import XylemGraph
internal import XylemTrace

/// Finds requests that would name another node under the other naming.
struct NamingComparison {
  private let trace: Trace

  /// A comparison of the names of a trace's nodes, under its own naming and the other one.
  init(_ trace: Trace) { self.trace = trace }

  /// One sentence for each request that names different nodes. Globs and parts of values are not compared. Empty for a
  /// trace with one naming only.
  func warnings(for requests: [ReturnRequest]) -> [String] {
    guard let other = trace.otherNames else { return [] }
    return requests.compactMap { request in
      let here = meaning(of: request.node, trace.naming) { $0.isListed ? $0.name : nil }
      let there = meaning(of: request.node, other.naming) { other.names[$0.id] }
      guard let here, let there, here != there else { return nil }
      let name = trace.graph[there].name
      return "'\(request.node)' would mean the node '\(name)' of this naming under --naming \(other.naming.rawValue)"
    }
  }

  /// The node whose value a name stands for, if it is a single node.
  ///
  /// - Parameter names: the name of a node, if name lists have it.
  private func meaning(of name: String, _ naming: Naming, _ names: (Node) -> String?) -> NodeID? {
    let nodes = trace.graph.nodes
    if let node = nodes.first(where: { names($0) == name }) { return node.id }
    if naming == .exact, let call = trace.graph.calls.last(where: { $0.path == name }) { return call.result.node }
    return nodes.last { $0.operation != .output && names($0)?.hasPrefix(name + ".") == true }?.id
  }
}
