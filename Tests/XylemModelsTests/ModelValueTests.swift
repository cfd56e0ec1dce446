import Foundation
import Testing
import XylemExtract
import XylemFiles
import XylemGraph
import XylemModels
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// State dicts, outputs, features and gradients of the zoo, beside torchvision's with the same weights.
@Suite(.needsRuntime, .serialized) struct ModelValueTests {
  nonisolated(unsafe) static let golden = [
    "source_features", "source_features_2", "source_features_3", "source_features_4",
  ].reduce(
    into: [String: [String: Any]]()
  ) { all, file in
    let found = (try? Fixtures.json("goldens/\(file).json")) as? [String: [String: Any]] ?? [:]
    // Each has an entry `sizes`.
    all.merge(found) { first, second in first.merging(second) { first, _ in first } }
  }
  /// Close relatives of other models in the list: compared only with `XYLEM_TEST_ALL` set.
  static let relatives: Set = [
    "resnext50_32x4d", "mobilenet_v3_large", "regnet_x_400mf", "mc3_18", "r2plus1d_18", "mvit_v1_b", "resnet26d",
    "efficientnet_lite1", "raft_large",
  ]
  static let withValues = [
    "resnet18", "resnet50", "resnext50_32x4d", "googlenet", "inception_v3", "vgg11_bn", "alexnet", "mobilenet_v2",
    "mobilenet_v3_small", "mobilenet_v3_large", "vit_b_16", "squeezenet1_0", "densenet121", "mnasnet1_0",
    "shufflenet_v2_x1_0", "efficientnet_b0", "efficientnet_v2_s", "regnet_y_400mf", "regnet_x_400mf", "convnext_tiny",
    "fcn_resnet50", "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large", "r3d_18", "mc3_18", "r2plus1d_18",
    "s3d", "swin_t", "swin_v2_t", "swin3d_t", "maxvit_t", "mvit_v1_b", "mvit_v2_s", "vit_tiny_patch16_224",
    "timm/convnext_tiny",
    "efficientnet_lite1", "resnet18d", "resnet26d", "raft_large", "raft_small",
  ].filter { runsAllTests || !relatives.contains($0) }
  /// Those with a step in train mode.
  static let withStep = withValues.filter { golden[$0]?["train"] != nil }
  /// Those whose goldens list each entry of the state dict; for the others, and all sizes, there are hashes.
  static let withState = golden.filter { $0.value["state"] != nil }.map(\.key).sorted()

  private func model(_ name: String) throws -> Module { try #require(ModelZoo.definition(name)).make() }

  private func filled(_ name: String) throws -> Module {
    let model = try model(name)
    let gain = Self.golden[name]?["gain"] as? Double ?? 1
    // Tables of positions follow from a model's options, and keep their values.
    let tables = Set(try model.state().map(\.key).filter { $0.contains(/\.relative_(position_index|coords_table)$/) })
    let keys = try model.state().filter { !tables.contains($0.key) }
    let state = try WeightFormula.state(keys.map { ($0.key, $0.tensor) }, gain: gain)
    let report = try model.load(state, allowing: tables.isEmpty ? [] : .missing)
    #expect(report.loaded.count == state.count && Set(report.missing) == tables && report.unexpected.isEmpty)
    return model
  }

  @Test(arguments: withState)
  func `keys, shapes and types of the state dict are PyTorch's, in its order`(name: String) throws {
    let expected = try #require(Self.golden[name]?["state"] as? [[Any]])
    let found = try model(name).state()
    #expect(found.map(\.key) == expected.compactMap { $0[0] as? String })
    #expect(try found.map { try $0.tensor.sizes } == expected.compactMap { $0[1] as? [Int] })
    #expect(found.map { $0.tensor.dtype?.rawValue } == expected.map { $0[2] as? String })
  }

  @Test(arguments: ModelZoo.models.map(\.name).filter { $0 != "efficientnet_lite0" })
  func `every size has torchvision's keys and shapes in their order, and as many parameters`(name: String) throws {
    let sizes = try #require(Self.golden["sizes"]?[name] as? [String: Any])
    let model = try model(name)
    #expect(try model.parameters().reduce(0) { try $0 + $1.tensor.count } == sizes["parameters"] as? Int)
    let state = try model.state()
    #expect(state.count == sizes["keys"] as? Int)
    let lines = try state.map { "\($0.key) \(try $0.tensor.sizes)" }
    #expect(ContentDigest.of(lines.joined(separator: "\n")) == sizes["key_hash"] as? String)
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `hashes of keys are SHA-256`(text: String, digest: String) {
    #expect(ContentDigest.of(text) == digest)
  }

  @Test(arguments: withValues)
  func `the classifier's output and features over the depth equal torchvision's in eval mode`(name: String) throws {
    let golden = try #require(Self.golden[name])
    let eval = try #require(golden["eval"] as? [String: Any])
    let features = try #require(eval["features"] as? [String: Any])
    let input = try Goldens.formula(try #require(golden["input"] as? [Int]))
    let model = try filled(name)
    let output =
      switch model {
      case is any Layer: "output"
      case is SegmentationModel, is LRASPP: "output.out"
      case is RAFT: "output.11"
      default: "output.logits"
      }
    let second = try Goldens.formula(input.sizes, shift: 12345)
    let extractor = try FeatureExtractor(
      of: model, returning: (features.keys.sorted() + [output]).map { ReturnRequest($0) }, modes: [.eval])
    let found = try TensorRuntime.withGradients(false) {
      try extractor([.tensor(input)] + (model is RAFT ? [.tensor(second)] : []))
    }
    let tolerance = Goldens.Tolerance(relative: 1e-4, absolute: 1e-6)
    for (path, tree) in features {
      #expect(try Goldens.differences(found[path], tree, at: path, tolerance) == [])
    }
    #expect(try Goldens.differences(found[output], eval["output"], at: "output", tolerance) == [])
  }

  @Test(arguments: withStep)
  func `output, loss and gradients equal torchvision's in train mode`(name: String) throws {
    let train = try #require(Self.golden[name]?["train"] as? [String: Any])
    let rounding = try #require(train["rounding"] as? [String: Any])
    let gradients = try #require(train["gradients"] as? [String: Any])
    let input = try Goldens.formula(try #require(train["input"] as? [Int]))
    let model = try filled(name)
    try TensorRuntime.setSeed(20)
    let extractor = try FeatureExtractor(
      of: model, returning: ["output"], options: TraceOptions(mode: .train), modes: [.train])
    let output = try #require(try extractor([.tensor(input)])["output"]).unpacked()
    func tolerance(_ rounding: Any?) -> Goldens.Tolerance {
      Goldens.Tolerance(relative: max(1e-4, 6 * ((rounding as? NSNumber)?.doubleValue ?? 0)), absolute: 1e-9)
    }
    if let parts = rounding["output"] as? [String: Any], case .dictionary(let found) = output {
      // Each part rounds in its own way: those behind deep batch norms over few elements most.
      let tree = try #require(train["output"] as? [String: Any])
      var keys: [String] = []
      for case (.literal(.string(let key)), let value) in found {
        keys.append(key)
        #expect(try Goldens.differences(value, tree[key], at: key, tolerance(parts[key])) == [])
      }
      #expect(Set(keys) == Set(tree.keys))
    } else {
      #expect(try Goldens.differences(output, train["output"], at: "output", tolerance(rounding["output"])) == [])
    }
    let multiply = OperatorReference("aten::mul", "Tensor")
    let mean = OperatorReference("aten::mean")
    var loss = try Tensor([0], shape: [])
    for tensor in output.tensors {
      let weighted = try multiply.tensor([.tensor(tensor), .tensor(Goldens.formula(tensor.sizes))])
      loss = try loss + mean.tensor([.tensor(weighted), .none])
    }
    try loss.backward()
    let parameters = Dictionary(uniqueKeysWithValues: try model.namedParameters().map { ($0.path, $0.parameter) })
    let limits = rounding["gradients"] as? [String: Any] ?? [:]
    for (key, tree) in gradients {
      let found = try parameters[key]?.tensor.gradient().map { Value.tensor($0) }
      #expect(try Goldens.differences(found, tree, at: key, tolerance(limits[key])) == [])
    }
  }

  @Test func `EfficientNet-Lite0 with the archive's weights gives the features of the photograph`() throws {
    let model = try model("efficientnet_lite0")
    try model.load(Fixtures.path("models/efficientnet_lite0.pt"))
    let golden = try SafetensorsFile(Fixtures.path("goldens/efficientnet_lite0_chelsea.safetensors"))
    let names = golden.names.filter { $0 != "input" }
    let extractor = try FeatureExtractor(
      of: model, returning: names.map { ReturnRequest($0) },
      options: TraceOptions(policy: LeafPolicy().leaf(type: "Conv2dSame")), modes: [.eval])
    let features = try TensorRuntime.withGradients(false) { try extractor([.tensor(Tensor(golden.array("input")))]) }
    for name in names {
      let (found, expected) = (try #require(features[name]?.tensor).floats(), try Tensor(golden.array(name)).floats())
      #expect(found.count == expected.count)
      // Where values cancel out, what the order of adding up changes goes with the largest ones.
      let absolute = 1e-5 * max(1, expected.reduce(0) { max($0, abs($1)) })
      let wrong = zip(found, expected).filter { abs($0 - $1) > absolute + 1e-4 * abs($1) }
      #expect(wrong.isEmpty, "\(name): \(wrong.count) of \(found.count)")
    }
  }
}
