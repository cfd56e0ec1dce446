import Testing
import XylemModels
import XylemNN
import XylemTestSupport

/// What `print` shows of models, beside torchvision's.
@Suite struct PrintedModelTests {
  @Test func `every model prints as torchvision's does`() throws {
    let goldens = try Fixtures.json("goldens/printed.json") as? [String: [String: String]] ?? [:]
    let models = goldens["models"] ?? [:]
    #expect(models.count == 8)
    for (name, expected) in models.sorted(by: { $0.key < $1.key }) {
      let found = try "\(#require(ModelZoo.definition(name)).make())"
      let wrong = zip(found.split(separator: "\n"), expected.split(separator: "\n")).first { $0 != $1 }
      #expect(found == expected, "\(name): \(wrong.map { "\($0)" } ?? "")")
    }
  }
}
