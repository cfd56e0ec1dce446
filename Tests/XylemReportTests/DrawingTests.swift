import Foundation
import Testing
import XylemDiff
import XylemGraph

@testable import XylemReport

extension Trait where Self == ConditionTrait {
  /// Skips a test where Graphviz's library is not installed; where XYLEM_REQUIRE_CHECKERS is set it runs, and fails.
  static var needsGraphviz: Self {
    .enabled(
      if: (try? Graphviz.shared.get()) != nil || ProcessInfo.processInfo.environment["XYLEM_REQUIRE_CHECKERS"] == "1",
      "Graphviz's library is not installed: bash .ci/deps.sh")
  }
}

@Suite struct DrawingTests {
  private static let plain = """
    graph 1 3 4
    node n0 1 3.5 1 0.5 "" solid box black lightgrey
    node n1 0.5 2 1 0.5 "" solid box black lightgrey
    node n2 1 0.5 1 0.5 "" solid box black lightgrey
    edge n0 n1 4 1 3.2 1 2.9 0.5 2.6 0.5 2.3 solid black
    edge n0 n2 4 1 3.2 2 2.4 2 1.6 1 0.8 solid black
    stop
    """

  @Test func `an edge that passes a rank has a place in it`() throws {
    let layout = try LevelLayout(plain: Self.plain, items: 3)
    #expect(layout.chains == [.init(from: 0, to: 1): [0, 1], .init(from: 0, to: 2): [0, 3, 2]])
    #expect(layout.ranks.map { $0.map(\.item) } == [[0], [1, 3], [2]])
    // The curve is farthest to the right in its middle.
    #expect(layout.ranks[1].map(\.x) == [36, 126])
  }

  @Test(arguments: ["", "node n0 1 x 1 1", "node n9 1 1 1 1", "edge n0 n1 2 1 1", "\u{0}"])
  func `a layout that lacks a node is an error`(text: String) {
    #expect(throws: Graphviz.Failure.self) { try LevelLayout(plain: text, items: 1) }
  }

  @Test(.needsGraphviz) func `a value goes through a port of each module on its way`() throws {
    // a.x -> b.c.y, and back to the root.
    let items = [["a"], ["b", "c"], []].map { ModuleDrawing.Item(modules: $0, characters: 4) }
    let drawing = ModuleDrawing(items, [.init(from: 0, to: 1), .init(from: 1, to: 2)])
    let text = try drawing.data(Graphviz.shared.get()) { $0 == "a" ? "A" : nil }.text
    let levels = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect(levels.map { $0["path"] as? String } == ["", "a", "b", "b.c"])
    #expect(levels.map { $0["ins"] as? [Int] } == [[], [], [0], [0]])
    #expect(levels.map { $0["outs"] as? [Int] } == [[], [0], [1], [1]])
    #expect(levels.map { $0["nodes"] as? Int } == [2, 1, 1, 1])
    #expect(levels[1]["type"] as? String == "A")
    #expect((levels[0]["wires"] as? [[Any]])?.count == 2)
    // A port is in the first or the last rank, the module between them.
    let ranks = try #require(levels[3]["ranks"] as? [[[Int]]])
    #expect(ranks.map { $0.map { $0[0] } } == [[1], [0], [2]])
  }

  @Test(.needsGraphviz, arguments: [121, 2_500, 20_000]) func `no level has more boxes than can be read`(count: Int)
    throws
  {
    let items = Array(repeating: ModuleDrawing.Item(modules: ["m"], characters: 4), count: count)
    let drawing = ModuleDrawing(items, (1..<count).map { .init(from: $0 - 1, to: $0) })
    let text = try drawing.data(Graphviz.shared.get()) { _ in nil }.text
    let levels = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    let boxes = levels.map { ($0["children"] as? [[Int]] ?? []) }
    #expect(boxes.allSatisfy { $0.count <= 120 })
    #expect(boxes.flatMap { $0.map { $0[0] }.filter { $0 >= 0 } } == Array(0..<count))
  }

  @Test(.needsGraphviz) func `modules that read each other's values are laid out`() throws {
    let items = ["a", "b", "a", "b"].map { ModuleDrawing.Item(modules: [Substring($0)], characters: 4) }
    let drawing = ModuleDrawing(items, (1..<4).map { .init(from: $0 - 1, to: $0) })
    let text = try drawing.data(Graphviz.shared.get()) { _ in nil }.text
    let levels = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect((levels[0]["wires"] as? [[Any]])?.count == 3)
  }

  @Test func `a page without a drawing has its list, and no section for the drawing`() {
    var graph = Graph()
    let input = graph.append(.placeholder(Placeholder(name: "x", position: 0)), name: "x", inputs: [])
    graph.append(.output, name: "output'1", inputs: [.node(input)], type: "")
    var report = GraphHTMLReport(model: "small", side: DiffSide(graph: graph, label: "eval", isTraining: false))
    report.drawsGraph = false
    let page = report.render()
    #expect(!page.contains("id=\"drawing\""))
    #expect(page.contains("\"levels\":null"))
  }

  @Test func `sources look through nodes that the page leaves out`() {
    var graph = Graph()
    let first = graph.append(.placeholder(Placeholder(name: "x", position: 0)), name: "x", inputs: [])
    let hidden = graph.append(.operator(name: "aten::relu"), name: "relu", inputs: [.node(first)])
    let last = graph.append(.operator(name: "aten::add"), name: "add", inputs: [.node(hidden), .node(first)])
    #expect(PageDrawing.sources(in: graph, [first: 0, last: 1])[last] == [0])
  }

  @Test func `an operation is one word in a drawing, without its namespace and overload`() {
    var graph = Graph()
    let input = graph.append(.placeholder(Placeholder(name: "x", position: 0)), name: "x", inputs: [])
    #expect(PageText.lastPart("aten::relu") == "relu")
    #expect(PageText.lastPart("...") == "")
    #expect(PageText.shortOperation(graph[input]) == "x")
    let sum = graph.append(.operator(name: "aten::add.Tensor"), name: "add", inputs: [.node(input)])
    #expect(PageText.shortOperation(graph[sum]) == "add")
  }
}
