internal import XylemGraph

/// Every sentence of the findings about two traces, in one place. Sides come as people call them: `train mode`.
enum FindingText {
  /// `3 nodes`, `a node`.
  static func count(_ number: Int, _ thing: String) -> String { number == 1 ? "a \(thing)" : "\(number) \(thing)s" }

  /// How people call a module: its path and the name of its type.
  static func module(_ path: String, _ type: String?) -> String {
    let name = path.isEmpty ? "the model" : path
    return type.map { "\(name) (\(NormalName.last($0)))" } ?? name
  }

  /// A node as a line of code, cut where it is long.
  static func line(_ side: IndexedSide, _ position: Int) -> String {
    let node = side.nodes[position]
    let arguments = node.inputs.map { $0.description { side.side.graph.contains($0) ? side.side.graph[$0].name : "?" } }
    let target = node.operation.target.isEmpty ? node.operation.kind.rawValue : node.operation.target
    let text = "\(node.name) = \(target)(\(arguments.joined(separator: ", ")))"
    return text.count > 200 ? String(text.prefix(199)) + "…" : text
  }

  static func alone(_ node: String, rest: Int, side: String) -> String {
    let others = rest == 0 ? "runs" : "and \(rest == 1 ? "a node" : "\(rest) nodes") that go with it run"
    return "\(node) \(others) in \(side) only"
  }

  static func moduleAlone(_ module: String, cause: String?, nodes: Int, side: String) -> String {
    let what = cause == "auxiliary head" ? "the auxiliary head " : ""
    return "\(what)\(module), \(count(nodes, "node")), runs in \(side) only"
  }

  static func opaque(_ module: String, leaf: String, traced: String) -> String {
    "\(module) is kept whole in \(leaf) and traced in \(traced), so the two can't be compared"
  }

  static func calls(_ module: String, train: Int, eval: Int, labels: (String, String)) -> String {
    "\(module) is called \(times(train)) in \(labels.0) and \(times(eval)) in \(labels.1)"
  }

  private static func times(_ number: Int) -> String {
    number == 0 ? "never" : number == 1 ? "once" : number == 2 ? "twice" : "\(number) times"
  }

  static func attribute(_ node: String, place: String, train: String, eval: String, labels: (String, String)) -> String
  {
    "\(place) of \(node) is \(train) in \(labels.0) and \(eval) in \(labels.1)"
  }

  static func flag(_ node: String, behaviour: ModeBehaviour, name: String) -> String {
    "\(behaviour.cause) follows the mode by the argument '\(name)' of \(node)"
  }

  static func rewired(_ node: String, train: String, eval: String, labels: (String, String)) -> String {
    "\(node) reads \(train) in \(labels.0) and \(eval) in \(labels.1)"
  }

  static func consumer(_ node: String) -> String { "\(node) reads another value for it" }
  static func follows(_ node: String) -> String { "\(node) goes with it" }
  static func renamed(_ train: String, _ eval: String, labels: (String, String)) -> String {
    "\(train) in \(labels.0) is \(eval) in \(labels.1)"
  }
  static func renumbered(_ number: Int) -> String {
    "\(count(number, "node")) \(number == 1 ? "has another name" : "have other names") and nothing else differs"
  }
  static func moved(_ node: String) -> String { "\(node) runs at another moment, on the same inputs" }

  static func structure(train: String, eval: String, labels: (String, String)) -> String {
    "the result is \(train) in \(labels.0) and \(eval) in \(labels.1)"
  }
  static func detector(labels: (String, String)) -> String {
    "the detector returns losses in train mode and boxes in eval mode"
  }
  static func shape(_ node: String, train: [Int], eval: [Int], labels: (String, String)) -> String {
    "\(node) has the shape \(train) in \(labels.0) and \(eval) in \(labels.1)"
  }

  static func state(_ node: String, side: String) -> String { "\(node) writes state in \(side) only" }
  static func random(_ node: String, side: String) -> String { "\(node) draws random numbers in \(side) only" }

  static func layer(_ behaviour: ModeBehaviour, type: String, number: Int) -> String {
    let layers = number == 1 ? "one layer" : "\(number) layers"
    let name = NormalName.last(type)
    return switch behaviour.kind {
    case .statistics:
      "\(behaviour.cause) (\(name), \(layers)) updates its statistics in train mode and uses them in eval mode"
    case .random:
      "\(behaviour.cause) (\(name), \(layers)) draws random numbers in train mode and passes its input on in eval mode"
    case .parts: "\(name) (\(layers)) depends on the mode where it has \(behaviour.cause) inside"
    }
  }

  static func places(_ cause: String, number: Int, such node: String, byArgument: Bool) -> String {
    "\(cause) in \(number) places, such as \(node), "
      + (byArgument ? "follows the mode by an argument" : "runs in one mode only")
  }

  static func unknownMode(_ type: String, number: Int) -> String {
    "\(NormalName.last(type)), a leaf in \(number == 1 ? "one place" : "\(number) places"), may depend on the mode: nothing is known about it"
  }
  static func declaredMode(_ type: String, trait: String, number: Int) -> String {
    let says =
      switch trait {
      case "updates-state": "updates its state in train mode"
      case "random": "draws random numbers in train mode"
      default: "reads the mode"
      }
    return
      "\(NormalName.last(type)), a leaf in \(number == 1 ? "one place" : "\(number) places"), \(says), as it declares"
  }
  static func region(_ kind: String, modules: Int, number: Int) -> String {
    let places = number == 1 ? "" : " in \(number) places"
    let hides = modules == 0 ? "" : "; it hides \(count(modules, "module"))"
    return "this '\(kind)'\(places) was kept whole, and may depend on the mode\(hides)"
  }
  static func pinned(_ module: String) -> String { "\(module) keeps its own mode and does not follow the model's" }
  static func pinnedTypes(_ type: String, number: Int) -> String {
    "\(number) modules (\(NormalName.last(type))) keep their own mode and do not follow the model's"
  }

  static func missing(_ request: String, side: String) -> String { "\(request) does not exist in \(side)" }
  static func otherName(_ request: String, _ name: String, side: String, other: String) -> String {
    "\(request) of \(other) is \(name) in \(side)"
  }
}
