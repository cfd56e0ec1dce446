internal import XylemDiff
internal import XylemGraph
internal import XylemReport
internal import XylemTrace

/// A trace with the details of its nodes.
struct NodeListing {
  let trace: Trace
  /// One for each listed node, in order. Empty if no details were requested.
  let details: [NodeDetails]
  /// The totals. Nil if no details were requested.
  var totals: ModelTotals?
}

/// The output of `xylem nodes`.
struct NodesReport {
  let model: String
  let naming: Naming
  /// One or two modes, train before eval.
  let listings: [NodeListing]
  /// The nodes of both modes side by side. Empty for one mode.
  let rows: [TraceDiff.Row]
  let notes: MergedNotes
  let showsDetails: Bool
  let showsShapes: Bool

  /// The JSON of the command's contract. `--long` adds `nodes`, `totals` and `modules`, and an input shape adds
  /// `stages`.
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "schema": .int(1), "model": .string(model), "naming": .string(naming.rawValue),
      "autoLeaves": .array(notes.automatic.map(Self.json(of:))),
    ]
    var details: [String: JSONValue] = [:]
    for mode in Mode.allCases {
      let listing = listings.first { $0.trace.mode == mode }
      members[mode.rawValue] = .strings(listing?.trace.nodeNames ?? [])
      details[mode.rawValue] = .array(listing?.details.map(\.json) ?? [])
    }
    if showsDetails {
      members["nodes"] = .object(details)
      members["totals"] = ofModes(\.totalsJSON)
      members["modules"] = ofModes(\.modulesJSON)
      if showsShapes { members["stages"] = ofModes(\.stagesJSON) }
    }
    return .object(members)
  }

  private func ofModes(_ part: (ModelTotals) -> JSONValue) -> JSONValue {
    .object(
      Dictionary(
        uniqueKeysWithValues: listings.compactMap { listing in
          listing.totals.map { (listing.trace.mode.rawValue, part($0)) }
        }))
  }

  /// A leaf or a region. A region's path is its node's name, and its type is that of the enclosing module.
  private static func json(of note: TraceNote) -> JSONValue {
    let isRegion = note.kind == .automaticRegion
    return .object([
      "path": .string(isRegion ? note.node ?? note.path : note.path), "type": .optional(note.type),
      "reason": .string(note.reason), "location": .optional(note.location?.description), "node": .optional(note.node),
      "kind": .string(isRegion ? "region" : "leaf"),
    ])
  }

  /// The table, without a trailing line break.
  func text(_ style: OutputStyle) -> String {
    if listings.count == 1, !showsDetails {
      return listings[0].trace.nodeNames.map(printable).joined(separator: "\n")
    }
    var headings = listings.count == 1 ? ["name"] : ["", "train", "eval"]
    if showsDetails { headings += ["operation", "rule", "source"] }
    if showsShapes { headings += ["shape", "dtype", "bytes", "multiply-adds"] }
    let right = showsShapes ? 2 : 0
    // Names and shapes are what users copy; rule, source line and dtype are left out if there is no room.
    let names = listings.count == 1 ? 1 : 3
    let kept = Set(0..<names).union(showsShapes ? [names + 3, names + 4] : [])
    var table = TextTable(
      Array(repeating: .left, count: headings.count - right) + Array(repeating: .right, count: right),
      headings: headings, keeping: kept, dispensable: [names + 1, names + 2, names + 4].filter { $0 < headings.count })
    if listings.count == 1 {
      for details in listings[0].details { table.append([details.name] + cells(details, details)) }
    } else {
      appendDiff(to: &table)
    }
    // The totals are those of the last mode: eval, if both are listed.
    let totals = listings.last?.totals.map { "\n\n" + $0.text(style) } ?? ""
    return table.text(style) + totals
  }

  private func appendDiff(to table: inout TextTable) {
    let (train, eval) = (ListedNodes(listings[0]), ListedNodes(listings[1]))
    for row in rows {
      let (left, right) = (row.train.flatMap(train.position), row.eval.flatMap(eval.position))
      guard left != nil || right != nil else { continue }
      let (a, b) = (left.map { train.names[$0] }, right.map { eval.names[$0] })
      let marker = b == nil ? "-" : a == nil ? "+" : a == b ? "" : "~"
      let details = (
        left.flatMap { showsDetails ? listings[0].details[$0] : nil },
        right.flatMap { showsDetails ? listings[1].details[$0] : nil }
      )
      table.append([marker, a ?? "", b ?? ""] + cells(details.0, details.1), Self.paints[marker])
    }
  }

  private static let paints: [String: Paint] = ["-": .removed, "+": .added, "~": .changed]

  /// The cells beside the names. If the modes differ, both values.
  private func cells(_ left: NodeDetails?, _ right: NodeDetails?) -> [String] {
    guard showsDetails else { return [] }
    func cell(_ text: (NodeDetails) -> String) -> String {
      let (a, b) = (left.map(text), right.map(text))
      guard let a, let b, a != b else { return a ?? b ?? "" }
      return "\(a) | \(b)"
    }
    var cells = [cell(\.operation), cell { $0.rule ?? "" }, cell { $0.location ?? "" }]
    if showsShapes {
      cells += [
        cell { $0.shape.map { "\($0)" } ?? "" }, cell { $0.dtype ?? "" }, cell { $0.bytes.map { "\($0)" } ?? "" },
        cell { $0.multiplyAdds.map { "\($0)" } ?? "" },
      ]
    }
    return cells
  }
}

/// The names of a trace, and the node of each.
private struct ListedNodes {
  let names: [String]
  private var positions: [NodeID: Int] = [:]

  init(_ listing: NodeListing) {
    names = listing.trace.nodeNames
    for (position, node) in listing.trace.graph.nodes.lazy.filter({ $0.isListed && $0.operation != .output })
      .enumerated()
    {
      positions[node.id] = position
    }
  }

  func position(_ id: NodeID) -> Int? { positions[id] }
}
