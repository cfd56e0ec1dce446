internal import XylemGraph

/// The sentences of findings about two traces. Sides are given as labels: `train mode`.
enum FindingText {
  /// `3 nodes`, `a node`.
  static func count(_ number: Int, _ thing: String) -> String { number == 1 ? "a \(thing)" : "\(number) \(thing)s" }

  /// A module in words: its path and type name.
  static func module(_ path: String, _ type: String?) -> String {
    let name = path.isEmpty ? "the model" : path
    return type.map { "\(name) (\(NormalName.last($0)))" } ?? name
  }

  /// A node as a line of code, shortened if it is long.
  static func line(_ side: IndexedSide, _ position: Int) -> String { NodeLine(side, position).text }

  static func alone(_ node: String, rest: Int, side: String) -> String {
    let others = rest == 0 ? "runs" : "and \(rest == 1 ? "a node" : "\(rest) nodes") that belong to it run"
    return "\(node) \(others) in \(side) only"
  }

  static func moduleAlone(_ module: String, cause: Finding.Cause?, nodes: Int, side: String) -> String {
    let what = cause == .auxiliaryHead ? "the auxiliary head " : ""
    return "\(what)\(module), \(count(nodes, "node")), runs in \(side) only"
  }

  static func opaque(_ module: String, leaf: String, traced: String) -> String {
    "\(module) is a leaf in \(leaf) and traced in \(traced), so they can't be compared"
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
    "\(behaviour.cause) follows the mode through the argument '\(name)' of \(node)"
  }

  static func rewired(_ node: String, train: String, eval: String, labels: (String, String)) -> String {
    "\(node) reads \(train) in \(labels.0) and \(eval) in \(labels.1)"
  }

  static func consumer(_ node: String) -> String { "\(node) reads a different value" }
  static func follows(_ node: String) -> String { "\(node) belongs to it" }
  static func renamed(_ train: String, _ eval: String, labels: (String, String)) -> String {
    "\(train) in \(labels.0) is \(eval) in \(labels.1)"
  }
  static func renumbered(_ number: Int) -> String {
    "\(count(number, "node")) \(number == 1 ? "has a different name" : "have different names"), with no other difference"
  }
  static func moved(_ node: String) -> String { "\(node) runs at a different position, on the same inputs" }

  static func structure(train: String, eval: String, labels: (String, String)) -> String {
    "the result is \(train) in \(labels.0) and \(eval) in \(labels.1)"
  }
  static let detector = "the detector returns losses in train mode and boxes in eval mode"
  static func shape(_ node: String, train: [Int], eval: [Int], labels: (String, String)) -> String {
    "\(node) has the shape \(train) in \(labels.0) and \(eval) in \(labels.1)"
  }

  static func state(_ node: String, side: String) -> String { "\(node) writes state in \(side) only" }
  static func random(_ node: String, side: String) -> String { "\(node) draws random numbers in \(side) only" }

  /// What a layer does in one mode only.
  static func layer(_ difference: ModeDifference, type: String, number: Int, labels: (String, String)) -> String {
    let (mode, other) = difference.isTrain ? labels : (labels.1, labels.0)
    let does =
      switch difference.kind {
      case .draws: "draws random numbers in \(mode)"
      case .writes: "writes state in \(mode)"
      case .updates: "updates its statistics in \(mode)"
      case .drops: "returns zeros in \(mode)"
      case .uses: "uses the statistics of earlier runs in \(mode)"
      }
    let rest =
      if difference.restPasses {
        "returns its input in \(other)"
      } else if difference.kind == .updates, difference.restUses {
        "uses them in \(other)"
      } else {
        (difference.kind == .draws ? "none in " : "not in ") + other
      }
    return "\(difference.cause) (\(layers(type, number))) \(does) and \(rest)"
  }

  /// What layers of a type may do, if their code was not read.
  static func usualLayer(_ behaviour: ModeBehaviour, type: String, number: Int) -> String {
    "\(behaviour.cause) (\(layers(type, number))) may depend on the mode, as such layers do by default"
  }

  /// The first eight parts of a list, and the number of the others.
  static func list(_ parts: [String], separator: String = ", ") -> String {
    let more = parts.count > 8 ? ["\(parts.count - 8) more"] : []
    return (parts.prefix(8) + more).joined(separator: separator)
  }

  static let whyUsual = "The code of the layer could not be read here, so only its type is known."

  private static func layers(_ type: String, _ number: Int) -> String {
    "\(NormalName.last(type)), \(number == 1 ? "one layer" : "\(number) layers")"
  }

  /// Nodes of one kind that have one finding, in words.
  static func subject(_ nodes: [Node], cause: Finding.Cause) -> String {
    guard let first = nodes.first else { return cause.description }
    let places = nodes.count == 1 ? "" : ", in \(nodes.count) places,"
    switch first.operation {
    case .leafModule(let leaf):
      if ModeBehaviour.isKnownPackage(leaf.type) { return "\(cause) (\(layers(leaf.type, nodes.count)))" }
      return "\(NormalName.last(leaf.type)), a leaf in \(nodes.count == 1 ? "one place" : "\(nodes.count) places"),"
    case .region(let region): return "this '\(region.kind.rawValue)'\(places)"
    case .setAttribute where nodes.count == 1: return "an assignment"
    case .operator where !nodes.allSatisfy({ $0.operation == first.operation }), .setAttribute:
      return "code\(places)"
    case .leafFunction(let function): return nodes.count == 1 ? first.name : NormalName.last(function.name) + places
    default: return nodes.count == 1 ? first.name : "\(NormalName.last(first.name))\(places)"
    }
  }

  static func draws(_ subject: String, mode: String, flag: String?) -> String {
    "\(subject) draws random numbers in \(mode)" + (flag.map { ": its argument '\($0)' is True" } ?? "")
  }

  static func writes(_ subject: String, _ paths: [String], mode: String) -> String {
    let names = paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? " and \(paths.count - 3) more" : "")
    return "\(subject) writes \(names) in \(mode)"
  }

  static func places(_ cause: Finding.Cause, number: Int, such node: String, byArgument: Bool) -> String {
    "\(cause) in \(number) places, such as \(node), "
      + (byArgument ? "follows the mode through an argument" : "runs in one mode only")
  }

  static func unknownMode(_ type: String, number: Int) -> String {
    "\(NormalName.last(type)), a leaf in \(number == 1 ? "one place" : "\(number) places"), may depend on the mode: nothing is known about it"
  }
  static func declaredMode(_ type: String, trait: ModeTrait, number: Int) -> String {
    let says =
      switch trait {
      case .updatesState: "updates its state in train mode"
      case .random: "draws random numbers in train mode"
      case .readsMode, .unknown, .none: "reads the mode"
      }
    return
      "\(NormalName.last(type)), a leaf in \(number == 1 ? "one place" : "\(number) places"), \(says), as it declares"
  }
  /// - Parameter differences: what it does in one mode only. Nil if its code was not read.
  static func region(_ kind: String, modules: Int, number: Int, does differences: [ModeDifference]?) -> String {
    let places = number == 1 ? "" : " in \(number) places"
    let hides = modules == 0 ? "" : "; it hides \(count(modules, "module"))"
    let does = differences.map { "depends on the mode" + details($0) } ?? "may depend on the mode"
    return "this '\(kind)'\(places) was not traced and \(does)\(hides)"
  }
  /// - Parameter differences: what it does in one mode only.
  static func readMode(_ type: String, number: Int, does differences: [ModeDifference]) -> String {
    "\(NormalName.last(type)), a leaf in \(number == 1 ? "one place" : "\(number) places"), depends on the mode"
      + details(differences)
  }
  static let whyFused =
    "In eval mode, without gradients, it runs a fused kernel, which may interpret a numeric mask differently from train mode."
  static let whyRead = "Its code differs between the modes; its operations are not compared step by step."

  private static func details(_ differences: [ModeDifference]) -> String {
    let parts = differences.map { difference in
      let does = difference.kind == .draws ? "draws random numbers" : "writes state"
      return "\(does) (\(difference.cause)) in \(difference.isTrain ? "train" : "eval") mode only"
    }
    return parts.isEmpty ? "" : ": it " + parts.joined(separator: ", and ")
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
