internal import XylemGraph

/// A page's drawing, or why there is none.
struct PageDrawing {
  /// The levels with their layouts, as data of the script. Nil if there is no drawing.
  private(set) var levels: JSONValue?
  /// Why there is no drawing. Nil if there is one, or if none is wanted.
  private(set) var reason: String?

  /// No drawing is wanted.
  static let none = PageDrawing()

  private init() {}

  /// Lays out a graph.
  ///
  /// - Parameters:
  ///   - nodes: the nodes in the order of the page's data.
  ///   - calls: the module calls, for the types of modules.
  init(of nodes: [Node], _ edges: [ModuleDrawing.Edge], calls: [ModuleCall]) {
    var types: [String: String] = [:]
    for call in calls where types[call.path] == nil { types[call.path] = PageText.lastPart(call.type) }
    let items = nodes.map { node in
      var isLeaf = false
      if case .leafModule = node.operation { isLeaf = true }
      return ModuleDrawing.Item(
        modules: ModuleDrawing.Item.modules(path: node.modulePath, isLeaf: isLeaf),
        characters: max(PageText.lastPart(node.name).count, PageText.shortOperation(node).count))
    }
    do {
      levels = try ModuleDrawing(items, edges).data(try Graphviz.shared.get()) { types[$0] }
    } catch {
      reason = "\(error)"
    }
  }

  /// For each node of a graph, the nodes of the page whose values it reads, in order. Nodes that the page leaves out
  /// are looked through.
  ///
  /// - Parameter index: the page's nodes among those of the graph.
  static func sources(in graph: Graph, _ index: [NodeID: Int]) -> [NodeID: [Int]] {
    var found: [NodeID: [Int]] = [:]
    // Nodes come after what they read.
    for node in graph.nodes {
      var read: [Int] = []
      var seen: Set<Int> = []
      node.forEachInputNode { id in
        for source in index[id].map({ [$0] }) ?? found[id] ?? [] where seen.insert(source).inserted {
          read.append(source)
        }
      }
      found[node.id] = read
    }
    return found
  }

  /// The drawing's keys, for the page's list of keys.
  var keys: [(keys: String, does: String)] {
    guard levels != nil else { return [] }
    return [
      ("Enter", "in the search: go to the next match in the drawing"),
      ("arrows", "in the drawing: go to the box in that direction"),
      ("Enter", "on a box: unfold, fold or choose it"),
      ("+, -, 0", "in the drawing: zoom in, zoom out, show all of it"),
    ]
  }

  /// The section of the drawing, or the reason why there is none.
  ///
  /// - Parameter legend: the classes of boxes and lines, each with its meaning.
  func section(legend: [(classes: String, meaning: String)]) -> String {
    if let reason { return "<p class=\"hint\">No drawing: \(PageText.html(reason)).</p>" }
    guard levels != nil else { return "" }
    let items = legend.map {
      "<li><span class=\"key \($0.classes)\" aria-hidden=\"true\"></span>\(PageText.html($0.meaning))</li>"
    }
    return """
      <section class="scripted" aria-label="Drawing">
      <h2>Drawing</h2>
      <p class="hint">Click a module to unfold or fold it, and a node to read about it. Drag to move, hold Ctrl and scroll to zoom.</p>
      <div class="stage"><div id="drawing"></div><aside id="panel" aria-live="polite" aria-label="The chosen node"><p class="hint">No node is chosen.</p></aside></div>
      <ul class="legend" aria-label="Legend of the drawing">\(items.joined())</ul>
      </section>
      """
  }
}
