import Foundation
import Testing
import XylemExtract
import XylemGraph
import XylemModels
import XylemNN
import XylemScript
import XylemTestSupport
import XylemTrace

/// The names of the zoo's nodes, beside torchvision's and beside the archives' of the same models.
@Suite struct ModelNameTests {
  static let golden: [String: [String: [String]]] = {
    var all: [String: [String: [String]]] = [:]
    for file in [
      "node_names", "source_node_names", "source_node_names_2", "source_node_names_3", "source_node_names_4",
    ] {
      let found = (try? Fixtures.json("goldens/\(file).json")) as? [String: [String: [String]]] ?? [:]
      all.merge(found) { first, _ in first }
    }
    // A model has one list for both modes, or the lists of another model.
    let own = all.mapValues { lists in lists["both"].map { ["train": $0, "eval": $0] } ?? lists }
    return own.mapValues { lists in lists["same"]?.first.flatMap { own[$0] } ?? lists }
  }()

  private func names(
    _ definition: ModelDefinition, _ mode: Mode, _ naming: Naming, _ policy: LeafPolicy = LeafPolicy()
  ) throws -> [String] {
    try SwiftModel(definition.make()).trace(TraceOptions(mode: mode, naming: naming, policy: policy)).nodeNames
  }

  @Test func `every model of the zoo that torchvision's tracer accepts has a golden list`() {
    let without = ModelZoo.models.map(\.name).filter { Self.golden[$0] == nil }
    #expect(without == ["efficientnet_lite0", "raft_large", "raft_small"])
    #expect(ModelZoo.models.count == 136)
  }

  @Test func `a model of timm has two names unless torchvision has the plain one`() {
    for name in ["vit_tiny_patch16_224", "efficientnet_lite1", "tf_efficientnet_lite0", "resnet50d"] {
      #expect(ModelZoo.definition("timm/\(name)")?.name == name && ModelZoo.definition(name)?.name == name)
    }
    for name in ["convnext_tiny", "efficientnet_lite0"] {
      #expect(ModelZoo.definition("timm/\(name)")?.name == "timm/\(name)" && ModelZoo.definition(name)?.name == name)
    }
    #expect(ModelZoo.definition("timm/resnet50") == nil && ModelZoo.definition("timm/") == nil)
  }

  @Test(arguments: ModelZoo.models.map(\.name).filter { golden[$0] != nil })
  func `names under torchvision's naming are torchvision's, list for list, in both modes`(name: String) throws {
    let definition = try #require(ModelZoo.definition(name))
    for mode in Mode.allCases {
      let policy = LeafPolicy().leaf(type: "Conv2dSame")
      #expect(try names(definition, mode, .torchvision, policy) == Self.golden[name]?[mode.rawValue])
    }
  }

  @Test func `names of EfficientNet-Lite0 are those of timm's model, its convolution a leaf`() throws {
    let golden = try #require(Fixtures.json("goldens/efficientnet_lite0_nodes.json") as? [String: Any])
    let definition = try #require(ModelZoo.definition("efficientnet_lite0"))
    for mode in Mode.allCases {
      let found = try names(definition, mode, .torchvision, LeafPolicy().leaf(type: "Conv2dSame"))
      #expect(found == golden[mode.rawValue] as? [String])
    }
  }

  /// What an archive lists otherwise than the source, by model; everything else is the same.
  ///
  /// | model | difference | why |
  /// | --- | --- | --- |
  /// | efficientnet_lite0 | none | with `Conv2dSame` a leaf |
  /// | maxvit_t | with exact naming, a `view` of each index of positions | the source uses the index as it is |
  /// | mvit_v1_b | embeddings of positions at the places where they are used | the source reads all of them first |
  static let archives: [(model: String, archive: String)] =
    [
      "resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2", "googlenet", "inception_v3", "vgg11", "vgg16_bn",
      "alexnet", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "vit_b_16", "squeezenet1_0",
      "densenet121", "mnasnet1_0", "shufflenet_v2_x1_0", "efficientnet_b0", "efficientnet_v2_s", "regnet_y_400mf",
      "regnet_x_400mf", "convnext_tiny", "fcn_resnet50", "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large",
      "r3d_18", "mc3_18", "r2plus1d_18", "s3d", "swin_t", "swin_v2_t", "swin3d_t",
      "maxvit_t", "mvit_v1_b",
    ].map { ($0, "zoo/\($0).pt") } + [
      ("efficientnet_lite0", "models/efficientnet_lite0.pt"), ("vit_tiny_patch16_224", "values/vit_tiny_scripted.pt"),
    ]

  @Test(.needsRuntime, arguments: archives.filter { $0.model != "mvit_v1_b" })
  func `a model's names are the same from its source and from its archive`(model: String, archive: String) throws {
    let definition = try #require(ModelZoo.definition(model))
    let script = try ScriptModel(path: Fixtures.path(archive))
    let policy = LeafPolicy().leaf(type: "Conv2dSame")
    for mode in Mode.allCases {
      for naming in Naming.allCases where model != "maxvit_t" || naming == .torchvision {
        let expected = try script.trace(TraceOptions(mode: mode, naming: naming, policy: policy)).nodeNames
        #expect(try names(definition, mode, naming, policy) == expected)
      }
    }
  }
}
