import Foundation
import Testing
import XylemDiff
import XylemGraph
import XylemReport
import XylemTestSupport

extension Trait where Self == ConditionTrait {
  /// Skips a test where no browser is installed; where XYLEM_REQUIRE_CHECKERS is set it runs, and fails.
  static var needsBrowser: Self {
    .enabled(
      if: Chromium.executable != nil || ProcessInfo.processInfo.environment["XYLEM_REQUIRE_CHECKERS"] == "1",
      "Chromium is not installed: bash .ci/deps.sh checkers")
  }
}

/// Pages in a real browser, with real keys and clicks.
@Suite(.needsRuntime, .needsBrowser, .serialized) struct PageTests {
  private func open(_ arguments: [String], _ body: (Chromium) throws -> Void) async throws {
    let file = NSTemporaryDirectory() + "xylem-page-\(UUID().uuidString).html"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let run = await xylem(arguments + ["--format", "html", "-o", file])
    #expect(run.status < 2, "\(run.errors)")
    let browser = try Chromium()
    try browser.open(file)
    try body(browser)
    #expect(browser.complaints == [])
  }

  private static let shown = "[...document.querySelectorAll('article')].filter(a => a.offsetParent).map(a => a.id)"

  @Test func `a diff's page: verdict, counts, search, filters, folding, copying and keys`() async throws {
    try await open(["diff", Fixtures.path("constructs/functional_dropout_half.pt")]) { page in
      #expect(try page.text("document.querySelector('.verdict').textContent") == "1 difference to review")
      #expect(
        try page.strings("[...document.querySelectorAll('.counts li')].map(l => l.textContent)") == [
          "0 error", "1 warning", "2 info",
        ])
      #expect(try page.strings(Self.shown) == ["f0", "f1", "f2"])
      try page.screenshot("diff")

      // Search, by what is typed, and cleared by Escape.
      try page.press("/")
      try page.type("training")
      #expect(try page.strings(Self.shown) == ["f1"])
      #expect(try page.text("document.getElementById('shown').textContent") == "1 of 3")
      try page.type("zzz")
      #expect(try page.strings(Self.shown) == [])
      #expect(try page.evaluate("document.getElementById('none').hidden") as? Bool == false)
      try page.press("Escape")
      #expect(try page.strings(Self.shown) == ["f0", "f1", "f2"])

      // Filters.
      try page.click(".level[value=warning]")
      #expect(try page.strings(Self.shown) == ["f1", "f2"])
      try page.click(".level[value=warning]")
      try page.evaluate(
        "(() => { const r = document.getElementById('rule'); r.value = 'attribute-differs'; r.dispatchEvent(new Event('input')); })()"
      )
      #expect(try page.strings(Self.shown) == ["f1"])
      try page.evaluate(
        "(() => { const r = document.getElementById('rule'); r.value = ''; r.dispatchEvent(new Event('input')); })()")

      // A finding is unfolded by a click, another by keys.
      #expect(try page.evaluate("document.querySelector('#f1 details').open") as? Bool == false)
      try page.click("#f1 summary")
      #expect(try page.evaluate("document.querySelector('#f1 details').open") as? Bool == true)
      try page.press("j")
      try page.press("j")
      try page.press("j")
      #expect(try page.text("document.activeElement.id") == "f2")
      try page.press("Enter")
      #expect(try page.evaluate("document.querySelector('#f2 details').open") as? Bool == true)
      try page.press("k")
      #expect(try page.text("document.querySelector('article.current').id") == "f1")

      // An expectation is copied, by key and by button.
      try page.send("Browser.grantPermissions", ["permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]])
      try page.press("c")
      let expectation = try page.text("document.getElementById('r1').textContent")
      #expect(expectation.hasPrefix("- rule: attribute-differs\n  place: \"2d7e3c56f84a084d\"\n"))
      #expect(try page.clipboard(expecting: expectation) == expectation)
      try page.click("#f0 button.copy")
      #expect(try page.clipboard(expecting: "- rule: node-only-in-train\n").hasPrefix("- rule: node-only-in-train\n"))
      #expect(try page.text("document.getElementById('said').textContent") == "Copied - rule: node-only-in-train")

      // The keys are told, and the box closes.
      try page.press("?")
      #expect(try page.evaluate("document.getElementById('help').open") as? Bool == true)
      try page.press("Escape")
      #expect(try page.evaluate("document.getElementById('help').open") as? Bool == false)
      #expect(try page.namelessControls() == [])
    }
  }

  @Test func `a diff's graphs are folded where they agree, and a group unfolds`() async throws {
    try await open(["diff", Fixtures.path("zoo/googlenet.pt")]) { page in
      let open = try page.strings(
        "[...document.querySelectorAll('.group > button[aria-expanded=true]')].map(b => b.textContent.split('  ')[0])")
      #expect(open == ["aux1", "aux2"] || open == ["aux1", "aux2", "the root module"], "\(open)")
      let before = try page.number("document.querySelectorAll('.row').length")
      try page.click(".group:nth-child(2) > button")
      #expect(try page.number("document.querySelectorAll('.row').length") == before + 3)
      #expect(
        try page.strings(
          "[...document.querySelectorAll('.group:nth-child(2) .row')].map(r => r.children[1].firstChild.textContent)")
          == ["conv1.conv", "conv1.bn", "conv1.relu"])
      let color = "getComputedStyle(document.querySelector('.row.only-in-train')).backgroundColor"
      #expect(try page.text(color) != "rgba(0, 0, 0, 0)", "what one mode alone has stands out")
      try page.screenshot("diff-googlenet")
    }
  }

  @Test func `dark, and on a phone, nothing is cut off`() async throws {
    try await open(["diff", Fixtures.path("zoo/googlenet.pt")]) { page in
      let background = "getComputedStyle(document.body).backgroundColor"
      let light = try page.text(background)
      try page.send("Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": "dark"]]])
      #expect(try page.text(background) != light)
      try page.screenshot("diff-dark")
      try page.send(
        "Emulation.setDeviceMetricsOverride", ["width": 375, "height": 800, "deviceScaleFactor": 2, "mobile": true])
      try page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
      #expect(try page.number("document.documentElement.scrollWidth") <= 375)
      try page.screenshot("diff-phone")
    }
  }

  @Test func `a trace's page: names are those of nodes, and copied by a click`() async throws {
    let model = Fixtures.path("zoo/resnet18.pt")
    let names = await xylem("nodes", model).lines
    try await open(["graph", model]) { page in
      try page.click("#unfold")
      #expect(
        try page.strings("[...document.querySelectorAll('button.name')].map(b => b.textContent)") == names + ["output"])
      try page.send("Browser.grantPermissions", ["permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]])
      try page.click("button[data-name='layer1.0.relu_1']")
      #expect(try page.clipboard(expecting: "layer1.0.relu_1") == "layer1.0.relu_1")
      try page.press("j")
      #expect(try page.text("document.activeElement.dataset.name") == "layer1.1.conv1")
      try page.press("c")
      #expect(try page.clipboard(expecting: "layer1.1.conv1") == "layer1.1.conv1")
      try page.click("#fold")
      #expect(try page.number("document.querySelectorAll('.node').length") == 0)
      try page.press("/")
      try page.type("layer4.1.bn")
      #expect(
        try page.strings(
          "[...document.querySelectorAll('button.name')].filter(b => b.offsetParent).map(b => b.textContent)")
          == ["layer4.1.bn1", "layer4.1.bn2"])
      #expect(try page.namelessControls() == [])
      try page.screenshot("graph-search")
    }
  }

  @Test func `requested, computed, pruned and opaque nodes are distinguished`() async throws {
    let model = Fixtures.path("models/efficientnet_lite0.pt")
    let arguments = [
      "graph", model, "--auto-leaf", "--return", "blocks.0", "conv_head=head", "--input-shape", "1,3,64,64",
    ]
    try await open(arguments) { page in
      func names(_ state: String) throws -> [String] {
        try page.strings("[...document.querySelectorAll('.node.\(state) .name')].map(b => b.textContent)")
      }
      try page.click("#unfold")
      #expect(try names("requested") == ["blocks.0.0.bn2.act", "conv_head"])
      #expect(
        try page.strings("[...document.querySelectorAll('.node.requested .keys')].map(b => b.textContent)") == [
          "returned as blocks.0", "returned as head",
        ])
      #expect(try names("hidden") == ["conv_stem"] + [1, 2, 3, 5].map { "blocks.\($0).0.conv_dw" })
      let all = try page.number("document.querySelectorAll('.node').length")
      let (computed, pruned) = (try names("computed"), try names("pruned"))
      #expect(computed.count + pruned.count + 1 == all, "each but the output is one of the two")
      #expect(pruned.contains("classifier") && pruned.contains("bn2.act") && !computed.contains("classifier"))
      #expect(
        try page.text(
          "document.querySelector(\"button[data-name='conv_head']\").parentNode.querySelector('.shape').textContent")
          == "[1, 1280, 2, 2] float32")
      try page.click(".state[value=computed]")
      try page.click(".state[value=opaque]")
      try page.click(".state[value=hidden]")
      #expect(try page.number("document.querySelectorAll('.node.computed:not(.requested)').length") == 0)
      try page.screenshot("graph-return")
      try page.send("Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": "dark"]]])
      try page.send(
        "Emulation.setDeviceMetricsOverride", ["width": 375, "height": 800, "deviceScaleFactor": 2, "mobile": true])
      #expect(try page.number("document.documentElement.scrollWidth") <= 375)
      try page.screenshot("graph-phone")
    }
  }

  @Test(arguments: [1, 500]) func `ten thousand nodes open with few elements, and unfold by and by`(modules: Int)
    async throws
  {
    var graph = Graph()
    var last = graph.append(.placeholder(Placeholder(name: "x", position: 0)), name: "x", inputs: [])
    for number in 0..<10_000 {
      let path = "m\(number / (10_000 / modules))"
      last = graph.append(
        .operator(name: "aten::relu"), name: "\(path).relu_\(number)", inputs: [.node(last)], modulePath: path)
    }
    graph.append(.output, name: "output'1", inputs: [.node(last)], type: "")
    let side = DiffSide(graph: graph, label: "train", isTraining: true)
    var other = side
    other.label = "eval"
    other.isTraining = false
    let diff = TraceDiffer.diff(side, other, model: "large", today: (2026, 7, 1))
    for text in [DiffHTMLReport().render(diff), GraphHTMLReport(model: "large", side: side).render()] {
      let file = NSTemporaryDirectory() + "xylem-page-\(UUID().uuidString).html"
      defer { try? FileManager.default.removeItem(atPath: file) }
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      let page = try Chromium()
      try page.open(file)
      #expect(try page.number("document.querySelectorAll('*').length") < 3_000)
      #expect(try page.number("document.querySelectorAll('.row, .node').length") < 400)
      try page.click(".group:last-child > button")
      _ = try page.evaluate("new Promise(done => setTimeout(done, 50))")
      #expect(try page.number("document.querySelectorAll('.row, .node').length") > 0)
      #expect(page.complaints == [])
    }
  }

  @Test func `ten thousand findings open, and a search finds one of them`() throws {
    func graph(_ factor: Int) -> Graph {
      var graph = Graph()
      var last = graph.append(.placeholder(Placeholder(name: "x", position: 0)), name: "x", inputs: [])
      for number in 0..<10_000 {
        last = graph.append(
          .operator(name: "aten::mul"), name: "m\(number / 100).mul_\(number)", inputs: [.node(last), .int(factor)],
          modulePath: "m\(number / 100)")
      }
      graph.append(.output, name: "output'1", inputs: [.node(last)], type: "")
      return graph
    }
    let diff = TraceDiffer.diff(
      DiffSide(graph: graph(1), label: "train", isTraining: true),
      DiffSide(graph: graph(2), label: "eval", isTraining: false), model: "large", today: (2026, 7, 1))
    #expect(diff.findings.count == 10_000)
    let file = NSTemporaryDirectory() + "xylem-page-\(UUID().uuidString).html"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try DiffHTMLReport().render(diff).write(toFile: file, atomically: true, encoding: .utf8)
    let page = try Chromium()
    try page.open(file)
    #expect(try page.number("document.querySelectorAll('article').length") == 10_000)
    try page.press("/")
    try page.type("mul_7777")
    // The node itself, and the one that reads it.
    #expect(try page.strings(Self.shown).count == 2)
    #expect(page.complaints == [])
  }
}
