/// A graph as nested boxes: each module is a level with its nodes, its submodules, and a port for each value that
/// enters or leaves it.
///
/// Each level has a layout of its own, so the cost grows with the number of nodes, not with its square. Modules with
/// very many nodes are divided into parts, in execution order.
struct ModuleDrawing {
  /// A node as drawn.
  struct Item {
    /// The modules that contain it, outermost first.
    let modules: [Substring]
    /// The number of characters of its longest line.
    let characters: Int

    /// The names of the modules that contain a node with a module path.
    ///
    /// - Parameter isLeaf: whether the path is the node's own.
    static func modules(path: String, isLeaf: Bool) -> [Substring] {
      let names = path.split(separator: ".")
      return Array((isLeaf ? names.dropLast() : names[...]).prefix(ModuleDrawing.maximumDepth))
    }
  }

  /// A value that one node reads from another.
  struct Edge: Hashable {
    let from: Int
    let to: Int
    /// The class of the line. Empty for an ordinary one.
    var kind = ""
  }

  /// Deeper modules are drawn in their ancestor at this depth.
  static let maximumDepth = 32
  /// The maximum number of boxes in a level. More are divided.
  private static let mostBoxes = 120
  private static let boxHeight = 40
  private static let portWidth = 12

  private enum Child: Hashable {
    case node(Int)
    case level(Int)
  }

  private struct Level {
    let path: String
    let name: String
    let parent: Int?
    var children: [Child] = []
    var nodes = 0
    var entering: [Int] = []
    var leaving: [Int] = []
    var wires: [Wire] = []
  }

  /// A value on its way within a level.
  private struct Wire: Hashable {
    enum End: Hashable {
      case child(Child)
      case entering(Int)
      case leaving(Int)
    }

    let value: Int
    let kind: String
    let from: End
    let to: End
  }

  private var levels = [Level(path: "", name: "", parent: nil)]
  /// The level of each node.
  private var homes: [Int] = []
  private let items: [Item]

  /// Creates the levels of a graph.
  ///
  /// - Parameter items: the nodes in execution order.
  init(_ items: [Item], _ edges: [Edge]) {
    self.items = items
    addLevels()
    divide()
    for level in levels.indices { for case .node(let node) in levels[level].children { homes[node] = level } }
    for level in levels.indices.dropFirst().reversed() {
      levels[level].nodes += levels[level].children.count { if case .node = $0 { true } else { false } }
      if let parent = levels[level].parent, parent < level { levels[parent].nodes += levels[level].nodes }
    }
    connect(edges)
  }

  private mutating func addLevels() {
    homes = Array(repeating: 0, count: items.count)
    var known: [String: Int] = ["": 0]
    for (node, item) in items.enumerated() {
      var level = 0
      var path = ""
      for name in item.modules {
        path += (path.isEmpty ? "" : ".") + name
        if let found = known[path] {
          level = found
          continue
        }
        levels.append(Level(path: path, name: String(name), parent: level))
        levels[level].children.append(.level(levels.count - 1))
        level = levels.count - 1
        known[path] = level
      }
      levels[level].children.append(.node(node))
    }
  }

  /// Divides levels with too many boxes, until none has.
  private mutating func divide() {
    var level = 0
    while level < levels.count {
      let children = levels[level].children
      guard children.count > Self.mostBoxes else {
        level += 1
        continue
      }
      let size = min(Self.mostBoxes, max(24, Int(Double(children.count).squareRoot().rounded(.up))))
      let parts = stride(from: 0, to: children.count, by: size).map {
        children[$0..<min($0 + size, children.count)]
      }
      levels[level].children = []
      for (index, part) in parts.enumerated() {
        levels.append(
          Level(path: levels[level].path, name: "part \(index + 1) of \(parts.count)", parent: level))
        levels[levels.count - 1].children = Array(part)
        levels[level].children.append(.level(levels.count - 1))
      }
    }
    // Parts took children from their level, and stand after them: parents are set, and order is made, again.
    var ordered: [Level] = []
    func place(_ old: Int, parent: Int?, _ ordered: inout [Level]) -> Int {
      let new = ordered.count
      ordered.append(Level(path: levels[old].path, name: levels[old].name, parent: parent))
      for child in levels[old].children {
        switch child {
        case .node: ordered[new].children.append(child)
        case .level(let inner):
          let placed = place(inner, parent: new, &ordered)
          ordered[new].children.append(.level(placed))
        }
      }
      return new
    }
    _ = place(0, parent: nil, &ordered)
    levels = ordered
  }

  // MARK: - Edges

  private mutating func connect(_ edges: [Edge]) {
    var seen = Set<[Int]>()
    var wires = Array(repeating: Set<Wire>(), count: levels.count)
    func add(_ wire: Wire, _ level: Int, _ drawing: inout ModuleDrawing) {
      if wires[level].insert(wire).inserted { drawing.levels[level].wires.append(wire) }
    }
    for edge in edges where edge.from != edge.to {
      let (outer, inner) = (chain(to: homes[edge.from]), chain(to: homes[edge.to]))
      let common = zip(outer, inner).prefix { $0 == $1 }.count
      var from = Wire.End.child(.node(edge.from))
      for level in outer[common...].reversed() {
        if seen.insert([level, edge.from, 1]).inserted { levels[level].leaving.append(edge.from) }
        add(Wire(value: edge.from, kind: edge.kind, from: from, to: .leaving(edge.from)), level, &self)
        from = .child(.level(level))
      }
      var to = Wire.End.child(.node(edge.to))
      for level in inner[common...].reversed() {
        if seen.insert([level, edge.from, 0]).inserted { levels[level].entering.append(edge.from) }
        add(Wire(value: edge.from, kind: edge.kind, from: .entering(edge.from), to: to), level, &self)
        to = .child(.level(level))
      }
      add(Wire(value: edge.from, kind: edge.kind, from: from, to: to), outer[common - 1], &self)
    }
  }

  /// The levels from the root to a level.
  private func chain(to level: Int) -> [Int] {
    var chain = [level]
    while let parent = levels[chain[chain.count - 1]].parent { chain.append(parent) }
    return chain.reversed()
  }

  // MARK: - Layout

  /// The levels with their layouts, as data of the page's script.
  ///
  /// - Parameter type: the type of the module with a path.
  func data(_ engine: Graphviz, type: (String) -> String?) throws(Graphviz.Failure) -> JSONValue {
    var known: [String: LevelLayout] = [:]
    var result: [JSONValue] = []
    for level in levels { result.append(try data(of: level, engine, &known, type: type)) }
    return .array(result)
  }

  private func data(
    of level: Level, _ engine: Graphviz, _ known: inout [String: LevelLayout], type: (String) -> String?
  ) throws(Graphviz.Failure) -> JSONValue {
    let boxes = level.children.count
    let first = boxes..<(boxes + level.entering.count)
    let last = first.upperBound..<(first.upperBound + level.leaving.count)
    var index: [Wire.End: Int] = [:]
    for (item, child) in level.children.enumerated() { index[.child(child)] = item }
    for (item, value) in zip(first, level.entering) { index[.entering(value)] = item }
    for (item, value) in zip(last, level.leaving) { index[.leaving(value)] = item }
    let ends = level.wires.compactMap { wire -> (Wire, LevelLayout.Connection)? in
      guard let from = index[wire.from], let to = index[wire.to] else { return nil }
      return (wire, LevelLayout.Connection(from: from, to: to))
    }
    var once = Set<LevelLayout.Connection>()
    let connections = ends.map(\.1).filter { once.insert($0).inserted }
    let widths = level.children.map(width)
    // Equal levels, as in repeated blocks, are laid out once.
    let graph = LevelLayout.graph(
      widths: widths + Array(repeating: Self.portWidth, count: first.count + last.count), height: Self.boxHeight,
      first: first, last: last, connections: connections)
    let layout: LevelLayout
    if let found = known[graph] {
      layout = found
    } else {
      layout = try LevelLayout(plain: engine.plainLayout(of: graph), items: last.upperBound)
      known[graph] = layout
    }
    let children = zip(level.children, widths).map { child, width -> JSONValue in
      switch child {
      case .node(let node): .array([.int(node), .int(width)])
      case .level(let inner): .array([.int(-inner), .int(width)])
      }
    }
    let ranks = layout.ranks.map { rank in
      JSONValue.array(rank.map { .array([.int($0.item), .int($0.x)]) })
    }
    let wires = ends.compactMap { wire, connection -> JSONValue? in
      guard let chain = layout.chains[connection] else { return nil }
      return .array([.int(wire.value), .string(wire.kind), .array(chain.map { .int($0) })])
    }
    return .object([
      "path": .string(level.path), "name": .string(level.name), "type": .optional(type(level.path)),
      "nodes": .int(level.nodes), "children": .array(children), "ins": .array(level.entering.map { .int($0) }),
      "outs": .array(level.leaving.map { .int($0) }), "ranks": .array(ranks), "wires": .array(wires),
    ])
  }

  /// The width of a closed box in pixels.
  private func width(_ child: Child) -> Int {
    let characters =
      switch child {
      case .node(let node): items[node].characters
      case .level(let level): max(levels[level].name.count + 2, 18)
      }
    return min(230, max(84, characters * 7 + 22))
  }
}
