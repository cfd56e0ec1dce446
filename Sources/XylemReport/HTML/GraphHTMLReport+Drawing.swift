internal import XylemDiff
internal import XylemGraph

extension GraphHTMLReport {
  /// The drawing's levels, or why there is no drawing. Both are nil if none is wanted.
  struct Drawing {
    var levels: JSONValue?
    var reason: String?
  }

  /// Lays out the nodes of the page.
  ///
  /// - Parameter nodes: the nodes in the order of the page's data.
  func drawing(of nodes: [Node], types: [String: String]) -> Drawing {
    guard drawsGraph else { return Drawing() }
    do {
      let items = nodes.map { node in
        ModuleDrawing.Item(
          modules: ModuleDrawing.Item.modules(path: node.modulePath, isLeaf: node.isLeafModule),
          characters: max(PageText.lastPart(node.name).count, PageText.shortOperation(node).count))
      }
      var edges: [ModuleDrawing.Edge] = []
      let sources = sources(of: nodes)
      for (reader, found) in sources.enumerated() {
        edges += found.map { ModuleDrawing.Edge(from: $0, to: reader) }
      }
      let levels = try ModuleDrawing(items, edges).data(try Graphviz.shared.get()) { path in
        types[path].map(PageText.lastPart)
      }
      return Drawing(levels: levels)
    } catch {
      return Drawing(reason: "\(error)")
    }
  }

  /// For each node of the page, the nodes of the page whose values it reads, in order. Nodes that the page leaves out
  /// are looked through.
  func sources(of nodes: [Node]) -> [[Int]] {
    let index = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.id, $0) })
    var found: [NodeID: [Int]] = [:]
    // Nodes come after what they read.
    for node in side.graph.nodes {
      var read: [Int] = []
      node.forEachInputNode { id in
        for source in index[id].map({ [$0] }) ?? found[id] ?? [] where !read.contains(source) { read.append(source) }
      }
      found[node.id] = read
    }
    return nodes.map { found[$0.id] ?? [] }
  }

  /// The section of the drawing.
  func section(of drawing: Drawing) -> String {
    if let reason = drawing.reason {
      return "<p class=\"hint\">No drawing: \(PageText.html(reason)).</p>"
    }
    guard drawing.levels != nil else { return "" }
    return """
      <section class="scripted" aria-label="Drawing">
      <h2>Drawing</h2>
      <p class="hint">Click a module to unfold or fold it, and a node to read about it. Drag to move, hold Ctrl and scroll to zoom.</p>
      <div class="stage"><div id="drawing"></div><aside id="panel" aria-live="polite" aria-label="The chosen node"><p class="hint">No node is chosen.</p></aside></div>
      \(legend)
      </section>
      """
  }

  /// What boxes and lines mean.
  private var legend: String {
    var words = [("module", "a module; its number of nodes"), ("item", "a node: its name, its operation")]
    if extraction != nil {
      words += [
        ("item requested", "requested: its value is returned"), ("item computed", "computed: it runs"),
        ("item pruned", "pruned: it does not run"),
      ]
    }
    words += [
      ("item opaque", "opaque: called as a unit"), ("item hidden", "hidden: nothing is known about its contents"),
      ("port", "a value that enters or leaves a module"),
    ]
    let items = words.map { "<li><span class=\"key \($0.0)\" aria-hidden=\"true\"></span>\(PageText.html($0.1))</li>" }
    return "<ul class=\"legend\" aria-label=\"Legend of the drawing\">\(items.joined())</ul>"
  }
}

extension Node {
  /// Whether the module path is that of the node itself.
  var isLeafModule: Bool { if case .leafModule = operation { true } else { false } }
}
