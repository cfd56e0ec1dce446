import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Calls a function as a model.
private final class Calls: Module, Layer {
  private let body: (Tensor) throws -> Tensor
  init(_ body: @escaping (Tensor) throws -> Tensor) { self.body = body }
  func forward(_ x: Tensor) throws -> Tensor { try body(x) }
}

/// Inputs that PyTorch's layers refuse: called, as leaves of an extractor and traced through, with the state as it was.
@Suite(.needsRuntime, .serialized) struct InputCheckTests {
  private let goldens = Result { try Fixtures.json("goldens/checks.json") as? [String: Any] ?? [:] }

  private static let layers: [String: @Sendable () -> Module] = [
    "BatchNorm1d(3)": { BatchNorm1d(3) },
    "BatchNorm1d(3, track_running_stats=False)": { BatchNorm1d(3, trackRunningStats: false) },
    "BatchNorm1d(3, momentum=None)": { BatchNorm1d(3, momentum: nil) },
    "BatchNorm1d(3, eps=0.0)": { BatchNorm1d(3, eps: 0) },
    "BatchNorm2d(3)": { BatchNorm2d(3) },
    "BatchNorm2d(3, affine=False)": { BatchNorm2d(3, affine: false) },
    "BatchNorm3d(3)": { BatchNorm3d(3) },
    "InstanceNorm1d(3, affine=True)": { InstanceNorm1d(3, affine: true) },
    "InstanceNorm1d(3, affine=True, track_running_stats=True)": {
      InstanceNorm1d(3, affine: true, trackRunningStats: true)
    },
    "InstanceNorm2d(3, affine=True)": { InstanceNorm2d(3, affine: true) },
    "InstanceNorm3d(3, affine=True)": { InstanceNorm3d(3, affine: true) },
    "GroupNorm(3, 3)": { GroupNorm(3, 3) },
    "GroupNorm(1, 3)": { GroupNorm(1, 3) },
    "LayerNorm(3)": { LayerNorm(3) },
    "LocalResponseNorm(2)": { LocalResponseNorm(2) },
    "Softmax2d()": { Softmax2d() },
    "Dropout1d(0.0)": { Dropout1d(p: 0) },
    "Dropout2d(0.0)": { Dropout2d(p: 0) },
    "Dropout3d(0.0)": { Dropout3d(p: 0) },
    "Upsample(scale_factor=2)": { Upsample(scaleFactor: 2) },
    "Upsample(scale_factor=2, mode='linear')": { Upsample(scaleFactor: 2, mode: .linear) },
    "Upsample(size=[3, 3], mode='bilinear')": { Upsample(size: [3, 3], mode: .bilinear) },
    "Upsample(scale_factor=2, mode='trilinear')": { Upsample(scaleFactor: 2, mode: .trilinear) },
    "AdaptiveAvgPool2d((None, 2))": { AdaptiveAvgPool2d([nil, 2]) },
    "AdaptiveAvgPool1d(2)": { AdaptiveAvgPool1d(2) },
    "AdaptiveMaxPool2d(1)": { AdaptiveMaxPool2d(1) },
    "MaxPool2d(2)": { MaxPool2d(kernelSize: 2) },
    "AvgPool1d(2)": { AvgPool1d(kernelSize: 2) },
    "Conv1d(3, 2, 1)": { Conv1d(3, 2, kernelSize: 1) },
    "Conv2d(3, 2, 1)": { Conv2d(3, 2, kernelSize: 1) },
    "Conv2d(3, 2, 2, padding=1, padding_mode='reflect')": {
      Conv2d(3, 2, kernelSize: 2, padding: 1, paddingMode: .reflect)
    },
    "ConvTranspose2d(3, 2, 2)": { ConvTranspose2d(3, 2, kernelSize: 2) },
    "CircularPad1d(1)": { CircularPad1d(1) },
    "CircularPad2d(1)": { CircularPad2d(1) },
    "ReflectionPad1d(1)": { ReflectionPad1d(1) },
    "ReflectionPad2d(1)": { ReflectionPad2d(1) },
    "ReplicationPad2d(1)": { ReplicationPad2d(1) },
    "ZeroPad2d(1)": { ZeroPad2d(1) },
    "Linear(3, 2)": { Linear(3, 2) },
    "PReLU(3)": { PReLU(3) },
    "GLU(-1)": { GLU(dim: -1) },
    "Flatten()": { Flatten() },
    "Sequential(Conv2d(3, 3, 1), BatchNorm2d(3), ReLU())": {
      Sequential(Conv2d(3, 3, kernelSize: 1), BatchNorm2d(3), ReLU())
    },
    "F.batch_norm(x, None, None, training=True)": {
      Calls { try F.batchNorm($0, runningMean: nil, runningVar: nil, training: true) }
    },
    "F.batch_norm(x, None, None, training=True, eps=0.0)": {
      Calls { try F.batchNorm($0, runningMean: nil, runningVar: nil, training: true, eps: 0) }
    },
    "F.instance_norm(x)": { Calls { try F.instanceNorm($0) } },
    "F.group_norm(x, 3)": { Calls { try F.groupNorm($0, numGroups: 3) } },
    "F.group_norm(x, 1)": { Calls { try F.groupNorm($0, numGroups: 1) } },
    "F.interpolate(x, scale_factor=2.0, mode='bilinear')": {
      Calls { try F.interpolate($0, scaleFactor: 2, mode: .bilinear) }
    },
    "F.interpolate(x, scale_factor=2.0, mode='linear')": {
      Calls { try F.interpolate($0, scaleFactor: 2, mode: .linear) }
    },
  ]

  /// The ways of calling a layer.
  private enum Door: String, CaseIterable {
    case called, leaf, tracedThrough
  }

  /// The shape of a layer's output, or the error, and whether its tensors are as they were.
  private func outcome(
    _ layer: Module, _ shape: [Int], _ mode: Mode, _ door: Door
  ) throws -> (shape: [Int]?, error: XylemError?, isUnchanged: Bool) {
    try layer.train(mode.isTraining)
    let entries = try layer.state()
    let before = try entries.map { try $0.tensor.hostArray() }
    let x = try Goldens.formula(shape)
    var found: [Int]?
    var thrown: XylemError?
    do {
      switch door {
      case .called: found = try (layer as? any Layer)?(x).sizes
      case .leaf, .tracedThrough:
        let options = TraceOptions(mode: mode, policy: LeafPolicy(includesDefaults: door == .leaf))
        let extractor = try FeatureExtractor(of: layer, returning: ["output"], options: options, modes: [mode])
        found = try extractor([.tensor(x)])["output"]?.tensor?.sizes
      }
    } catch let error as XylemError { thrown = error }
    return (found, thrown, try entries.map { try $0.tensor.hostArray() } == before)
  }

  @Test func `calls that PyTorch refuses are refused when called, as a leaf and traced through, and change nothing`()
    throws
  {
    let shapes = try goldens.get()["shapes"] as? [[Int]] ?? []
    let cases = try goldens.get()["cases"] as? [String: [String: [Any]]] ?? [:]
    #expect(Set(cases.keys) == Set(Self.layers.keys))
    var refused = 0
    for (text, modes) in cases.sorted(by: { $0.key < $1.key }) {
      for mode in Mode.allCases {
        for (shape, golden) in zip(shapes, modes[mode.rawValue] ?? []) {
          for door in Door.allCases {
            guard let make = Self.layers[text] else { continue }
            let (found, error, isUnchanged) = try outcome(make(), shape, mode, door)
            let place = "\(text) of \(shape) in \(mode.rawValue), \(door.rawValue)"
            guard let expected = golden as? [Int] else {
              refused += 1
              #expect(error != nil && isUnchanged, "\(place): \(found.map { "\($0)" } ?? "") changed: \(!isUnchanged)")
              continue
            }
            // Traced through, a rank that decides what runs is taken to be a batch's, which the graph checks.
            if door == .tracedThrough, error?.id == .extractGuard { continue }
            #expect(found == expected, "\(place): \(error.map(String.init(describing:)) ?? "\(found ?? [])")")
          }
        }
      }
    }
    #expect(refused > 1000)
  }

  @Test func `attention refuses the shapes of keys and masks that PyTorch refuses`() throws {
    let cases = try goldens.get()["attention"] as? [[String: Any]] ?? []
    #expect(cases.count == 16)
    for entry in cases {
      let inputs = try (entry["inputs"] as? [[Int]] ?? []).map { try Goldens.formula($0) }
      let padding = try (entry["key_padding_mask"] as? [Int]).map { try Goldens.formula($0) }
      let mask = try (entry["attn_mask"] as? [Int]).map { try Goldens.formula($0) }
      let layer = MultiheadAttention(6, 2)
      func called() throws -> [Int] {
        try layer(inputs[0], inputs[1], inputs[2], keyPaddingMask: padding, attnMask: mask).output.sizes
      }
      var options = TraceOptions(policy: LeafPolicy(includesDefaults: false))
      if padding == nil { options.concrete["key_padding_mask"] = NodeInput.none }
      if mask == nil { options.concrete["attn_mask"] = NodeInput.none }
      func extracted() throws -> [Int] {
        let extractor = try FeatureExtractor(of: layer, returning: ["output[0]"], options: options, modes: [.eval])
        let values: [String: Tensor?] = [
          "query": inputs[0], "key": inputs[1], "value": inputs[2], "key_padding_mask": padding, "attn_mask": mask,
        ]
        return try extractor(named: values.compactMapValues { $0 }.mapValues { .tensor($0) })["output[0]"]?.tensor?
          .sizes
          ?? []
      }
      guard let expected = entry["output"] as? [Int] else {
        #expect(throws: XylemError.self, "\(entry)") { try called() }
        #expect(throws: XylemError.self, "\(entry), traced") { try extracted() }
        continue
      }
      #expect(try called() == expected, "\(entry)")
      // Traced through, masks have to be known to be of numbers.
      if expected.count == 3, mask == nil, padding == nil { #expect(try extracted() == expected, "\(entry), traced") }
    }
  }

  @Test func `a network of which one norm gets a single value names the layer, and leaves its statistics`() throws {
    let model = Sequential(
      ("conv", Conv2d(3, 4, kernelSize: 1)), ("pool", AdaptiveAvgPool2d(1)), ("bn", BatchNorm2d(4)))
    let extractor = try FeatureExtractor(of: model, returning: ["bn"], options: TraceOptions(mode: .train))
    let error = #expect(throws: XylemError.self) { try extractor([.tensor(Goldens.formula([1, 3, 4, 4]))]) }
    #expect(error?.id == .extractExecution && error?.place.node == "bn")
    #expect((error?.cause as? XylemError)?.message == "a batch norm that trains needs more than one value per channel")
    let state = Dictionary(uniqueKeysWithValues: try model.state().map { ($0.key, $0.tensor) })
    #expect(try state["bn.running_var"]?.floats() == [1, 1, 1, 1])
    #expect(try state["bn.num_batches_tracked"]?.hostArray().doubles() == [0])
    #expect(try extractor([.tensor(Goldens.formula([2, 3, 4, 4]))])["bn"]?.tensor?.sizes == [2, 4, 1, 1])
  }

  @Test func `an archive's norm makes its checks as a leaf`() throws {
    let model = try ScriptModel(path: Fixtures.path("constructs/root_batch_norm.pt"))
    let extractor = try FeatureExtractor(of: model, returning: ["output"], options: TraceOptions(mode: .train))
    let buffers = { try model.tensors.filter { $0.name.hasPrefix("running") }.map { try $0.tensor.hostArray() } }
    let before = try buffers()
    #expect(throws: XylemError.self) { try extractor([.tensor(Goldens.formula([1, 3, 1, 1]))]) }
    #expect(throws: XylemError.self) { try extractor([.tensor(Goldens.formula([2, 3, 2]))]) }
    #expect(try buffers() == before)
  }
}
