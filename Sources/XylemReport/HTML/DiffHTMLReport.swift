public import XylemDiff
internal import XylemGraph

/// A diff as one self-contained HTML page: no network, no other files.
///
/// The verdict and the findings are in the markup, so readers without scripts see them too. The aligned graphs are
/// data, from which a script draws the unfolded groups, so ten thousand nodes open as fast as ten.
public struct DiffHTMLReport: DiffReport {
  /// Whether the page has a drawing of both graphs. Graphviz's library lays it out; where it is not installed, the page
  /// has a note instead.
  public var drawsGraphs: Bool

  /// The report.
  public init(drawsGraphs: Bool = true) { self.drawsGraphs = drawsGraphs }

  /// The page.
  public func render(_ diff: TraceDiff) -> String {
    let rows = DiffPageRows(diff)
    let drawing = drawsGraphs ? rows.drawing : .none
    let data = JSONValue.object([
      "groups": rows.groups(hasEdges: drawing.levels != nil), "levels": drawing.levels ?? .null,
    ])
    return PageText.page(
      title: "\(diff.model): \(diff.train.label) against \(diff.eval.label)", body: body(diff, drawing), data: data,
      script: PageScript.drawing + "\n" + PageScript.diff)
  }

  private func body(_ diff: TraceDiff, _ drawing: PageDrawing) -> String {
    """
    \(header(diff))
    <main>
    \(tools(diff))
    <section id="findings" aria-label="Findings">
    <h2>Findings <span class="count" id="shown"></span></h2>
    \(findings(diff))
    <p class="empty" id="none" hidden>Nothing matches the search and the filters.</p>
    </section>
    \(removed(diff))
    \(drawing.section(legend: DiffPageRows.legend))
    <section aria-label="Both graphs, side by side">
    <h2>Both graphs</h2>
    <p class="hint">Grouped by module; groups where the modes agree are folded.</p>
    <div class="heads" aria-hidden="true"><span>\(html(diff.train.label))</span><span>\(html(diff.eval.label))</span></div>
    <div id="graph"></div>
    </section>
    </main>
    \(PageText.help(keys(drawing)))
    """
  }

  private func keys(_ drawing: PageDrawing) -> [(keys: String, does: String)] {
    [
      ("/", "search"), ("j, k", "next and previous finding"), ("Enter", "unfold or fold it"),
      ("c", "copy its expectation"),
    ] + drawing.keys + [("Escape", "clear the search, close this")]
  }

  // MARK: - Markup

  private func header(_ diff: TraceDiff) -> String {
    let open = Finding.Level.allCases.sorted().reversed().map { level -> String in
      let (open, accepted) = diff.count(of: level)
      let more = accepted > 0 ? " <small>(\(accepted) accepted)</small>" : ""
      return "<li class=\"\(level.rawValue)\"><b>\(open)</b> \(level.rawValue)\(more)</li>"
    }
    let worst = Finding.Level.allCases.sorted().last { diff.count(of: $0).open > 0 }
    var lines = ["<header class=\"\(worst == .info ? "calm" : worst?.rawValue ?? "calm")\">"]
    lines.append("<h1>\(html(diff.model))</h1>")
    lines.append("<p class=\"verdict\">\(html(diff.verdict))</p>")
    lines.append("<ul class=\"counts\" aria-label=\"Findings that are not accepted, by level\">\(open.joined())</ul>")
    lines.append("<p>Compared: \(html(diff.reach)).</p>")
    if let sentence = diff.comparisonSentence { lines.append("<p class=\"base\">Base: \(html(sentence)).</p>") }
    for sentence in diff.hiddenSentences { lines.append("<p class=\"base\">\(html(sentence)).</p>") }
    for sentence in diff.runSentences { lines.append("<p class=\"run\">Run: \(html(sentence)).</p>") }
    for reason in diff.coarseReasons { lines.append("<p class=\"coarse\">coarse: \(html(reason))</p>") }
    if !diff.returns.isEmpty {
      let text = diff.returnLines.map { html($0) }.joined(separator: "\n")
      lines.append("<details open><summary>Return nodes (\(diff.returns.count))</summary><pre>\(text)</pre></details>")
    }
    if !diff.hidden.isEmpty {
      lines.append(
        "<details><summary>Blind spots: parts that could not be inspected (\(diff.hidden.count))</summary><ul>")
      for part in diff.hidden {
        let type = part.type.map { " <code>\(html($0))</code>" } ?? ""
        let mode = html(part.modeWords)
        let reason = part.reason.map { ": \(html($0))" } ?? ""
        lines.append(
          "<li>\(part.kind.rawValue) <code>\(html(part.path.isEmpty ? "the root" : part.path))</code>\(type)\(mode)\(reason)</li>"
        )
      }
      lines.append("</ul></details>")
    }
    lines.append("</header>")
    return lines.joined(separator: "\n")
  }

  private func tools(_ diff: TraceDiff) -> String {
    let found = Set(diff.findings.map(\.rule))
    let rules = RuleID.allCases.filter(found.contains)
    let options = rules.map { "<option value=\"\($0.rawValue)\">\(html($0.title))</option>" }
    let levels = Finding.Level.allCases.sorted().reversed().map {
      "<label><input type=\"checkbox\" class=\"level\" value=\"\($0.rawValue)\" checked> \($0.rawValue)</label>"
    }
    let new = diff.comparison == nil ? "" : "\n<label><input type=\"checkbox\" id=\"new\"> new only</label>"
    return """
      <form class="tools" role="search" onsubmit="return false">
      <input id="search" type="search" placeholder="Search modules, nodes, messages" aria-label="Search findings and nodes">
      <select id="rule" aria-label="Rule"><option value="">every rule</option>\(options.joined())</select>
      \(levels.joined(separator: "\n"))
      <label><input type="checkbox" id="accepted" checked> accepted</label>\(new)
      <button type="button" id="keys">Keys</button>
      </form>
      """
  }

  private func findings(_ diff: TraceDiff) -> String {
    var lines: [String] = []
    // Modules in the order of the findings.
    var order: [String] = []
    var byModule: [String: [Int]] = [:]
    for (index, finding) in diff.findings.enumerated() {
      if byModule[finding.module] == nil { order.append(finding.module) }
      byModule[finding.module, default: []].append(index)
    }
    for path in order {
      lines.append("<h3 class=\"module\">\(html(path.isEmpty ? "the root module" : path))</h3>")
      for index in byModule[path] ?? [] { lines.append(article(diff.findings[index], index)) }
    }
    return lines.joined(separator: "\n")
  }

  private func article(_ finding: Finding, _ index: Int) -> String {
    let isAccepted = finding.expectation != nil
    var lines = [
      "<article id=\"f\(index)\" tabindex=\"-1\" data-level=\"\(finding.level.rawValue)\" data-rule=\"\(finding.rule.rawValue)\" "
        + "data-accepted=\"\(isAccepted)\" data-change=\"\(finding.change?.kind.rawValue ?? "")\" class=\"\(isAccepted ? "accepted" : finding.level.rawValue)\">"
    ]
    lines.append(
      "<details\(finding.level == .info || isAccepted ? "" : " open")><summary><span class=\"tag\">"
        + "\(isAccepted ? "accepted" : finding.level.rawValue)</span>\(badge(finding)) \(html(finding.message))</summary>"
    )
    let node = finding.node.map { "<code>\(html($0))</code>" } ?? ""
    let location = finding.location.map { " <span class=\"source\">\(html($0.description))</span>" } ?? ""
    lines.append("<p>\(node)\(location)</p>")
    if let train = finding.train { lines.append("<pre class=\"train\"><b>train</b> \(html(train))</pre>") }
    if let eval = finding.eval { lines.append("<pre class=\"eval\"><b>eval</b>  \(html(eval))</pre>") }
    lines.append("<p>\(html(finding.why))</p>")
    if let reason = finding.expectation?.acceptance {
      lines.append("<p class=\"because\">Accepted: \(html(reason))</p>")
    }
    if let witness = finding.witness {
      lines.append("<p class=\"witness\">Witness: \(html(witness.sentence))</p>")
    }
    let names = finding.memberNames
    lines += members("Places", names.places) + members("Follows from it", names.consequences)
    lines.append("<div class=\"remedy\"><pre id=\"r\(index)\">\(html(finding.remedy, keepsLines: true))</pre>")
    lines.append(
      "<button type=\"button\" class=\"copy\" data-for=\"r\(index)\">\(finding.isAcceptable ? "Copy expectation" : "Copy")</button></div>"
    )
    lines.append("<p class=\"small\"><code>\(finding.rule.rawValue)</code> <code>\(finding.fingerprint)</code></p>")
    lines.append("</details></article>")
    return lines.joined(separator: "\n")
  }

  /// How a finding relates to those of the base.
  private func badge(_ finding: Finding) -> String {
    finding.change.map { " <span class=\"tag change\">\(html($0.words))</span>" } ?? ""
  }

  /// The findings of the base that are gone.
  private func removed(_ diff: TraceDiff) -> String {
    guard let removed = diff.comparison?.removed, !removed.isEmpty else { return "" }
    let items = removed.map {
      "<li><span class=\"tag\">\($0.level.rawValue)</span> <code>\(html($0.place))</code> \(html($0.message))</li>"
    }
    return """
      <section aria-label="Findings that are gone">
      <h2>Gone since \(html(diff.comparison?.base ?? "")) <span class="count">\(removed.count)</span></h2>
      <ul>\(items.joined(separator: "\n"))</ul>
      </section>
      """
  }

  private func members(_ title: String, _ names: [String]) -> [String] {
    guard !names.isEmpty else { return [] }
    let list = names.map { "<code>\(html($0))</code>" }.joined(separator: ", ")
    return ["<details class=\"members\"><summary>\(title): \(names.count)</summary><p>\(list)</p></details>"]
  }

  private func html(_ text: String, keepsLines: Bool = false) -> String {
    PageText.html(text, keepsLines: keepsLines)
  }
}
