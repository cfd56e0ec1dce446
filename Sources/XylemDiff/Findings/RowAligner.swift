internal import XylemGraph

/// Aligns the two traces side by side.
struct RowAligner {
  let train: IndexedSide
  let eval: IndexedSide
  let toEval: [Int]
  let toTrain: [Int]
  let kinds: [TraceDiff.Row.Kind]

  /// The rows, in the order of the train trace. Nodes of the eval trace only come before the next pair in order.
  func rows() -> [TraceDiff.Row] {
    var rows: [TraceDiff.Row] = []
    rows.reserveCapacity(max(train.nodes.count, eval.nodes.count))
    var next = 0
    for t in train.nodes.indices {
      let e = toEval[t]
      guard e >= 0 else {
        rows.append(TraceDiff.Row(train: train.nodes[t].id, eval: nil, kind: .onlyInTrain))
        continue
      }
      if kinds[t] != .moved && train.nodes[t].operation.kind != .attribute { flush(&next, to: e, into: &rows) }
      rows.append(TraceDiff.Row(train: train.nodes[t].id, eval: eval.nodes[e].id, kind: kinds[t]))
    }
    flush(&next, to: eval.nodes.count, into: &rows)
    return rows
  }

  private func flush(_ next: inout Int, to end: Int, into rows: inout [TraceDiff.Row]) {
    while next < end {
      if toTrain[next] < 0 { rows.append(TraceDiff.Row(train: nil, eval: eval.nodes[next].id, kind: .onlyInEval)) }
      next += 1
    }
  }
}
