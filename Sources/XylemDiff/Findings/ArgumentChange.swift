internal import XylemGraph

/// A difference between the arguments of two paired nodes. Nodes are given by position.
enum ArgumentChange {
  /// A different constant at an argument's position. Details of the operation have labels instead.
  case constant(place: String, position: Int?, train: NodeInput?, eval: NodeInput?)
  /// A different node, or a node on one side only.
  case input(position: Int, train: Int?, eval: Int?)

  /// The position of the argument. Nil for a detail of the operation.
  var position: Int? {
    switch self {
    case .constant(_, let position, _, _): position
    case .input(let position, _, _): position
    }
  }
}

/// Compares the arguments of paired nodes.
struct ArgumentComparison {
  let train: IndexedSide
  let eval: IndexedSide
  let toEval: [Int]

  /// The differences between the arguments of a pair.
  func changes(_ t: Int, _ e: Int) -> [ArgumentChange] {
    let (a, b) = (train.nodes[t], eval.nodes[e])
    if train.constants[t] == eval.constants[e], train.inputs[t].count == eval.inputs[e].count,
      zip(train.inputs[t], eval.inputs[e]).allSatisfy({ toEval[$0] == $1 }),
      !isAttribute(a.operation) || a.operation == b.operation
    {
      return []
    }
    var changes: [ArgumentChange] = []
    for position in 0..<max(a.inputs.count, b.inputs.count) {
      let left = position < a.inputs.count ? a.inputs[position] : nil
      let right = position < b.inputs.count ? b.inputs[position] : nil
      compare(left, right, at: position, into: &changes)
    }
    compareDetails(a.operation, b.operation, into: &changes)
    return changes
  }

  private func isAttribute(_ operation: Operation) -> Bool {
    operation.kind == .attribute || operation.kind == .setAttribute
  }

  private func compareDetails(_ a: Operation, _ b: Operation, into changes: inout [ArgumentChange]) {
    switch (a, b) {
    case (.attribute(let left), .attribute(let right)), (.setAttribute(let left), .setAttribute(let right)):
      if train.renamed(attribute: left) != right {
        changes.append(.constant(place: "path", position: nil, train: .string(left), eval: .string(right)))
      }
      return
    default: break
    }
    let (left, right) = (a.details, b.details)
    for label in left.map(\.label) + right.map(\.label).filter({ name in !left.contains { $0.label == name } }) {
      let own = left.first { $0.label == label }?.value
      let other = right.first { $0.label == label }?.value
      if own.map(hash) != other.map(hash) {
        changes.append(.constant(place: label, position: nil, train: own, eval: other))
      }
    }
  }

  private func hash(_ argument: NodeInput) -> UInt64 {
    var hash = StableHash()
    hash.combine(argument)
    return hash.value
  }

  private func compare(_ a: NodeInput?, _ b: NodeInput?, at position: Int, into changes: inout [ArgumentChange]) {
    switch (a, b) {
    case (.node(let left)?, .node(let right)?):
      let (t, e) = (train.positions[left.rawValue], eval.positions[right.rawValue])
      guard toEval[t] == e else {
        return changes.append(.input(position: position, train: t, eval: e))
      }
    case (.list(let left)?, .list(let right)?) where left.count == right.count:
      for index in left.indices { compare(left[index], right[index], at: position, into: &changes) }
    case (.tuple(let left, let names)?, .tuple(let right, let others)?)
    where left.count == right.count && names == others:
      for index in left.indices { compare(left[index], right[index], at: position, into: &changes) }
    case (.dictionary(let left)?, .dictionary(let right)?) where left.map(\.key) == right.map(\.key):
      for index in left.indices { compare(left[index].value, right[index].value, at: position, into: &changes) }
    default: compareUnlike(a, b, at: position, into: &changes)
    }
  }

  /// Arguments with different structures: their nodes are the inputs that differ. Without nodes, the constants differ.
  private func compareUnlike(_ a: NodeInput?, _ b: NodeInput?, at position: Int, into changes: inout [ArgumentChange]) {
    var left: [Int] = []
    var right: [Int] = []
    a?.forEachNode { left.append(train.positions[$0.rawValue]) }
    b?.forEachNode { right.append(eval.positions[$0.rawValue]) }
    if left.isEmpty && right.isEmpty {
      if a.map(hash) != b.map(hash) {
        changes.append(.constant(place: "argument \(position)", position: position, train: a, eval: b))
      }
      return
    }
    let shared = Set(left.map { toEval[$0] }).intersection(right)
    let (goes, comes) = (left.filter { !shared.contains(toEval[$0]) }, right.filter { !shared.contains($0) })
    for index in 0..<max(goes.count, comes.count) {
      changes.append(
        .input(
          position: position, train: index < goes.count ? goes[index] : nil,
          eval: index < comes.count ? comes[index] : nil))
    }
    if goes.isEmpty && comes.isEmpty {
      changes.append(.constant(place: "argument \(position)", position: position, train: a, eval: b))
    }
  }
}
