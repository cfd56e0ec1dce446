import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemTensor
import XylemTestSupport
import XylemTrace

/// The random programs, computed by an engine, beside libtorch alone: results, what is written to inputs and attributes,
/// and errors, while shapes change between calls.
///
/// `XYLEM_FUZZ_SEED` and `XYLEM_FUZZ_COUNT` choose other programs, as for ``RandomProgramTests``.
@Suite(.needsRuntime, .needsEngine) struct EngineProgramTests {
  private static let count = RandomProgramTests.chosenCount ?? 60

  @Test func `Random programs have libtorch's values with an engine`() {
    print("random programs with an engine: \(Self.count) from seed \(RandomProgramTests.firstSeed)")
    var tally = EngineProgramCheck.Tally()
    var faults = 0
    for index in 0..<Self.count where faults < 3 {
      guard let fault = EngineProgramCheck.fault(seed: RandomProgramTests.firstSeed &+ index, &tally) else { continue }
      faults += 1
      Issue.record("\(fault)")
    }
    print("\(tally.compiled) of \(tally.calls) calls used the engine; \(tally.refused) failed in both")
    // The check would pass if nothing were compiled. Most of these programs write what values share: those stay in libtorch.
    #expect(Self.count < 50 || tally.compiled > tally.calls / 20)
  }
}

/// Compares an extractor that uses an engine with one that does not.
struct EngineProgramCheck {
  /// What was compared.
  struct Tally {
    var calls = 0
    /// Calls of which the engine computed a part.
    var compiled = 0
    /// Calls that failed, with and without the engine.
    var refused = 0
  }

  /// The first fault of a seed's program, or nil.
  static func fault(seed: UInt64, _ tally: inout Tally) -> String? {
    let program = ProgramGenerator.program(seed: seed)
    do {
      guard let fault = try fault(of: program, seed, &tally) else { return nil }
      return """
        \(fault)
        in eval mode, of the program of seed \(seed) (XYLEM_FUZZ_KIND=engines XYLEM_FUZZ_SEED=\(seed) XYLEM_FUZZ_COUNT=1):
        \(program.source(keepsValues: false))\
        leaves: \(program.types.filter(\.isLeaf).map(\.name)); shared: \(program.shared); shape \(program.shape)
        """
    } catch { return "error: \(error) for seed \(seed)" }
  }

  private static func fault(of program: RandomProgram, _ seed: UInt64, _ tally: inout Tally) throws -> String? {
    let (exact, compiled) = (try ProgramRun(program, mode: .eval), try ProgramRun(program, mode: .eval))
    var random = SplitMix64(seed: ~seed)
    // A few of the values that come up, and the result.
    let names = try exact.model.trace(exact.options).nodeNames
    var requests = ["output"]
    let inputNames = Set(program.root.arguments)
    for _ in 0..<Int(random.next() % 3) {
      let name = names[Int(random.next() % UInt64(names.count))]
      if !requests.contains(name), !inputNames.contains(name) { requests.append(name) }
    }
    let (first, second) = (try exact.extractor(requests), try compiled.extractor(requests))
    second.engineOptions = EngineOptions(.openvino)
    // The program's own shape, then others, in an order in which they come again.
    let shapes = [program.shape, program.shape.map { _ in 1 }, program.shape.reversed()]
    for (call, choice) in [0, 0, 1, 2, 1, 0].enumerated() {
      tally.calls += 1
      let place = "call \(call) with shape \(shapes[choice])"
      let (a, b) = (try exact.inputs(of: shapes[choice], call), try compiled.inputs(of: shapes[choice], call))
      let expected: Features
      do { expected = try TensorRuntime.withGradients(false) { try first(a) } } catch {
        tally.refused += 1
        guard (try? TensorRuntime.withGradients(false, { try second(b) })) != nil else { continue }
        return "\(place): libtorch alone fails: \(error)"
      }
      let found: Features
      do { found = try TensorRuntime.withGradients(false) { try second(b) } } catch { return "\(place): \(error)" }
      if second.engineReport?.parts.contains(where: { $0.engine != "torch" }) == true { tally.compiled += 1 }
      for (key, (value, other)) in zip(found.keys, zip(found.values, expected.values)) {
        if let wrong = try difference(value, other) { return "\(place): \(key) \(wrong)" }
      }
      for (index, (value, other)) in zip(b, a).enumerated() {
        if let wrong = try difference(value, other) { return "\(place): input \(index) \(wrong)" }
      }
      let (state, own) = (exact.state(), compiled.state())
      for (name, value) in state {
        if let wrong = try difference(own[name], value) { return "\(place): attribute \(name) \(wrong)" }
      }
    }
    return nil
  }

  private static func difference(_ found: Value?, _ expected: Value) throws -> String? {
    let (own, other) = (try EngineSubjects.tensors(in: found), try EngineSubjects.tensors(in: expected))
    guard own.count == other.count else { return "has \(own.count) tensors, not \(other.count)" }
    for (a, b) in zip(own, other) {
      guard try a.sizes == b.sizes else { return "has shape \(try a.sizes), not \(try b.sizes)" }
      let difference = try a.largestDifference(from: b)
      if difference > 1e-4 {
        return "differs by \(difference):\nis        \(try Snapshot(a))\nshould be \(try Snapshot(b))"
      }
    }
    if case .literal(let literal) = expected, case .literal(let mine)? = found, literal != mine {
      return "is \(mine), not \(literal)"
    }
    return nil
  }
}
