import Foundation
import Testing
import XylemGraph

/// Graphs so large that with anything quadratic these tests would take minutes.
@Suite(.timeLimit(.minutes(2))) struct ScaleTests {
  private static let count = 100_000

  /// One node, and a hundred thousand that read it twice.
  private static func makeFan() -> Graph {
    var graph = Graph()
    let source = graph.append(.attribute(path: "w"), name: "w", inputs: [])
    for index in 1...count {
      graph.append(.operator(name: "f"), name: "f_\(index)", inputs: [.node(source), .node(source)])
    }
    return graph
  }

  @Test func `a hundred thousand readers of one node are appended, validated and rolled back`() {
    var graph = Self.makeFan()
    #expect(graph.users(of: NodeID(0)).count == 2 * Self.count)
    #expect(graph.validate() == [])
    let copy = graph
    let checkpoint = graph.checkpoint
    for index in 0..<Self.count { graph.append(.operator(name: "g"), name: "g_\(index)", inputs: [.node(NodeID(0))]) }
    graph.rollBack(to: checkpoint)
    #expect(graph == copy)
  }

  @Test func `the uses of a node with a hundred thousand readers are replaced at once`() {
    var graph = Self.makeFan()
    let other = graph.insert(.attribute(path: "v"), name: "v", inputs: [], before: NodeID(0))
    graph.replaceUses(of: NodeID(0), with: .node(other))
    #expect(graph.users(of: NodeID(0)) == [])
    #expect(graph.users(of: other).count == 2 * Self.count)
    #expect(graph.validate() == [])
  }

  @Test func `half of a hundred thousand readers of one node are removed at once`() {
    var graph = Self.makeFan()
    graph.remove(Set((1...Self.count).filter { $0 % 2 == 0 }.map { NodeID($0) }))
    #expect(graph.count == 1 + Self.count / 2)
    #expect(graph.users(of: NodeID(0)).count == Self.count)
    #expect(graph.validate() == [])
  }

  @Test func `a chain of twenty thousand nodes is printed, written and read`() throws {
    var graph = Graph()
    var last = graph.append(.attribute(path: "w"), name: "w", inputs: [])
    for index in 1...20_000 { last = graph.append(.operator(name: "f"), name: "f_\(index)", inputs: [.node(last)]) }
    #expect(graph.table().utf8.lazy.filter { $0 == UInt8(ascii: "\n") }.count == 20_000 + 1)
    #expect(graph.dot().hasSuffix("}\n"))
    let data = try JSONEncoder().encode(graph)
    #expect(try JSONDecoder().decode(Graph.self, from: data) == graph)
  }
}
