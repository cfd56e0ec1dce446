package import XylemDiff
package import XylemGraph

/// Builds a graph a line at a time, with names as a tracer gives them.
package struct Sketch {
  package private(set) var graph = Graph()
  private var counts: [String: Int] = [:]
  private var calls: [String: Int] = [:]

  /// A graph with one placeholder, `x`.
  package init() { input("x") }

  /// The value of a node that exists.
  package func value(_ name: String) -> NodeInput { .node(graph.node(named: name)?.id ?? NodeID(-1)) }

  /// The name that comes next for an operation.
  private mutating func name(_ base: String, in module: String) -> String {
    let path = module.isEmpty ? base : module + "." + base
    let number = counts[path, default: 0]
    counts[path] = number + 1
    return number == 0 ? path : path + "_\(number)"
  }

  package mutating func input(_ name: String) {
    let position = graph.placeholders.count
    graph.append(.placeholder(Placeholder(name: name, position: position)), name: name, inputs: [])
  }

  /// An operator: `add("add.Tensor", x, y)`.
  @discardableResult
  package mutating func op(
    _ operation: String, _ inputs: NodeInput..., in module: String = "", line: Int? = nil,
    effects: Effects? = Effects.none,
    name: String? = nil
  ) -> NodeInput {
    let base = operation.split(separator: ".").first.map(String.init) ?? operation
    return .node(
      graph.append(
        .operator(name: "aten::" + operation), name: name ?? self.name(base, in: module), inputs: inputs,
        modulePath: module, effects: effects, location: line.map { SourceLocation(file: "net.py", line: $0) }))
  }

  /// An operator with any number of arguments, under a name of its own.
  @discardableResult
  package mutating func operation(_ operation: String, _ inputs: [NodeInput], name: String) -> NodeInput {
    .node(
      graph.append(.operator(name: "aten::" + operation), name: name, inputs: inputs, effects: Effects.none))
  }

  /// A leaf function by its qualified name.
  @discardableResult
  package mutating func function(
    _ qualified: String, _ inputs: NodeInput..., in module: String = "", line: Int? = nil,
    effects: Effects? = Effects.none, method modulePath: String? = nil
  ) -> NodeInput {
    let base = qualified.split(separator: ".").last.map(String.init) ?? qualified
    let leaf = LeafFunction(name: qualified, qualifiedName: "__torch__." + qualified, modulePath: modulePath)
    return .node(
      graph.append(
        .leafFunction(leaf), name: name(base, in: module), inputs: inputs, modulePath: module, effects: effects,
        location: line.map { SourceLocation(file: "net.py", line: $0) }))
  }

  /// A leaf module by its path.
  @discardableResult
  package mutating func leaf(
    _ path: String, _ type: String, _ inputs: NodeInput..., mode: ModeTrait? = nil, replaces: Bool = false
  ) -> NodeInput {
    let ordinal = calls[path, default: 0]
    calls[path] = ordinal + 1
    let provider = mode.map {
      LeafProvider(plugin: "org.example.gates", digest: "00", leaf: type, replaces: replaces, mode: $0)
    }
    let id = graph.append(
      .leafModule(LeafModule(path: path, type: type, provider: provider)),
      name: ordinal == 0 ? path : path + "_\(ordinal)", inputs: inputs, modulePath: path,
      effects: .unknown(inputs: inputs.count))
    graph.appendCall(ModuleCall(path: path, type: type, ordinal: ordinal, result: .node(id), isLeaf: true))
    return .node(id)
  }

  @discardableResult
  package mutating func attribute(_ path: String, in module: String = "") -> NodeInput {
    .node(
      graph.append(
        .attribute(path: path), name: path, inputs: [], modulePath: module, effects: Effects(aliasesModel: true)))
  }

  package mutating func set(_ path: String, _ value: NodeInput, in module: String = "") {
    graph.append(
      .setAttribute(path: path), name: name("setattr", in: module), inputs: [value], modulePath: module,
      effects: Effects(writesModel: true))
  }

  @discardableResult
  package mutating func region(_ inputs: NodeInput..., in module: String = "", hides: [String] = []) -> NodeInput {
    let code = CodeReference(function: "__torch__.___torch_mangle_2.Net.forward", statement: 3)
    return .node(
      graph.append(
        .region(
          Region(
            kind: .if, code: code, captures: inputs.indices.map { "v\($0)" }, resultCount: 1, hiddenModules: hides)),
        name: name("if", in: module), inputs: inputs, modulePath: module, effects: .unknown(inputs: inputs.count)))
  }

  /// Writes down that a module which is no leaf was called.
  package mutating func call(_ path: String, _ type: String, result: NodeInput = .none) {
    let ordinal = calls[path, default: 0]
    calls[path] = ordinal + 1
    graph.appendCall(ModuleCall(path: path, type: type, ordinal: ordinal, result: result, isLeaf: false))
  }

  package mutating func output(_ value: NodeInput) { graph.append(.output, name: "output", inputs: [value], type: "") }
}

/// A graph from lines.
package func sketch(_ body: (inout Sketch) -> Void) -> Graph {
  var sketch = Sketch()
  body(&sketch)
  return sketch.graph
}

/// The diff of two graphs as the train and eval traces of one model.
///
/// - Parameter behaviours: what nodes do in each mode, by their names.
package func diff(
  _ train: Graph, _ eval: Graph, options: DiffOptions = DiffOptions(), pinned: [String] = [],
  behaviours: (train: [String: NodeBehaviour], eval: [String: NodeBehaviour]) = ([:], [:])
) -> TraceDiff {
  func side(_ graph: Graph, _ label: String, _ behaviours: [String: NodeBehaviour]) -> DiffSide {
    var known: [NodeID: NodeBehaviour] = [:]
    for (name, behaviour) in behaviours { if let node = graph.node(named: name) { known[node.id] = behaviour } }
    return DiffSide(
      graph: graph, label: label, isTraining: label == "train", pinnedModules: pinned, behaviours: known)
  }
  return TraceDiffer.diff(
    side(train, "train", behaviours.train), side(eval, "eval", behaviours.eval), model: "net", options: options,
    today: (2026, 7, 1))
}

/// The same two graphs the other way around.
package func swapped(_ train: Graph, _ eval: Graph) -> TraceDiff {
  TraceDiffer.diff(
    DiffSide(graph: eval, label: "train", isTraining: false), DiffSide(graph: train, label: "eval", isTraining: true),
    model: "net", today: (2026, 7, 1))
}

extension TraceDiff {
  /// The findings as `level rule node [cause]`.
  package var summary: [String] {
    findings.map { finding in
      "\(finding.level.rawValue) \(finding.rule.rawValue) \(finding.node ?? finding.module)"
        + (finding.cause.map { " [\($0)]" } ?? "")
    }
  }

  /// Every fingerprint of the findings and of their members.
  package var fingerprints: Set<String> {
    Set(findings.flatMap { [$0.fingerprint] + $0.members.map(\.fingerprint) })
  }
}
