import Testing
import XylemDiff
import XylemGraph
import XylemSketches
import XylemTestSupport

@Suite("Alignment")
struct AlignmentTests {
  private func chain(_ count: Int, name: String = "relu", without: Int? = nil) -> Graph {
    sketch { s in
      var last = s.value("x")
      for index in 0..<count where index != without { last = s.op("relu", last, name: "\(name)_\(index)") }
      s.output(last)
    }
  }

  @Test func `ten thousand identical nodes take no more comparisons than a few for each`() {
    let whole = chain(10_000)
    for other in [chain(10_000), chain(10_000, without: 5_000), chain(10_000, name: "act"), chain(9_900, name: "act")] {
      let diff = diff(whole, other)
      #expect(diff.comparisons <= 40_000, "\(diff.comparisons)")
      #expect(!diff.isCoarse)
    }
  }

  @Test func `where a bound is hit the diff says so, and every node is still in a row`() {
    let diff = diff(chain(4_000), chain(2_000, name: "act"))
    #expect(diff.isCoarse)
    #expect(diff.coarseReasons.count == 1)
    #expect(diff.rows.count == 4_002)
    #expect(diff.compared == 2_002)
  }

  @Test func `every node of both traces is in exactly one row, and the rows name their findings`() {
    for seed in 1...200 {
      var random = SplitMix64(seed: UInt64(seed))
      let graph = random.makeNetwork()
      var changed = graph
      for _ in 0..<4 {
        if let (next, _) = random.mutate(changed, random.pick(Mutation.allCases)) { changed = next }
      }
      let diff = diff(graph, changed)
      #expect(diff.rows.compactMap(\.train).sorted() == graph.nodes.map(\.id).sorted(), "seed \(seed)")
      #expect(diff.rows.compactMap(\.eval).sorted() == changed.nodes.map(\.id).sorted(), "seed \(seed)")
      #expect(diff.rows.allSatisfy { $0.kind == .same || $0.finding != nil }, "seed \(seed)")
      #expect(diff.rows.compactMap(\.finding).allSatisfy(diff.findings.indices.contains), "seed \(seed)")
    }
  }

  @Test func `findings are in order of level, then of modules, then of nodes`() {
    for seed in 1...100 {
      var random = SplitMix64(seed: UInt64(seed))
      let graph = random.makeNetwork()
      var changed = graph
      for _ in 0..<4 {
        if let (next, _) = random.mutate(changed, random.pick(Mutation.allCases)) { changed = next }
      }
      let levels = diff(graph, changed).findings.map(\.level)
      #expect(levels == levels.sorted(by: >), "seed \(seed)")
    }
  }
}
