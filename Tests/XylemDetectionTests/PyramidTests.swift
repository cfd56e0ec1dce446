import Testing
import XylemDetection
import XylemErrors
import XylemModels
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Feature pyramids beside torchvision's.
@Suite(.needsRuntime) struct PyramidTests {
  static let networks: [(name: String, make: @Sendable () -> FeaturePyramidNetwork)] = [
    ("plain", { FeaturePyramidNetwork([3, 5, 4], outChannels: 6) }),
    (
      "pool",
      {
        FeaturePyramidNetwork(
          [3, 5, 4], outChannels: 6, extraBlocks: LastLevelMaxPool(), normLayer: { BatchNorm2d($0) })
      }
    ),
    ("p6p7", { FeaturePyramidNetwork([3, 5, 4], outChannels: 6, extraBlocks: LastLevelP6P7(4, 6)) }),
    ("own p6p7", { FeaturePyramidNetwork([3, 5, 4], outChannels: 6, extraBlocks: LastLevelP6P7(6, 6)) }),
  ]

  private func features() throws -> FeatureMaps {
    [
      "a": try Goldens.formula([1, 3, 9, 12]), "b": try Goldens.formula([1, 5, 5, 6], shift: 2),
      "c": try Goldens.formula([1, 4, 3, 3], shift: 3),
    ]
  }

  @Test(arguments: networks.indices) func `keys, names and values equal torchvision's`(index: Int) throws {
    let (name, make) = Self.networks[index]
    let golden = try PartGoldens(PartGoldens("pyramids")[name])
    let network = make()
    #expect(try network.state().map(\.key) == golden["keys"] as? [String])
    try network.fill()
    try network.eval()
    let found = try network(features())
    #expect(found.names == golden["names"] as? [String])
    #expect(try golden.differences(found.maps, "output") == [])
  }

  @Test func `another number of feature maps is an error with their names`() throws {
    let network = FeaturePyramidNetwork([3, 5], outChannels: 6)
    let error = #expect(throws: XylemError.self) { try network(features()) }
    #expect(error?.id == .detectionFeatures)
    #expect(error?.message == #"a feature pyramid got the feature maps ["a", "b", "c"]"#)
    #expect(throws: XylemError.self) { try FeaturePyramidNetwork([], outChannels: 6)([:]) }
  }

  @Test func `a backbone freezes what is not trained, and refuses stages that do not exist`() throws {
    let backbone = BackboneWithFPN.resnet(resnet18(), trainableLayers: 2)
    let trained = try backbone.namedParameters().filter { $0.parameter.tensor.requiresGrad }.map(\.path)
    let body = Set(trained.filter { $0.hasPrefix("body") }.map { $0.split(separator: ".")[1] })
    #expect(body == ["layer3", "layer4"] && trained.contains("fpn.inner_blocks.0.0.weight"))
    for wrong in [
      BackboneWithFPN.resnet(resnet18(), trainableLayers: 6), .resnet(resnet18(), returnedLayers: [0, 1]),
      .mobilenet(mobilenet_v3_large(), returnedLayers: [6]), .mobilenet(mobilenet_v3_large(), trainableLayers: -1),
    ] {
      let error = #expect(throws: XylemError.self) { try wrong.namedParameters() }
      #expect(error?.id == .modelArgument)
    }
  }
}
