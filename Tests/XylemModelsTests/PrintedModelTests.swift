import Testing
import XylemFiles
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

  /// All but those with modules of timm that print themselves in their own way, and MViT, whose pools print their sizes
  /// as the lists that torchvision gives them, and not as tuples.
  private static let printed = ModelZoo.models.map(\.name).filter {
    !$0.hasPrefix("timm/") && !$0.hasPrefix("mvit") && !$0.contains("efficientnet_lite")
      && $0.wholeMatch(of: /resnet[0-9]+d/) == nil
  }

  @Test(arguments: printed)
  func `every size prints as torchvision's does, with the options of all layers, by its hash`(name: String) throws {
    let size = try #require(ModelValueTests.golden["sizes"]?[name] as? [String: Any])
    let text = try "\(#require(ModelZoo.definition(name)).make())"
    #expect(ContentDigest.of(text) == size["print_hash"] as? String)
  }
}
