import Foundation
import Testing
import XylemDiff
import XylemErrors
import XylemExtract
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace
import XylemWitness

/// Runs of both graphs, for random programs and for every construct.
@Suite(.serialized, .needsRuntime) struct ProgramWitnessTests {
  @Test func `random programs: whatever is written, shared or counted, every difference has a finding`() throws {
    var (same, differing) = (0, 0)
    for seed in RandomProgramTests.firstSeed..<RandomProgramTests.firstSeed + 300 {
      let run = try ProgramRun(ProgramGenerator.program(seed: seed), mode: .train)
      let (diff, change) = try run.difference()
      #expect(change == nil, "seed \(seed)")
      #expect(diff.run?.failure == nil && diff.run?.unexplained == [], "seed \(seed)")
      if diff.findings.isEmpty {
        #expect(diff.run?.outputDiffers == false && diff.run?.differing == 0, "seed \(seed)")
        same += 1
      } else {
        differing += 1
      }
    }
    #expect(same > 100 && differing > 20)
  }

  @Test(arguments: ConstructTests.cases)
  func
    `every construct: what differs has a finding, what is returned differs as PyTorch's does, the model stays as it was`(
      _ item: ConstructTests.Case
    ) throws
  {
    guard !ConstructTests.needsKernels.contains(item.name) else { return }
    let golden = try #require(try JSONSerialization.jsonObject(with: item.json) as? [String: Any])
    for run in golden["cases"] as? [[String: Any]] ?? [] {
      guard let method = run["method"] as? String, method == "forward" || method == "forward__0",
        let train = run["train"] as? [String: Any], let eval = run["eval"] as? [String: Any]
      else { continue }
      let model = try ScriptModel(path: item.path)
      let before = try TouchedState(model)
      let names = try model.forwardArguments().map(\.name)
      let values = try (run["inputs"] as? [Any] ?? []).map(Goldens.value)
      let traces = try Mode.allCases.map {
        try model.trace(TraceOptions(mode: $0, makesLeaves: true, symbolic: model.names(of: values)))
      }
      let input = TraceDiffer.WitnessInput(Dictionary(uniqueKeysWithValues: zip(names, values)), seed: 3)
      func compare() throws -> TraceDiff {
        try TraceDiffer.diff(traces[0], traces[1], of: model, on: input, today: (2026, 7, 1))
      }
      if eval["raises"] != nil {
        #expect(throws: XylemError.self) { try compare() }
      } else if train["raises"] != nil {
        let diff = try compare()
        #expect(diff.run?.failure?.hasPrefix("train mode does not run on this input: ") == true)
        #expect(diff.run?.outputDiffers == nil)
        #expect(diff.findings.allSatisfy { $0.witness?.outcome == .undecided })
      } else {
        let diff = try compare()
        #expect(diff.run?.unexplained == [], "\(item.name)")
        #expect(diff.run?.failure == nil, "\(item.name)")
        #expect(diff.findings.allSatisfy { $0.witness != nil })
        if !traces.contains(where: { $0.graph.nodes.contains { $0.effects?.usesRandomState != false } }) {
          let same =
            try JSONSerialization.data(withJSONObject: [train["output"] ?? NSNull()], options: .sortedKeys)
            == JSONSerialization.data(withJSONObject: [eval["output"] ?? NSNull()], options: .sortedKeys)
          #expect(diff.run?.outputDiffers == !same, "\(item.name)")
        }
      }
      #expect(try TouchedState(model) == before, "\(item.name)")
    }
  }
}
