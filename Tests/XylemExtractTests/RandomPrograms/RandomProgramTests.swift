import Foundation
import Testing
import XylemTestSupport

/// Programs that nobody wrote, each run whole by the runtime's own interpreter and in parts by extractors.
///
/// `XYLEM_FUZZ_SEED` and `XYLEM_FUZZ_COUNT` choose other programs: one for each seed from the first on.
@Suite("Random programs", .needsRuntime)
struct RandomProgramTests {
  static let firstSeed: UInt64 = number("XYLEM_FUZZ_SEED") ?? 20_260_731
  /// The number of programs that the environment asks for.
  static let chosenCount = number("XYLEM_FUZZ_COUNT")
  static let count = chosenCount ?? 2_000
  static let shardCount: UInt64 = 4

  private static func number(_ variable: String) -> UInt64? {
    ProcessInfo.processInfo.environment[variable].flatMap { UInt64($0) }
  }

  @Test("every node and every module's result equals the whole model's", arguments: 0..<shardCount)
  func equalsWholeModel(_ shard: UInt64) {
    if shard == 0 { print("random programs: \(Self.count) from seed \(Self.firstSeed)") }
    var faults = 0
    for index in stride(from: shard, to: Self.count, by: Int(Self.shardCount)) where faults < 3 {
      guard let fault = ProgramCheck.fault(seed: Self.firstSeed &+ index) else { continue }
      faults += 1
      Issue.record("\(fault)")
    }
  }
}
