import Foundation
import Testing
import XylemModels
import XylemNN
import XylemTestSupport

/// How images are prepared for each model, beside torchvision's and timm's own transforms.
@Suite struct ModelPresetTests {
  nonisolated(unsafe) static let golden =
    (try? Fixtures.json("goldens/presets.json")) as? [String: [String: Any]] ?? [:]

  /// The weights in an archive of this name are those of timm's model with TensorFlow's padding.
  private static let sameAs = ["efficientnet_lite0": "tf_efficientnet_lite0"]

  @Test(arguments: ModelZoo.models.filter { $0.task != .flow }.map(\.name))
  func `a model's preset is that of its default weights`(name: String) throws {
    let golden = try #require(Self.golden[Self.sameAs[name] ?? name])
    let preset = try #require(ModelZoo.definition(name)?.preset)
    #expect(preset.resize == golden["resize"] as? [Int])
    #expect(preset.crop == golden["crop"] as? Int)
    #expect(preset.interpolation.rawValue == golden["interpolation"] as? String)
    #expect(preset.mean == golden["mean"] as? [Double])
    #expect(preset.standardDeviation == golden["std"] as? [Double])
  }

  @Test func `a preset of photographs makes an input of the model's size`() {
    for model in ModelZoo.models where model.task == .classification {
      #expect(model.preset?.crop == model.inputShape?.last, "\(model.name)")
    }
  }

  @Test func `every model has a family and a task, and a name of its own`() {
    #expect(ModelZoo.models.allSatisfy { $0.family != nil && $0.task != nil })
    #expect(Set(ModelZoo.models.map(\.name)).count == ModelZoo.models.count)
    #expect(ModelZoo.families.allSatisfy { family in family.models.allSatisfy { $0.family == family.name } })
  }
}
