import Foundation
import Testing
import XylemDiff
import XylemExtract
import XylemTestSupport
import XylemTrace
import XylemWitness

/// What PyTorch did in a mode, in several runs of an archive with other seeds.
struct ModeTruth: Decodable {
  struct InMode: Decodable {
    /// Whether the runs gave different results.
    let random: Bool
    /// Paths of the tensors and numbers that a run changed.
    let writes: [String]
    /// Whether every run gave its input.
    let passes: Bool
  }

  let train: InMode
  let eval: InMode
  /// Whether the modes' results differ; nil where they are random.
  let differs: Bool?

  /// The truth of every archive in `Fixtures/modes`.
  static let all: [String: ModeTruth] = {
    let file = Fixtures.folder.appendingPathComponent("modes/goldens.json")
    guard let data = try? Data(contentsOf: file) else { return [:] }
    return (try? JSONDecoder().decode([String: ModeTruth].self, from: data)) ?? [:]
  }()

  var isTheSameInBothModes: Bool {
    train.random == eval.random && train.writes.isEmpty == eval.writes.isEmpty && differs != true
  }
}

@Suite("What is said of modes", .needsRuntime)
struct ModeTruthTests {
  @Test func `every archive has a truth and its own claims`() throws {
    let files = try FileManager.default.contentsOfDirectory(
      atPath: Fixtures.folder.appendingPathComponent("modes").path)
    let names = files.filter { $0.hasSuffix(".pt") }.map { String($0.dropLast(3)) }
    #expect(names.sorted() == ModeTruth.all.keys.sorted())
    #expect(names.sorted() == ModeClaims.all.keys.sorted())
    #expect(names.count >= 80)
  }

  @Test func `a fused layer with a mask of numbers says why it may differ`() throws {
    let finding = try #require(try Fixtures.diff("modes/transformer_layer_masked.pt", makesLeaves: true).findings.first)
    #expect(
      finding.why
        == "In eval mode, without gradients, it runs a fused kernel, which may interpret a numeric mask differently from train mode."
    )
  }

  @Test(arguments: ModeTruth.all.keys.sorted())
  func `a diff claims only what the archive does`(name: String) throws {
    let truth = try #require(ModeTruth.all[name])
    let diff = try Fixtures.diff("modes/\(name).pt", makesLeaves: true)
    let rules = diff.findings.map(\.rule)
    let messages = diff.findings.map { "\($0.level.rawValue) \($0.rule.rawValue): \($0.message)" }
    #expect(messages == ModeClaims.all[name])

    #expect(rules.contains(.randomInEval) == (truth.train.random && truth.eval.random))
    #expect(rules.contains(.stateUpdatedInEval) == (!truth.train.writes.isEmpty && !truth.eval.writes.isEmpty))
    let others = rules.filter { ![.randomInEval, .stateUpdatedInEval, .submoduleModeMixed].contains($0) }
    #expect(others.isEmpty == truth.isTheSameInBothModes)
    for finding in diff.findings where finding.rule == .stateUpdatedInEval {
      for path in truth.eval.writes.prefix(3) { #expect(finding.message.contains(path)) }
    }
    if diff.findings.contains(where: { $0.message.contains("returns its input in eval mode") }), diff.compared == 3 {
      #expect(truth.eval.passes)
    }
  }

  @Test(arguments: ModeTruth.all.keys.sorted())
  func `the findings mirror where the modes are swapped`(name: String) throws {
    let model = try ScriptModel(path: Fixtures.folder.appendingPathComponent("modes/\(name).pt").path)
    func side(_ mode: Mode) throws -> DiffSide {
      DiffSide(try model.trace(TraceOptions(mode: mode, makesLeaves: true)), of: model)
    }
    let (train, eval) = (try side(.train), try side(.eval))
    func findings(_ a: DiffSide, _ b: DiffSide) -> [String] {
      TraceDiffer.diff(a, b, model: name, today: (2026, 7, 1)).findings.map { "\($0.level.rawValue) \($0.message)" }
        .sorted()
    }
    #expect(findings(train, eval).count == findings(eval, train).count)
    let rules = TraceDiffer.diff(train, eval, model: name, today: (2026, 7, 1)).findings.map(\.rule.mirrored.rawValue)
    let mirrored = TraceDiffer.diff(eval, train, model: name, today: (2026, 7, 1)).findings.map(\.rule.rawValue)
    #expect(rules.sorted() == mirrored.sorted())
  }
}
