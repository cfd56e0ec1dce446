import Testing
import XylemDiff
import XylemGraph
import XylemSketches

/// The two lines of a finding, where they are too long to be shown whole.
@Suite("Lines of nodes")
struct NodeLineTests {
  /// A node of forty arguments; those at the given positions are set.
  private func net(_ values: [Int: NodeInput], name: String = "attention") -> Graph {
    sketch { s in
      let inputs = (0..<40).map { values[$0] ?? .int(1000 + $0) }
      s.output(s.operation("wide", [s.value("x")] + inputs, name: name))
    }
  }

  @Test(arguments: [0, 3, 20, 38, 39])
  func `the argument that differs is in both lines`(position: Int) {
    let diff = diff(net([position: .float(0.125)]), net([position: .float(0.375)]))
    let finding = diff.findings[0]
    let (train, eval) = (finding.train ?? "", finding.eval ?? "")
    #expect(train.contains("0.125") && eval.contains("0.375"), "\(train)\n\(eval)")
    for line in [train, eval] {
      #expect(line.hasPrefix("attention = aten::wide("))
      #expect(line.count <= 200)
    }
    if position > 30 { #expect(train.hasPrefix("attention = aten::wide(…10")) }
    if position == 39 { #expect(train.hasSuffix(", 1038, 0.125)")) }
  }

  @Test func `a difference within a long list is in both lines`() {
    func list(_ last: Int) -> NodeInput { .list((0..<100).map { .int(5000 + $0) } + [.int(last)]) }
    let finding = diff(net([1: list(7)]), net([1: list(8)])).findings[0]
    #expect(finding.train?.contains("5099, 7], 1002") == true)
    #expect(finding.eval?.contains("5099, 8], 1002") == true)
  }

  @Test func `a long line that differs at its beginning is cut at its end, and a short one is whole`() throws {
    let finding = diff(net([0: .int(2)]), net([0: .int(3)])).findings[0]
    #expect(finding.train?.hasPrefix("attention = aten::wide(x, 2, 1001") == true)
    #expect(finding.train?.hasSuffix("…") == true && finding.train?.count == 200)
  }
}
