internal import XylemDiff
internal import XylemGraph

extension GraphHTMLReport {
  /// For each node of the page, the nodes of the page whose values it reads.
  func sources(of nodes: [Node]) -> [[Int]] {
    let index = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.id, $0) })
    let found = PageDrawing.sources(in: side.graph, index)
    return nodes.map { found[$0.id] ?? [] }
  }

  /// Lays out the nodes of the page.
  func drawing(of nodes: [Node], _ sources: [[Int]]) -> PageDrawing {
    guard drawsGraph else { return .none }
    let edges = sources.enumerated().flatMap { reader, found in
      found.map { ModuleDrawing.Edge(from: $0, to: reader) }
    }
    return PageDrawing(of: nodes, edges, calls: side.graph.calls)
  }

  /// What boxes and lines mean.
  var legend: [(classes: String, meaning: String)] {
    var words = [("module", "a module; its number of nodes"), ("item", "a node: its name, its operation")]
    if extraction != nil {
      words += [
        ("requested", "requested: its value is returned"), ("computed", "computed: it runs"),
        ("pruned", "pruned: it does not run"),
      ]
    }
    words += [
      ("opaque", "opaque: called as a unit"), ("hidden", "hidden: nothing is known about its contents"),
      ("port", "a value that enters or leaves a module"),
    ]
    return words
  }
}
