public import XylemErrors
internal import XylemGraph
public import XylemNN
public import XylemTensor

/// The result of a segmentation model.
public struct SegmentationOutputs: ModuleValue {
  /// `[N, numClasses, H, W]`, the logits of each pixel.
  public var out: Tensor
  /// Those of the auxiliary head, if the model has one.
  public var aux: Tensor?

  init(_ out: Tensor, aux: Tensor? = nil) {
    self.out = out
    self.aux = aux
  }

  /// `Dict[str, Tensor]`.
  public static var typeDescription: String { "Dict[str, Tensor]" }

  /// The logits as `out`, and those of the auxiliary head as `aux`.
  public var moduleValue: Value {
    var entries: [(key: Value, value: Value)] = [(.string("out"), .tensor(out))]
    if let aux { entries.append((.string("aux"), .tensor(aux))) }
    return .dictionary(entries)
  }

  /// Creates outputs from a dictionary.
  ///
  /// - Throws: `model.argument` if it has no logits.
  public init(moduleValue: Value) throws(XylemError) {
    out = try Tensor(moduleValue: moduleValue.part("out", as: "Tensor"))
    guard case .dictionary(let entries) = try moduleValue.unpacked() else { return }
    for entry in entries where entry.key.literal == .string("aux") { aux = try Tensor(moduleValue: entry.value) }
  }
}

/// A backbone whose last feature map is classified pixel by pixel: the shared implementation of ``FCN`` and
/// ``DeepLabV3``.
public class SegmentationModel: Module {
  /// The convolutional network.
  public final let backbone: IntermediateLayers
  /// The head.
  public final let classifier: Sequential
  /// The head of an earlier feature map, for training.
  public final let auxClassifier: FCN.Head?

  init(_ backbone: IntermediateLayers, _ classifier: Sequential, _ auxClassifier: FCN.Head?) {
    self.backbone = backbone
    self.classifier = classifier
    self.auxClassifier = auxClassifier
  }

  /// The single argument, `x`.
  public override var entry: ModuleEntry? { ModuleEntry("x") { [self] (x: Tensor) in try forward(x) } }

  /// Runs the network, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:)``.
  public func callAsFunction(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> SegmentationOutputs {
    try call(x, file: file, line: line) { try self.forward($0) }
  }

  /// `[N, 3, H, W]` to the logits of each pixel.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> SegmentationOutputs {
    let size = try x.shape[(-2)...]
    let features = try backbone(x)
    func resized(_ head: Sequential, _ key: String) throws -> Tensor {
      let feature = try Tensor(moduleValue: features.moduleValue.part(key, as: "Tensor"))
      return try Functional.interpolate(head(feature), sizes: size, mode: .bilinear, alignCorners: false)
    }
    let out = try resized(classifier, "out")
    return SegmentationOutputs(out, aux: try auxClassifier.map { try resized($0, "aux") })
  }
}

/// The first layers of a network up to the last one whose result is wanted, torchvision's `IntermediateLayerGetter`.
public final class IntermediateLayers: Module {
  private let children: Children
  private let returned: [String: String]

  /// The layers under their own names.
  private struct Children: NamedModules {
    let entries: [(key: String, layer: any Layer)]
    var named: [(key: String, module: Module)] { entries.map { ($0.key, $0.layer) } }
  }

  /// Creates the part of a network that computes some of its layers' results.
  ///
  /// - Parameters:
  ///   - layers: the layers in the order in which they run.
  ///   - returned: the key of each result, by the name of its layer.
  public init(_ layers: [(key: String, layer: any Layer)], returning returned: [String: String]) {
    let last = layers.lastIndex { returned[$0.key] != nil } ?? -1
    children = Children(entries: Array(layers.prefix(last + 1)))
    self.returned = returned
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models._utils.IntermediateLayerGetter" }

  /// The single argument, `x`.
  public override var entry: ModuleEntry? { ModuleEntry("x") { [self] (x: Tensor) in try forward(x) } }

  /// Runs the layers, or records their call while a model is traced.
  ///
  /// - Throws: as ``forward(_:)``.
  public func callAsFunction(
    _ x: Tensor, file: String = #fileID, line: Int = #line
  ) throws -> [String: Tensor] {
    try call(x, file: file, line: line) { try self.forward($0) }
  }

  /// The results by their keys.
  ///
  /// - Throws: the errors of the layers.
  public func forward(_ x: Tensor) throws -> [String: Tensor] {
    var x = x
    var found: [String: Tensor] = [:]
    for (name, layer) in children.entries {
      x = try layer(x)
      if let key = returned[name] { found[key] = x }
    }
    return found
  }
}

/// Fully convolutional networks: Long et al., arXiv:1411.4038.
///
/// `[N, 3, H, W]` to ``SegmentationOutputs``, with keys and node names as torchvision's `segmentation/fcn.py` has them.
public final class FCN: SegmentationModel {
  /// Creates a network over a ResNet of bottlenecks.
  ///
  /// - Parameter auxLoss: whether there is a second head over the third stage.
  public init(_ layers: [Int], numClasses: Int = 21, auxLoss: Bool = false) {
    let backbone = ResNet.dilated(layers)
    super.init(
      backbone.stages(auxiliary: auxLoss), Head(2048, numClasses), auxLoss ? Head(1024, numClasses) : nil)
    fault = backbone.fault
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.segmentation.fcn.FCN" }

  /// Two convolutions with a dropout between them.
  public final class Head: Sequential {
    init(_ inChannels: Int, _ numClasses: Int) {
      let width = inChannels / 4
      super.init([
        Conv2d(inChannels, width, kernelSize: 3, padding: 1, bias: false), BatchNorm2d(width), ReLU(),
        Dropout(p: 0.1), Conv2d(width, numClasses, kernelSize: 1),
      ])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.segmentation.fcn.FCNHead" }
  }
}

extension ResNet {
  /// A ResNet of bottlenecks whose last two stages dilate their windows and keep the image's size.
  static func dilated(_ layers: [Int]) -> ResNet {
    ResNet(.bottleneck, layers, replaceStrideWithDilation: [false, true, true])
  }

  /// The layers up to the last stage, for segmentation.
  func stages(auxiliary: Bool) -> IntermediateLayers {
    stages(returning: auxiliary ? ["layer3": "aux", "layer4": "out"] : ["layer4": "out"])
  }

  /// The layers up to the last one whose result is returned.
  ///
  /// - Parameter returned: the key of each result, by the name of its layer, as in `["layer4": "0"]`.
  public func stages(returning returned: [String: String]) -> IntermediateLayers {
    let layers: [(key: String, layer: any Layer)] = [
      ("conv1", conv1), ("bn1", bn1), ("relu", relu), ("maxpool", maxpool), ("layer1", layer1), ("layer2", layer2),
      ("layer3", layer3), ("layer4", layer4),
    ]
    return IntermediateLayers(layers, returning: returned)
  }
}

/// FCN over ResNet-50, torchvision's `fcn_resnet50`.
public func fcn_resnet50(numClasses: Int = 21, auxLoss: Bool = false) -> FCN {
  FCN([3, 4, 6, 3], numClasses: numClasses, auxLoss: auxLoss)
}

/// FCN over ResNet-101, torchvision's `fcn_resnet101`.
public func fcn_resnet101(numClasses: Int = 21, auxLoss: Bool = false) -> FCN {
  FCN([3, 4, 23, 3], numClasses: numClasses, auxLoss: auxLoss)
}

extension ModelZoo {
  /// The fully convolutional networks.
  static let fcns: [ModelDefinition] = [
    image("fcn_resnet50", "FCN over ResNet-50", size: 520) { fcn_resnet50() },
    image("fcn_resnet101", "FCN over ResNet-101", size: 520) { fcn_resnet101() },
  ]
  /// The networks with atrous pyramids.
  static let deeplabs: [ModelDefinition] = [
    image("deeplabv3_resnet50", "DeepLab v3 over ResNet-50", size: 520) { deeplabv3_resnet50() },
    image("deeplabv3_resnet101", "DeepLab v3 over ResNet-101", size: 520) { deeplabv3_resnet101() },
    image("deeplabv3_mobilenet_v3_large", "DeepLab v3 over MobileNet v3, large", size: 520) {
      deeplabv3_mobilenet_v3_large()
    },
  ]
  /// The small networks for segmentation.
  static let lrasppNetworks: [ModelDefinition] = [
    image("lraspp_mobilenet_v3_large", "Lite R-ASPP over MobileNet v3, large", size: 520) {
      lraspp_mobilenet_v3_large()
    }
  ]
}
