internal import XylemGraph
internal import XylemScript

/// A value of a graph of torch.export while it is traced.
enum ExportedValue {
  /// A value of the trace, or a constant.
  case input(NodeInput)
  /// A tensor of the model, which becomes a node where it is first read.
  case state(key: String, kind: StateKind)

  enum StateKind { case parameter, buffer, constant }
}

/// The values of one graph while it is traced.
final class ExportedScope {
  let graph: ExportedGraph
  var values: [String: ExportedValue] = [:]
  /// The number of operators that were traced.
  var position = 0
  /// The last operator that reads each value. `Int.max` for a value that the graph returns.
  private var lastUses: [String: Int] = [:]

  /// - Parameter returned: the names of the values that the graph returns.
  init(_ graph: ExportedGraph, returned: [String]) {
    self.graph = graph
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs { input.argument.forEachName { lastUses[$0] = index } }
    }
    for name in returned { lastUses[name] = .max }
  }

  /// The values that operators of a range compute, in order.
  func computed(in range: Range<Int>) -> [String] {
    range.flatMap { index in graph.nodes[index].outputs.flatMap(\.names) }
  }

  /// The values that operators of a range compute and that others read.
  func leaving(_ range: Range<Int>) -> [String] {
    computed(in: range).filter { isRead($0, from: range.upperBound) }
  }

  /// Whether an operator from a position on reads a value, or the graph returns it.
  func isRead(_ name: String, from position: Int) -> Bool { (lastUses[name] ?? -1) >= position }

  /// The values that operators of a range read and that others compute, in order.
  func entering(_ range: Range<Int>) -> [String] {
    let own = Set(computed(in: range))
    var seen: Set<String> = []
    var found: [String] = []
    for index in range {
      for input in graph.nodes[index].inputs {
        input.argument.forEachName { if !own.contains($0), seen.insert($0).inserted { found.append($0) } }
      }
    }
    return found
  }
}

extension ExportedGraph {
  /// The number of operators that ran in each call of a module, also within blocks.
  var operatorCounts: [String: Int] { nodes.reduce(into: [:]) { $1.count(into: &$0) } }
}

extension ExportedNode {
  /// The operators of a block that only changes the context in which they run. Nil for everything else.
  var block: ExportedGraph? {
    guard target == ExportedBlocks.gradients || target == ExportedBlocks.autocast else { return nil }
    for case .graph(let inner) in inputs.map(\.argument) { return inner }
    return nil
  }

  /// The modules whose code ran: those that all operators of a block share. Nil if the archive does not say.
  var place: [Frame]? {
    guard let block else { return frames }
    var common: [Frame]?
    for node in block.nodes {
      guard let other = node.place else { continue }
      common = common.map { zip($0, other).prefix { $0 == $1 }.map(\.0) } ?? other
    }
    return common
  }

  /// Adds the operators of each call of a module to counts.
  func count(into counts: inout [String: Int]) {
    if let block { return block.nodes.forEach { $0.count(into: &counts) } }
    for frame in frames ?? [] { counts[frame.call, default: 0] += 1 }
  }

  /// The number of operators that ran in a call of a module, also within a block.
  func count(of call: String) -> Int {
    if let block { return block.nodes.reduce(0) { $0 + $1.count(of: call) } }
    return frames?.contains { $0.call == call } == true ? 1 : 0
  }
}

/// The operators of torch.export that hold graphs.
enum ExportedBlocks {
  static let prefix = "torch.ops.higher_order."
  static let gradients = prefix + "wrap_with_set_grad_enabled"
  static let autocast = prefix + "wrap_with_autocast"
  static let condition = prefix + "cond"
}
