extension Graph {
  /// The graph in the Graphviz language: modules as nested clusters, with a colour for each kind of operation.
  ///
  /// Edges have the position of the argument. A dashed edge leads from a node that writes to the value that it writes.
  /// A node with unknown effects has a dashed border. Tooltips show type, module and source line. A leaf module is in
  /// the cluster of the module that calls it. The same graph gives the same output, with a trailing line break.
  ///
  /// - Parameter title: the name of the drawing, shown above it unless empty.
  public func dot(title: String = "") -> String {
    var writer = DOTWriter(graph: self)
    writer.write(title: title)
    return writer.text
  }
}

/// Writes one graph.
private struct DOTWriter {
  let graph: Graph
  var text = ""
  private var modules = ModuleTree()

  init(graph: Graph) {
    self.graph = graph
    for node in graph.nodes { modules.insert(node) }
  }

  mutating func write(title: String) {
    line(0, "digraph \(quoted(title)) {")
    line(1, "graph [label=\(quoted(title)), labelloc=t, fontname=\"Helvetica\", style=rounded, color=\"#9e9e9e\"];")
    line(1, "node [shape=box, style=filled, fontname=\"Helvetica\", fontsize=10, color=\"#616161\"];")
    line(1, "edge [fontname=\"Helvetica\", fontsize=8, color=\"#616161\"];")
    writeModule(0, depth: 1)
    for node in graph.nodes { writeEdges(to: node) }
    line(0, "}")
  }

  /// Writes a module's nodes, then the clusters of its submodules.
  private mutating func writeModule(_ module: Int, depth: Int) {
    for id in modules.nodes[module] { writeNode(graph[id], depth: depth) }
    for child in modules.children[module] {
      line(depth, "subgraph cluster_\(child) {")
      line(depth + 1, "label=\(quoted(shortened(modules.names[child])));")
      line(depth + 1, "tooltip=\(quoted(modules.paths[child]));")
      writeModule(child, depth: depth + 1)
      line(depth, "}")
    }
  }

  private mutating func writeNode(_ node: Node, depth: Int) {
    let operation = node.operation.summary
    let label = (operation == node.name ? [node.name] : [node.name, operation]).map(shortened)
    let tooltip = [node.type, node.modulePath.isEmpty ? nil : node.modulePath, node.location?.description]
    let style = node.effects == nil ? ", style=\"filled,dashed\"" : ""
    line(
      depth,
      "n\(node.id.rawValue) [label=\(quoted(label.joined(separator: "\n")))"
        + ", tooltip=\(quoted(tooltip.compactMap { $0 }.joined(separator: "\n")))"
        + ", fillcolor=\"\(node.operation.kind.fillColor)\"\(style)];")
  }

  private mutating func writeEdges(to node: Node) {
    for (position, input) in node.inputs.enumerated() {
      input.forEachNode { source in
        line(1, "n\(source.rawValue) -> n\(node.id.rawValue) [label=\"\(position)\"];")
      }
    }
    for position in node.effects?.writes ?? [] where node.inputs.indices.contains(position) {
      node.inputs[position].forEachNode { written in
        line(
          1,
          "n\(node.id.rawValue) -> n\(written.rawValue)"
            + " [label=\"writes\", style=dashed, color=\"#c62828\", constraint=false];")
      }
    }
  }

  private mutating func line(_ depth: Int, _ content: String) {
    text += String(repeating: "  ", count: depth) + content + "\n"
  }

  private func shortened(_ label: String) -> String { truncatedInTheMiddle(label, toWidth: 60) }
}

/// The tree of the nodes' modules. Module 0 is the root.
private struct ModuleTree {
  /// Deeper modules share the cluster of their ancestor at this depth.
  static let maximumDepth = 32

  private(set) var names = [""]
  private(set) var paths = [""]
  private(set) var children: [[Int]] = [[]]
  private(set) var nodes: [[NodeID]] = [[]]
  private var modulesByPath = ["": 0]

  mutating func insert(_ node: Node) {
    var components = node.modulePath.split(separator: ".")
    if case .leafModule = node.operation, !components.isEmpty { components.removeLast() }
    var module = 0
    var path = ""
    for component in components.prefix(Self.maximumDepth) {
      path += (path.isEmpty ? "" : ".") + component
      module = child(of: module, named: String(component), path: path)
    }
    nodes[module].append(node.id)
  }

  private mutating func child(of parent: Int, named name: String, path: String) -> Int {
    if let known = modulesByPath[path] { return known }
    let module = names.count
    names.append(name)
    paths.append(path)
    children.append([])
    nodes.append([])
    children[parent].append(module)
    modulesByPath[path] = module
    return module
  }
}

/// A quoted string that Graphviz shows literally. Without escaping ampersands it would expand `&lt;`.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "&": result += "&amp;"
    default:
      let shown = printable(String(scalar))
      result += shown.hasPrefix("\\") ? "\\" + shown : shown
    }
  }
  return result + "\""
}

extension Operation.Kind {
  fileprivate var fillColor: String {
    switch self {
    case .placeholder: "#a5d6a7"
    case .attribute, .setAttribute: "#ffe082"
    case .operator, .getItem, .getField: "#eeeeee"
    case .leafFunction, .leafModule: "#90caf9"
    case .region: "#ce93d8"
    case .guard: "#ffab91"
    case .output: "#ef9a9a"
    }
  }
}
