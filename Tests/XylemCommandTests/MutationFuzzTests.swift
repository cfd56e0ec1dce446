import Foundation
import Testing
import XylemTestSupport

/// A few of the inputs that `make fuzz` tries, the same in every run.
@Suite(.needsRuntime) struct MutationFuzzTests {
  @Test(arguments: ["archives", "extractors", "operators", "exported"])
  func `a damaged file is an error or works`(_ kind: String) async throws {
    let program = try #require(Fixtures.program("MutationFuzz"))
    try withTemporaryFolder { folder in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.environment = ProcessInfo.processInfo.environment.merging(
        [
          "XYLEM_FUZZ_KIND": kind, "XYLEM_FUZZ_SEED": "20261130", "XYLEM_FUZZ_COUNT": "200", "XYLEM_FUZZ_FROM": "0",
          "XYLEM_FUZZ_FOLDER": folder,
        ], uniquingKeysWith: { $1 })
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(text)")
      #expect(text.contains("\(kind): 200 inputs from seed 20261130, "), "\(text)")
      #expect(text.contains("  succeeded\n") && text.contains("  refused: "), "\(text)")
    }
  }
}
