import Testing
import XylemErrors
import XylemRuntime
import XylemTestSupport

/// Operations on tensors against PyTorch's. Serialised, because some draw random numbers from the process's one generator.
@Suite(.needsRuntime, .serialized) struct OperationTests {
  /// The groups of the goldens, and Swift's forms of their cases.
  private static let groups: [(name: String, count: Int, table: OperationTable)] = [
    ("arithmetic", 44, Operations.arithmetic()), ("comparison", 16, Operations.comparison()),
    ("indexing", 40, Operations.indexing()), ("shapes", 39, Operations.shapes()),
    ("reductions", 42, Operations.reductions()), ("products", 14, Operations.products()),
    ("pointwise", 41, Operations.pointwise()), ("creation", 23, Operations.creation()),
    ("functional", 58, Operations.functional()),
  ]

  /// Cases that no Swift form is written for yet.
  private static let notCovered: [String] = []

  private let goldens = Result { try FixtureFiles.json("goldens/operations.json") as? [String: Any] ?? [:] }

  private func cases(_ group: String) throws -> [OperationCase] {
    try (goldens.get()[group] as? [[String: Any]] ?? []).map(OperationCase.init)
  }

  @Test(arguments: groups.indices) func `every operation gives PyTorch's values or its error`(_ index: Int) throws {
    let (name, count, table) = Self.groups[index]
    let cases = try self.cases(name)
    #expect(cases.count == count)
    for operationCase in cases where !Self.notCovered.contains(operationCase.text) {
      guard let operation = table[operationCase.text] else {
        Issue.record("\(name): \(operationCase.text) has no Swift form")
        continue
      }
      do {
        var found = try operationCase.differences(operation)
        // Tests of other suites may draw from the process's generator in between.
        for _ in 0..<8 where !found.isEmpty { found = try operationCase.differences(operation) }
        for difference in found { Issue.record("\(name): \(difference)") }
      } catch { Issue.record("\(name): \(operationCase.text): \(error)") }
    }
  }

  @Test func `every group of the goldens is compared, and no form stands without a case`() throws {
    #expect(try goldens.get().keys.sorted() == Self.groups.map(\.name).sorted())
    for (name, _, table) in Self.groups {
      let texts = Set(try cases(name).map(\.text))
      #expect(table.keys.filter { !texts.contains($0) }.sorted() == [])
    }
  }
}
