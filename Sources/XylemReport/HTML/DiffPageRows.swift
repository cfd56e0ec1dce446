internal import XylemDiff
internal import XylemGraph

/// The rows of a diff's page: nodes of both graphs, aligned, with the rows that each reads in either mode.
struct DiffPageRows {
  private struct Entry {
    let row: TraceDiff.Row
    let train: Node?
    let eval: Node?
    /// The node that the row is grouped by and drawn as.
    let node: Node
  }

  private let diff: TraceDiff
  private let entries: [Entry]
  /// What each row reads. The kind is empty if it reads it in both modes, or in the only mode that it is in.
  private let edges: [[ModuleDrawing.Edge]]

  init(_ diff: TraceDiff) {
    self.diff = diff
    let entries = diff.rows.compactMap { row -> Entry? in
      let train = row.train.flatMap { diff.train.graph.contains($0) ? diff.train.graph[$0] : nil }
      let eval = row.eval.flatMap { diff.eval.graph.contains($0) ? diff.eval.graph[$0] : nil }
      return (train ?? eval).map { Entry(row: row, train: train, eval: eval, node: $0) }
    }
    self.entries = entries
    func sources(_ side: DiffSide, _ node: (Entry) -> Node?) -> [NodeID: [Int]] {
      var index: [NodeID: Int] = [:]
      for (number, entry) in entries.enumerated() { if let id = node(entry)?.id { index[id] = number } }
      return PageDrawing.sources(in: side.graph, index)
    }
    let (inTrain, inEval) = (sources(diff.train) { $0.train }, sources(diff.eval) { $0.eval })
    edges = entries.enumerated().map { number, entry in
      let train = entry.train.flatMap { inTrain[$0.id] } ?? []
      let eval = entry.eval.flatMap { inEval[$0.id] } ?? []
      let isInBoth = entry.train != nil && entry.eval != nil
      let (trainSet, evalSet) = (Set(train), Set(eval))
      return train.map { .init(from: $0, to: number, kind: evalSet.contains($0) || !isInBoth ? "" : "train") }
        + eval.filter { !trainSet.contains($0) }.map { .init(from: $0, to: number, kind: isInBoth ? "eval" : "") }
    }
  }

  /// Groups of rows, each with its module. A row has names, kind, operation and finding.
  ///
  /// - Parameter hasEdges: whether a row has the rows that it reads, too.
  func groups(hasEdges: Bool) -> JSONValue {
    let folders = ModuleFolders(entries.map(\.node.modulePath))
    var groups: [(module: String, rows: [JSONValue])] = []
    for (entry, edges) in zip(entries, edges) {
      let folder = folders.folder(of: entry.node.modulePath)
      if groups.last?.module != folder { groups.append((folder, [])) }
      var cells: [JSONValue] = [
        .optional(entry.train?.name), .optional(entry.eval?.name), .string(entry.row.kind.rawValue),
        .string(PageText.operation(entry.node)), entry.row.finding.map { .int($0) } ?? .null,
      ]
      if hasEdges { cells.append(.array(edges.map { .int($0.from) })) }
      groups[groups.count - 1].rows.append(.array(cells))
    }
    return .array(groups.map { .array([.string($0.module), .array($0.rows)]) })
  }

  /// Both graphs in one drawing.
  var drawing: PageDrawing {
    PageDrawing(of: entries.map(\.node), edges.flatMap { $0 }, calls: diff.train.graph.calls + diff.eval.graph.calls)
  }

  /// What boxes and lines mean.
  static let legend: [(classes: String, meaning: String)] = [
    ("module", "a module; its number of nodes"), ("item", "a node that is the same in both modes"),
    ("only", "only in train mode, or only in eval mode"),
    ("differs", "differs: other arguments, other inputs, another name or place"),
    ("line train", "read in train mode only"), ("line eval", "read in eval mode only"),
    ("port", "a value that enters or leaves a module"),
  ]
}
