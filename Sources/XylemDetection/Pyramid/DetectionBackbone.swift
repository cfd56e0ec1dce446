internal import XylemErrors
public import XylemModels
public import XylemNN
public import XylemTensor

/// The part of a detector that computes feature maps from images.
///
///     final class Backbone: Module, DetectionBackbone {
///       let body: FeatureExtractor
///       let fpn: FeaturePyramidNetwork
///       let outChannels = 256
///       init(_ body: FeatureExtractor, channels: [Int]) {
///         self.body = body
///         fpn = FeaturePyramidNetwork(channels, outChannels: outChannels)
///       }
///       func forward(_ x: Tensor) throws -> FeatureMaps {
///         try fpn(FeatureMaps(body(x).tensors().map { (name: $0.key, map: $0.tensor) }))
///       }
///     }
public protocol DetectionBackbone: Module {
  /// The number of channels of each feature map.
  var outChannels: Int { get }

  /// `[N, 3, H, W]` to feature maps `[N, outChannels, Hᵢ, Wᵢ]`, finest first.
  func forward(_ x: Tensor) throws -> FeatureMaps
}

extension DetectionBackbone {
  /// Runs the backbone, or records its call while a model is traced.
  ///
  /// - Throws: the errors of `forward`, and while tracing the tracer's errors.
  public func callAsFunction(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> FeatureMaps {
    try call(x, file: file, line: line) { try self.forward($0) }
  }
}

/// Layers that run one after another as a backbone with a single feature map, `0`. Their keys are their own.
///
///     let backbone = SequentialBackbone(mobilenet_v2().features, outChannels: 1280)
public final class SequentialBackbone: Module, DetectionBackbone {
  private let children: Children
  /// The number of channels of the feature map.
  public let outChannels: Int

  private struct Children: NamedModules {
    let entries: [(key: String, layer: any Layer)]
    var named: [(key: String, module: Module)] { entries.map { ($0.key, $0.layer) } }
  }

  /// Creates a backbone from the layers of a sequence.
  ///
  /// - Parameter outChannels: the channels of the last layer's result.
  public init(_ layers: Sequential, outChannels: Int) {
    children = Children(entries: layers.layers.enumerated().map { (String($0.offset), $0.element) })
    self.outChannels = outChannels
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.container.Sequential" }

  /// The single argument, `x`.
  public override var entry: ModuleEntry? { ModuleEntry("x") { [self] (x: Tensor) in try forward(x) } }

  /// `[N, 3, H, W]` to the feature map `0`, `[N, outChannels, H', W']`.
  ///
  /// - Throws: the errors of the layers.
  public func forward(_ x: Tensor) throws -> FeatureMaps {
    var x = x
    for (_, layer) in children.entries { x = try layer(x) }
    return ["0": x]
  }
}

/// The first layers of a network, and a feature pyramid over some of their results, torchvision's `BackboneWithFPN`.
public final class BackboneWithFPN: Module, DetectionBackbone {
  /// The layers up to the last one whose result is used.
  public let body: IntermediateLayers
  /// The feature pyramid.
  public let fpn: FeaturePyramidNetwork
  /// The number of channels of each feature map.
  public let outChannels: Int
  private let names: [String]

  /// Creates a backbone.
  ///
  /// - Parameters:
  ///   - body: layers that return feature maps.
  ///   - names: the names of the feature maps, finest first.
  ///   - inChannelsList: the channels of each feature map.
  ///   - extraBlocks: adds feature maps for coarser resolutions.
  ///   - normLayer: creates the norms of the pyramid; nil for none.
  public init(
    _ body: IntermediateLayers, names: [String], inChannelsList: [Int], outChannels: Int,
    extraBlocks: ExtraPyramidBlock? = LastLevelMaxPool(), normLayer: ((Int) -> any Layer)? = nil
  ) {
    self.body = body
    self.names = names
    self.outChannels = outChannels
    fpn = FeaturePyramidNetwork(
      inChannelsList, outChannels: outChannels, extraBlocks: extraBlocks, normLayer: normLayer)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.backbone_utils.BackboneWithFPN" }

  /// The single argument, `x`.
  public override var entry: ModuleEntry? { ModuleEntry("x") { [self] (x: Tensor) in try forward(x) } }

  /// `[N, 3, H, W]` to feature maps `[N, outChannels, Hᵢ, Wᵢ]`, finest first.
  ///
  /// - Throws: `detection.features` if the layers do not return a feature map; `runtime.operator`.
  public func forward(_ x: Tensor) throws -> FeatureMaps {
    let found = try body(x)
    return try fpn(
      FeatureMaps(
        names.map { name in
          guard let map = found[name] else {
            throw DetectionErrors.features(
              "the backbone returned no feature map '\(name)'", "it returned \(found.keys.sorted())")
          }
          return (name: name, map: map)
        }))
  }
}
