import Foundation
import Testing
import XylemDiff
import XylemGraph
import XylemReport
import XylemTestSupport

/// Drawings in a real browser, with real keys and clicks.
@Suite(.needsRuntime, .needsBrowser, .serialized) struct DrawingPageTests {
  private func open(_ arguments: [String], _ body: (Chromium) throws -> Void) async throws {
    let file = NSTemporaryDirectory() + "xylem-page-\(UUID().uuidString).html"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let run = await xylem(arguments + ["--format", "html", "-o", file])
    #expect(run.status < 2, "\(run.errors)")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try #require(text.contains("id=\"drawing\""), "Graphviz's library is not installed: bash .ci/deps.sh")
    let browser = try Chromium()
    try browser.send(
      "Emulation.setDeviceMetricsOverride", ["width": 1280, "height": 1000, "deviceScaleFactor": 1, "mobile": false])
    try browser.open(file)
    try body(browser)
    #expect(browser.complaints == [])
  }

  private static func box(_ label: String) -> String { "#drawing g[aria-label='\(label)']" }

  private func count(_ page: Chromium, _ selector: String) throws -> Int {
    try page.number("document.querySelectorAll(\"\(selector)\").length")
  }

  @Test func `modules unfold and fold where they are, by clicks and keys`() async throws {
    try await open(["graph", Fixtures.path("zoo/resnet18.pt"), "--input-shape", "1,3,64,64"]) { page in
      #expect(try count(page, "#drawing .module.open") > 0)
      // The button folds all modules, so each is a closed box.
      try page.click(".zoom button:last-child")
      #expect(try count(page, "#drawing .module.closed") == 4)
      #expect(try count(page, "#drawing .module.open") == 0)
      #expect(try count(page, "#drawing .item") == 9)
      try page.click(Self.box("Unfold layer1, 14 nodes"))
      #expect(try count(page, "#drawing .module.closed") == 5)
      try page.press("Enter")
      #expect(try count(page, "#drawing .module.closed") == 4, "the box that was unfolded has the focus")
      // Boxes of one level do not overlap.
      let overlaps = try page.number(
        """
        (() => { const r = [...document.querySelectorAll('#drawing .item, #drawing .closed')].map(g => g.getBoundingClientRect());
          return r.filter((a, i) => r.some((b, k) => k > i && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length; })()
        """)
      #expect(overlaps == 0)
      #expect(
        try page.strings("[...document.querySelectorAll('#drawing .shape')].map(t => t.textContent)").first
          == "1\u{D7}3\u{D7}64\u{D7}64")
      #expect(try page.namelessControls() == [])
    }
  }

  @Test func `a search goes to a node, and the panel tells about it`() async throws {
    let arguments = [
      "graph", Fixtures.path("zoo/resnet18.pt"), "--return", "layer1", "--input", Fixtures.path("images/chelsea.png"),
    ]
    try await open(arguments) { page in
      try page.press("/")
      try page.type("layer1.1.relu_1")
      try page.press("Enter")
      #expect(try page.text("document.querySelector('#panel h3').textContent") == "layer1.1.relu_1")
      #expect(try count(page, "#drawing .item.chosen.requested") == 1)
      #expect(
        try page.strings("[...document.querySelectorAll('#panel .links button')].map(b => b.textContent)") == [
          "layer1.1.add", "layer2.0.conv1", "layer2.0.downsample.0",
        ])
      let texts = try page.strings("[...document.querySelectorAll('#panel dd')].map(b => b.textContent)")
      #expect(texts.contains("[1, 64, 56, 56] float32") && texts.contains("returned as layer1"))
      #expect(try page.number("document.querySelector('#panel img').naturalWidth") > 100)
      // An input is chosen from the panel.
      try page.click("#panel .links button")
      #expect(try page.text("document.querySelector('#panel h3').textContent") == "layer1.1.add")
      try page.screenshot("drawing")
      #expect(try count(page, "#drawing .item.pruned, #drawing .module.pruned") > 0)
    }
  }

  @Test func `a drag moves the drawing and chooses nothing`() async throws {
    try await open(["graph", Fixtures.path("zoo/resnet18.pt")]) { page in
      let place = "document.querySelector('.picture > g').getAttribute('transform')"
      let before = try page.text(place)
      try page.evaluate("document.querySelector('.stage').scrollIntoView({ block: 'center' })")
      for (type, y) in [("mousePressed", 400), ("mouseMoved", 430), ("mouseMoved", 460), ("mouseReleased", 460)] {
        try page.send(
          "Input.dispatchMouseEvent",
          ["type": type, "x": 300, "y": y, "button": "left", "buttons": 1, "clickCount": 1])
      }
      #expect(try page.text(place) != before)
      #expect(try count(page, "#panel h3") == 0)
    }
  }

  @Test func `a diff's drawing shows what only one mode has, and what reads it`() async throws {
    try await open(["diff", Fixtures.path("constructs/functional_dropout_half.pt")]) { page in
      try page.screenshot("drawing-diff")
      #expect(try count(page, "#drawing .item.only-in-train") == 2)
      #expect(try count(page, "#drawing .item.differs") == 2)
      #expect(try count(page, "#drawing .wire.train") == 1)
      #expect(try count(page, "#drawing .wire.eval") == 1)
      #expect(try page.text("document.querySelector('#panel h3').textContent") == "dropout")
      #expect(try page.namelessControls() == [])
    }
  }
}
