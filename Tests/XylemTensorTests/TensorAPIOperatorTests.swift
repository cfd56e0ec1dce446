import XylemTestSupport
import Foundation
import Testing
import XylemErrors

@testable import XylemTensor

/// An operator that the sources name.
private struct NamedOperator: Hashable {
  var name: String
  var overload: String
  var resultCount: Int

  /// Those in a source text, one for each number of dimensions where a name is made of it.
  static func all(in source: String) -> [NamedOperator] {
    let pattern = #/OperatorReference\(\s*"(?<name>[^"]+)"(?:,\s*"(?<overload>[^"]*)")?(?<rest>[^\n]*)/#
    return source.matches(of: pattern).flatMap { match in
      let rest = String(match.rest)
      let types = rest.firstMatch(of: #/resultTypes: \[(?<types>[^\]]*)\]/#)
      let count = types.map { $0.types.split(separator: ",").count } ?? 1
      let overload = match.overload.map(String.init) ?? ""
      let name = String(match.name)
      let names = name.contains(#"\($0)"#) ? (1...3).map { name.replacing(#"\($0)"#, with: "\($0)") } : [name]
      return names.map { NamedOperator(name: $0, overload: overload, resultCount: count) }
    }
  }
}

extension RuntimeTests {
  @Suite struct TensorAPIOperatorTests {
    private func named() throws -> [NamedOperator] {
      let sources = Fixtures.package.appending(path: "Sources")
      let files =
        FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?
        .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
      let found = try files.flatMap { NamedOperator.all(in: try String(contentsOf: $0, encoding: .utf8)) }
      // Names that are made of parts by the layers are found by the layers' own tests.
      return Set(found.filter { $0.name.contains(#/::./#) && !$0.name.contains(#"\("#) })
        .sorted { ($0.name, $0.overload) < ($1.name, $1.overload) }
    }

    @Test func `every operator that the sources name is in the runtime and gives as many results as declared`() throws {
      let all = try named()
      #expect(all.count > 250)
      var wrong: [String] = []
      for op in all {
        do {
          let schema = try TensorOperator(op.name, overload: op.overload).schema
          if schema.resultCount > 1 || op.resultCount > 1, schema.resultCount != op.resultCount {
            wrong.append("\(schema.fullName) gives \(schema.resultCount) results, declared are \(op.resultCount)")
          }
        } catch { wrong.append("\(op.name).\(op.overload): \(error)") }
      }
      #expect(wrong == [])
    }

    @Test func `operators are found in sources also with an overload, results or a number of dimensions`() {
      let source = #"""
        static let a = OperatorReference("aten::max", "dim", resultTypes: ["Tensor", "Tensor"])
        static let b = OperatorReference(
          "aten::relu")
        let c = (1...3).map { OperatorReference("aten::conv\($0)d", "padding") }
        """#
      let expected = [
        NamedOperator(name: "aten::max", overload: "dim", resultCount: 2),
        NamedOperator(name: "aten::relu", overload: "", resultCount: 1),
      ]
      let found = NamedOperator.all(in: source)
      #expect(Array(found.prefix(2)) == expected)
      #expect(found.dropFirst(2).map(\.name) == ["aten::conv1d", "aten::conv2d", "aten::conv3d"])
    }
  }
}
