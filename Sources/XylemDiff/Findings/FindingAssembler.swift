internal import XylemGraph

/// Sorts findings, assigns each row its finding, and applies the expectations.
struct FindingAssembler {
  let builder: FindingBuilder
  let drafts: [FindingDraft]
  let rows: [TraceDiff.Row]

  func complete(_ diff: inout TraceDiff, options: DiffOptions, today: (year: Int, month: Int, day: Int)) {
    let positions = rowPositions()
    let modules = moduleOrder()
    let sorted = drafts.indices.map { index in (draft: drafts[index], place: place(of: drafts[index], positions)) }
      .sorted { a, b in isBefore(a, b, modules) }
    let names = VisibleNames([diff.train.graph, diff.eval.graph])
    var findings = sorted.map { entry in
      var finding = entry.draft.finding
      finding.members += entry.draft.consequences
      names.apply(to: &finding)
      if finding.remedy.isEmpty { finding.remedy = ExpectationText.remedy(finding) }
      return finding
    }
    var problems: [Finding] = []
    if options.suppressesAll {
      for index in findings.indices { findings[index].expectation = .all }
    } else {
      let day = CalendarDay(year: today.year, month: today.month, day: today.day)
      var matcher = ExpectationMatcher(
        options.expectations, findings: findings, today: day ?? CalendarDay.distantPast)
      (findings, problems) = matcher.run()
      diff.expectations = matcher.uses
    }
    diff.rows = rows
    assignRows(&diff.rows, sorted.map(\.draft), findings.count, positions)
    diff.findings = insert(problems, into: findings, rows: &diff.rows)
    if let reword = options.rewording {
      for index in diff.findings.indices { diff.findings[index].message = reword(diff.findings[index].message) }
    }
  }

  // MARK: - Order

  private struct RowPositions {
    var train: [Int]
    var eval: [Int]
  }

  private func rowPositions() -> RowPositions {
    var positions = RowPositions(
      train: Array(repeating: -1, count: builder.train.nodes.count),
      eval: Array(repeating: -1, count: builder.eval.nodes.count))
    var ids: [NodeID: Int] = [:]
    for (position, node) in builder.train.nodes.enumerated() { ids[node.id] = position }
    var others: [NodeID: Int] = [:]
    for (position, node) in builder.eval.nodes.enumerated() { others[node.id] = position }
    for (index, row) in rows.enumerated() {
      if let id = row.train, let position = ids[id] { positions.train[position] = index }
      if let id = row.eval, let position = others[id] { positions.eval[position] = index }
    }
    return positions
  }

  /// The row of the node that a finding is about. Findings without a node come last.
  private func place(of draft: FindingDraft, _ positions: RowPositions) -> Int {
    guard let name = draft.finding.node else { return rows.count }
    let (train, eval) = (builder.train, builder.eval)
    if let t = train.position(named: name), draft.evalNodes.isEmpty || draft.trainNodes.contains(t) {
      return positions.train[t]
    }
    return eval.position(named: name).map { positions.eval[$0] } ?? rows.count
  }

  private func moduleOrder() -> [String: Int] {
    var order: [String: Int] = [:]
    for node in builder.train.nodes + builder.eval.nodes {
      for path in NormalName.ancestry(node.modulePath) {
        if order[path] != nil { break }
        order[path] = order.count
      }
    }
    return order
  }

  private func isBefore(
    _ a: (draft: FindingDraft, place: Int), _ b: (draft: FindingDraft, place: Int), _ modules: [String: Int]
  ) -> Bool {
    let (x, y) = (a.draft.finding, b.draft.finding)
    if x.level != y.level { return x.level > y.level }
    let (m, n) = (modules[x.module] ?? .max, modules[y.module] ?? .max)
    if m != n { return m < n }
    if a.place != b.place { return a.place < b.place }
    return (x.rule.rawValue, x.fingerprint) < (y.rule.rawValue, y.fingerprint)
  }

  // MARK: - Rows

  /// A row belongs to the finding that covers it with the fewest nodes: the most specific one.
  private func assignRows(
    _ rows: inout [TraceDiff.Row], _ drafts: [FindingDraft], _ count: Int, _ positions: RowPositions
  ) {
    let sizes = drafts.map { $0.trainNodes.count + $0.evalNodes.count }
    func assign(_ row: Int, _ finding: Int) {
      guard row >= 0 else { return }
      if let known = rows[row].finding, sizes[known] <= sizes[finding] { return }
      rows[row].finding = finding
    }
    for (index, draft) in drafts.enumerated() {
      for t in draft.trainNodes { assign(positions.train[t], index) }
      for e in draft.evalNodes { assign(positions.eval[e], index) }
    }
  }

  /// Moves findings about expectations behind the others of their level.
  private func insert(_ problems: [Finding], into findings: [Finding], rows: inout [TraceDiff.Row]) -> [Finding] {
    guard !problems.isEmpty else { return findings }
    var result: [Finding] = []
    var moved: [Int] = Array(repeating: 0, count: findings.count)
    for level in Finding.Level.allCases {
      for index in findings.indices where findings[index].level == level {
        moved[index] = result.count
        result.append(findings[index])
      }
      result += problems.filter { $0.level == level }
    }
    for index in rows.indices { rows[index].finding = rows[index].finding.map { moved[$0] } }
    return result
  }
}

extension CalendarDay {
  /// A day before every other: if today is unknown, nothing has expired.
  static let distantPast = CalendarDay(firstOf: 0)

  private init(firstOf year: Int) {
    self.year = year
    month = 1
    day = 1
  }
}
