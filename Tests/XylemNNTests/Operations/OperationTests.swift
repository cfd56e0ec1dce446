import Testing
import XylemErrors
import XylemTestSupport
import XylemTrace

/// Operations on tensors against PyTorch's. Serialised, because some draw random numbers from the process's one generator.
@Suite(.needsRuntime, .serialized) struct OperationTests {
  /// The groups of the goldens, and Swift's forms of their cases.
  private static let groups: [(name: String, count: Int, table: OperationTable)] = [
    ("arithmetic", 44, Operations.arithmetic()), ("comparison", 23, Operations.comparison()),
    ("indexing", 73, Operations.indexing()), ("shapes", 56, Operations.shapes()),
    ("reductions", 42, Operations.reductions()), ("products", 14, Operations.products()),
    ("pointwise", 41, Operations.pointwise()), ("creation", 23, Operations.creation()),
    ("functional", 67, Operations.functional()), ("linear algebra", 38, Operations.linearAlgebra()),
    ("fourier", 16, Operations.fourier()), ("statistics", 26, Operations.statistics()),
    ("more functional", 17, Operations.moreFunctional()), ("more pointwise", 28, Operations.morePointwise()),
    ("more statistics", 28, Operations.moreStatistics()), ("placement", 19, Operations.placement()),
    ("arrangement", 26, Operations.arrangement()), ("decompositions", 14, Operations.decompositions()),
    ("shrinkage", 13, Operations.shrinkage()), ("more windows", 14, Operations.moreWindows()),
    ("margin losses", 7, Operations.marginLosses()), ("by name", 20, Operations.byName()),
  ]

  private let goldens = Result { try Fixtures.json("goldens/operations.json") as? [String: Any] ?? [:] }

  private func cases(_ group: String) throws -> [OperationCase] {
    try (goldens.get()[group] as? [[String: Any]] ?? []).map(OperationCase.init)
  }

  @Test(arguments: groups.indices) func `every operation gives PyTorch's values or its error`(_ index: Int) throws {
    let (name, count, table) = Self.groups[index]
    let cases = try self.cases(name)
    #expect(cases.count == count)
    for operationCase in cases {
      guard let operation = table[operationCase.text] else {
        Issue.record("\(name): \(operationCase.text) has no Swift form")
        continue
      }
      do {
        var found = try operationCase.differences(operation)
        // Tests of other suites may draw from the process's generator in between.
        for _ in 0..<8 where operationCase.drawsNumbers && !found.isEmpty {
          found = try operationCase.differences(operation)
        }
        for difference in found { Issue.record("\(name): \(difference)") }
      } catch { Issue.record("\(name): \(operationCase.text): \(error)") }
    }
  }

  @Test(arguments: groups.indices) func `every operation has PyTorch's gradients`(_ index: Int) throws {
    let (name, _, table) = Self.groups[index]
    for operationCase in try cases(name) where operationCase.hasGradients {
      guard let operation = table[operationCase.text] else { continue }
      do {
        var found = try operationCase.gradientDifferences(operation)
        // Tests of other suites may draw from the process's generator in between.
        for _ in 0..<8 where operationCase.drawsNumbers && !found.isEmpty {
          found = try operationCase.gradientDifferences(operation)
        }
        for difference in found { Issue.record("\(name): \(difference)") }
      } catch { Issue.record("\(name): \(operationCase.text): \(error)") }
    }
  }

  /// The cases that differ, or can't be traced, where each is a model of its own.
  private func failures(_ policy: LeafPolicy) throws -> [String] {
    var failed: [String] = []
    for (name, _, table) in Self.groups {
      for operationCase in try cases(name) {
        guard let operation = table[operationCase.text] else { continue }
        do {
          failed += try operationCase.tracedDifferences(operation, policy) ?? []
        } catch let error as XylemError { failed.append("\(operationCase.text): \(error.id.rawValue)") }
      }
    }
    return failed
  }

  /// What needs elements, a truth value, or to know how many dimensions a tensor has, or a mask that other indices follow.
  private static let untraceable = [
    "torch.equal(a, b): trace.control-flow", "torch.allclose(a, b): trace.control-flow",
    "a[..., b]: model.argument", "a[..., None, b]: model.argument", "a[b, 1]: model.argument",
    "a[b, 1:]: model.argument", "a[b, :, c]: model.argument", "a[b, :, c]: model.argument",
    "a[b, None]: model.argument", "a[b]: extract.execution",
    "a[:, b]: extract.execution", "a[b, 1:3] = 7: model.argument",
    "a.item(): trace.concrete-value", "a.tolist(): trace.concrete-value",
  ]

  @Test func `traced, every operation gives PyTorch's values, or an error where it needs to know elements`() throws {
    let failed = try failures(LeafPolicy())
    #expect(failed == Self.untraceable, "\(failed.joined(separator: "\n"))")
  }

  @Test func `traced through, every functional form gives PyTorch's values`() throws {
    let failed = try failures(.none)
    #expect(failed == Self.untraceable, "\(failed.joined(separator: "\n"))")
  }

  @Test func `every group of the goldens is compared, and no form stands without a case`() throws {
    #expect(try goldens.get().keys.sorted() == Self.groups.map(\.name).sorted())
    for (name, _, table) in Self.groups {
      let texts = Set(try cases(name).map(\.text))
      #expect(table.keys.filter { !texts.contains($0) }.sorted() == [])
    }
  }
}
