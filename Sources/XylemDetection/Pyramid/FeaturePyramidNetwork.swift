internal import XylemErrors
public import XylemNN
internal import XylemTensor

/// Feature maps of all resolutions with the same number of channels and what the coarser ones know: Lin et al.,
/// arXiv:1612.03144.
///
/// Keys and node names are those of torchvision's `ops.FeaturePyramidNetwork`.
public final class FeaturePyramidNetwork: Module {
  private let innerBlocks: [Conv2dNormActivation]
  private let layerBlocks: [Conv2dNormActivation]
  private let extraBlocks: ExtraPyramidBlock?

  /// Creates a network.
  ///
  /// - Parameters:
  ///   - inChannelsList: the channels of each feature map, finest first.
  ///   - outChannels: the channels of each result.
  ///   - extraBlocks: adds results for coarser resolutions.
  ///   - normLayer: creates the norms for a number of channels; nil for none.
  public init(
    _ inChannelsList: [Int], outChannels: Int, extraBlocks: ExtraPyramidBlock? = nil,
    normLayer: ((Int) -> any Layer)? = nil
  ) {
    let isAllowed =
      !inChannelsList.isEmpty && (inChannelsList + [outChannels]).allSatisfy { (1...1 << 20).contains($0) }
    let channels = isAllowed ? inChannelsList : [1]
    let width = isAllowed ? outChannels : 1
    func block(_ inChannels: Int, _ kernelSize: Int) -> Conv2dNormActivation {
      let block = Conv2dNormActivation(
        inChannels, width, kernelSize: Sizes(kernelSize), normLayer: normLayer, activationLayer: nil)
      block.initializeConvolutions(.kaimingUniform(fan: inChannels * kernelSize * kernelSize, slope: 1))
      return block
    }
    innerBlocks = channels.map { block($0, 1) }
    layerBlocks = channels.map { _ in block(width, 3) }
    self.extraBlocks = extraBlocks
    super.init()
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "a feature pyramid of \(inChannelsList) channels with results of \(outChannels)", Self.typeName,
      "at least one feature map is needed, and at least one channel of each")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.feature_pyramid_network.FeaturePyramidNetwork" }

  /// Before torchvision 0.13 the convolutions had no place for a norm beside them.
  public override var formerKeys: [String: String] {
    let blocks = innerBlocks.indices.flatMap { ["inner_blocks.\($0)", "layer_blocks.\($0)"] }
    return .withoutNorm(blocks.map { ($0, $0) })
  }

  /// The single argument, `x`.
  public override var entry: ModuleEntry? { ModuleEntry("x") { [self] (x: FeatureMaps) in try forward(x) } }

  /// Runs the network, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:)``.
  public func callAsFunction(_ x: FeatureMaps, file: String = #fileID, line: Int = #line) throws -> FeatureMaps {
    try call(x, file: file, line: line) { try self.forward($0) }
  }

  /// Feature maps `[N, Cᵢ, Hᵢ, Wᵢ]` to as many `[N, outChannels, Hᵢ, Wᵢ]` with the same names, and those of the extra
  /// blocks.
  ///
  /// - Throws: `detection.features` for another number of feature maps; `runtime.operator` with the shapes.
  public func forward(_ x: FeatureMaps) throws -> FeatureMaps {
    guard x.entries.count == innerBlocks.count else {
      throw DetectionErrors.features(
        "a feature pyramid got the feature maps \(x.names)", "it was made for \(innerBlocks.count)",
        remedies: ["FeaturePyramidNetwork(features.maps.map { try $0.sizes[1] }, outChannels: 256)"])
    }
    let maps = x.maps
    let last = maps.count - 1
    var inner = try innerBlocks[last](maps[last])
    var results = [try layerBlocks[last](inner)]
    for level in (0..<last).reversed() {
      let lateral = try innerBlocks[level](maps[level])
      let coarser = try Functional.interpolate(inner, sizes: lateral.shape[(-2)...], mode: .nearest)
      inner = try lateral + coarser
      results.insert(try layerBlocks[level](inner), at: 0)
    }
    let pyramid = FeatureMaps(zip(x.names, results).map { (name: $0, map: $1) })
    return try extraBlocks?(pyramid, x) ?? pyramid
  }
}

extension Sequential {
  /// Sets the initialiser of the weights of all convolutions directly in this sequence, and their biases to 0.
  func initializeConvolutions(_ initializer: Initializer) {
    for layer in layers {
      if let layer = layer as? Convolution {
        layer.weight.initialize(initializer)
        layer.bias?.initialize(.zeros)
      }
    }
  }
}
