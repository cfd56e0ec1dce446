public import XylemDiff
public import XylemGraph

/// A single trace as one self-contained HTML page: no network, no other files.
///
/// Names are the strings by which features are requested. Nodes are grouped by module, and drawn when a group is
/// unfolded.
public struct GraphHTMLReport: Sendable {
  /// The requests for a trace, and the nodes that an extractor needs for them.
  public struct Extraction: Sendable {
    /// For each node whose value, or a part of it, is returned: the keys of the results.
    public var keys: [NodeID: [String]]
    /// The nodes that run. All others are pruned.
    public var computed: Set<NodeID>

    /// Creates an extraction from requests and the nodes that they need.
    public init(keys: [NodeID: [String]], computed: Set<NodeID>) {
      self.keys = keys
      self.computed = computed
    }
  }

  /// The model's name.
  public var model: String
  /// The trace, with its blind spots.
  public var side: DiffSide
  /// The requested extraction. Nil if nothing was requested.
  public var extraction: Extraction?
  /// The shapes and types of values as printed, if they are known.
  public var shapes: [NodeID: String]
  /// The multiply-adds of nodes as printed, if they are known.
  public var multiplyAdds: [NodeID: String] = [:]
  /// Pictures of values as PNG files in base 64, if they were made.
  public var pictures: [NodeID: String] = [:]
  /// Notes about the trace, one sentence each.
  public var notes: [String]
  /// Whether the page has a drawing beside its list. Graphviz's library lays it out; where it is not installed, the
  /// page has a note instead.
  public var drawsGraph = true

  /// Creates the page of a trace.
  public init(
    model: String, side: DiffSide, extraction: Extraction? = nil, shapes: [NodeID: String] = [:], notes: [String] = []
  ) {
    self.model = model
    self.side = side
    self.extraction = extraction
    self.shapes = shapes
    self.notes = notes
  }

  /// The category of a node.
  private enum State: String, CaseIterable {
    /// Its value is returned.
    case requested
    /// It runs.
    case computed
    /// It does not run.
    case pruned
    /// It is called as a unit: a leaf module, a leaf function or a region.
    case opaque
    /// It is opaque, and nothing is known about its contents.
    case hidden

    /// The mark of the category, as in the script.
    var mark: String {
      switch self {
      case .requested: "\u{25C9}"
      case .computed: "\u{25CF}"
      case .pruned: "\u{25CB}"
      case .opaque: "\u{25A0}"
      case .hidden: "\u{25A8}"
      }
    }
  }

  private struct Entry {
    let node: Node
    let states: [State]
  }

  /// The page.
  public func render() -> String {
    let entries = side.graph.nodes.filter { $0.isListed || $0.operation == .output }
      .map { Entry(node: $0, states: states($0)) }
    let title = "\(model): \(side.label)"
    var types: [String: String] = [:]
    for call in side.graph.calls where types[call.path] == nil { types[call.path] = call.type }
    let sources = sources(of: entries.map(\.node))
    let drawing = drawing(of: entries.map(\.node), sources)
    let data = JSONValue.object(["groups": groups(entries, sources, types), "levels": drawing.levels ?? .null])
    return PageText.page(
      title: title, body: body(entries, drawing), data: data, script: PageScript.drawing + "\n" + PageScript.graph)
  }

  private func states(_ node: Node) -> [State] {
    var states: [State] = []
    if let extraction {
      if extraction.keys[node.id] != nil { states.append(.requested) }
      // The result as a whole is assembled only if it is requested.
      if node.operation != .output { states.append(extraction.computed.contains(node.id) ? .computed : .pruned) }
    }
    switch node.operation {
    case .leafModule, .leafFunction, .region: states.append(.opaque)
    default: break
    }
    if side.hiddenPart(of: node) != nil { states.append(.hidden) }
    return states
  }

  private func keys(_ drawing: PageDrawing) -> [(keys: String, does: String)] {
    [("/", "search"), ("j, k", "next and previous name in the list"), ("Enter, c", "on a name: copy it")]
      + drawing.keys + [("Escape", "clear the search, close this")]
  }

  // MARK: - Markup

  private func body(_ entries: [Entry], _ drawing: PageDrawing) -> String {
    """
    \(header(entries))
    <main>
    \(tools(entries))
    \(drawing.section(legend: legend))
    <section aria-label="Nodes by module">
    <h2>Nodes <span class="count" id="shown"></span></h2>
    <p class="hint">Request names and modules with --return. Click a name to copy it.</p>
    <div id="graph"></div>
    <p class="empty" id="none" hidden>Nothing matches the search and the filters.</p>
    <noscript><p>Without scripts, the names in execution order:</p><pre>\
    \(html(entries.map(\.node).map(requestName).joined(separator: "\n"), keepsLines: true))</pre></noscript>
    </section>
    </main>
    \(PageText.help(keys(drawing)))
    """
  }

  private func header(_ entries: [Entry]) -> String {
    var lines = ["<header class=\"calm\">", "<h1>\(html(model))</h1>"]
    let modules = Set(entries.map(\.node.modulePath)).count
    lines.append(
      "<p class=\"verdict\">\(html(side.label)): \(plural(entries.count, "node")) in \(plural(modules, "module"))</p>")
    let counts = State.allCases.compactMap { state -> String? in
      let count = entries.count { $0.states.contains(state) }
      if extraction == nil, [.requested, .computed, .pruned].contains(state) { return nil }
      return
        "<li><span class=\"marks\" aria-hidden=\"true\">\(state.mark)</span> <b>\(count)</b> \(state.rawValue)</li>"
    }
    lines.append("<ul class=\"counts\" aria-label=\"Nodes by category\">\(counts.joined())</ul>")
    if !notes.isEmpty {
      let items = notes.map { "<li>\(html($0))</li>" }
      lines.append(
        "<details><summary>Notes on the trace (\(notes.count))</summary><ul>\(items.joined())</ul></details>")
    }
    lines.append("</header>")
    return lines.joined(separator: "\n")
  }

  private func tools(_ entries: [Entry]) -> String {
    let used = State.allCases.filter { state in entries.contains { $0.states.contains(state) } }
    let plain = entries.contains { $0.states.isEmpty } ? ["other"] : []
    let boxes = (used.map(\.rawValue) + plain).map {
      "<label><input type=\"checkbox\" class=\"state\" value=\"\($0)\" checked> \($0)</label>"
    }
    return """
      <form class="tools" role="search" onsubmit="return false">
      <input id="search" type="search" placeholder="Search names, operations, sources" aria-label="Search nodes">
      \(boxes.joined(separator: "\n"))
      <button type="button" id="unfold">Unfold all</button>
      <button type="button" id="fold">Fold all</button>
      <button type="button" id="keys">Keys</button>
      </form>
      """
  }

  // MARK: - Data of the script

  /// Groups of nodes, each with its module and the module's type.
  private func groups(_ entries: [Entry], _ sources: [[Int]], _ types: [String: String]) -> JSONValue {
    let folders = ModuleFolders(entries.map(\.node.modulePath))
    var groups: [(module: String, rows: [JSONValue])] = []
    for (entry, sources) in zip(entries, sources) {
      let folder = folders.folder(of: entry.node.modulePath)
      if groups.last?.module != folder { groups.append((folder, [])) }
      groups[groups.count - 1].rows.append(row(entry, sources))
    }
    return .array(
      groups.map { group in
        let type = types[group.module].map { String($0.split(separator: ".").last ?? "") }
        return .array([.string(group.module), .optional(group.module.isEmpty ? nil : type), .array(group.rows)])
      })
  }

  private func row(_ entry: Entry, _ sources: [Int]) -> JSONValue {
    let node = entry.node
    let keys = extraction?.keys[node.id].map { "returned as " + $0.joined(separator: ", ") }
    let part = side.hiddenPart(of: node)
    let why = part.map { ($0.reason ?? "nothing is known about its contents") + $0.modeWords }
    return .array([
      .string(requestName(node)), .string(PageText.operation(node)),
      .optional(node.rule.map { "leaf by '\($0)'" }), .optional(node.location?.description),
      .optional(shapes[node.id]), .strings(entry.states.map(\.rawValue)), .optional(keys), .optional(why),
      .string(arguments(of: node)), .array(sources.map { .int($0) }), .optional(multiplyAdds[node.id]),
      .optional(pictures[node.id]),
    ])
  }

  /// The arguments of a node's call, shortened if there are many.
  private func arguments(of node: Node) -> String {
    let most = 400
    let text = node.inputs.map { input in input.description { side.graph[$0].name } }.joined(separator: ", ")
    return text.count > most ? text.prefix(most) + "\u{2026}" : text
  }

  /// The name by which a node's value is requested.
  private func requestName(_ node: Node) -> String { node.operation == .output ? "output" : node.name }

  private func html(_ text: String, keepsLines: Bool = false) -> String { PageText.html(text, keepsLines: keepsLines) }
}
