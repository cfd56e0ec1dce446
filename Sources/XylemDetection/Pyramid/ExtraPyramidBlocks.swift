public import XylemNN
internal import XylemTensor

/// A block that adds coarser feature maps to a feature pyramid: the base class of ``LastLevelMaxPool``,
/// ``LastLevelP6P7`` and your own.
open class ExtraPyramidBlock: Module {
  /// Runs the block, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:_:)``.
  public final func callAsFunction(
    _ pyramid: FeatureMaps, _ features: FeatureMaps, file: String = #fileID, line: Int = #line
  ) throws -> FeatureMaps {
    try call(pyramid, features, file: file, line: line) { try self.forward($0, $1) }
  }

  /// The pyramid with additional feature maps.
  ///
  /// - Parameters:
  ///   - pyramid: the results of the pyramid, `[N, C, Hᵢ, Wᵢ]`, finest first.
  ///   - features: the feature maps that it was made from.
  /// - Throws: the errors of the block.
  open func forward(_ pyramid: FeatureMaps, _ features: FeatureMaps) throws -> FeatureMaps { pyramid }
}

/// Adds `pool`, every second element of the coarsest result.
public final class LastLevelMaxPool: ExtraPyramidBlock {
  /// Creates a block.
  public override init() {}

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.feature_pyramid_network.LastLevelMaxPool" }

  /// The pyramid and `pool`, `[N, C, H / 2, W / 2]` of the coarsest result.
  ///
  /// - Throws: `detection.features` for an empty pyramid; `runtime.operator`.
  public override func forward(_ pyramid: FeatureMaps, _ features: FeatureMaps) throws -> FeatureMaps {
    var all = pyramid
    let pooled = try Functional.maxPool2d(pyramid.coarsest(), kernelSize: 1, stride: 2, padding: 0)
    all.entries.append(("pool", pooled))
    return all
  }
}

/// Adds `p6` and `p7`, two more convolutions with a stride of 2, for RetinaNet and FCOS.
public final class LastLevelP6P7: ExtraPyramidBlock {
  private let p6: Conv2d
  private let p7: Conv2d
  private let usesPyramid: Bool

  /// Creates a block.
  ///
  /// - Parameter inChannels: the channels of what it starts from: the coarsest result of the pyramid if they are
  ///   `outChannels`, otherwise the coarsest feature map.
  public init(_ inChannels: Int, _ outChannels: Int) {
    p6 = Conv2d(inChannels, outChannels, kernelSize: 3, stride: 2, padding: 1)
    p7 = Conv2d(outChannels, outChannels, kernelSize: 3, stride: 2, padding: 1)
    usesPyramid = inChannels == outChannels
    for (layer, channels) in [(p6, inChannels), (p7, outChannels)] {
      layer.weight.initialize(.kaimingUniform(fan: channels * 9, slope: 1))
      layer.bias?.initialize(.zeros)
    }
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.feature_pyramid_network.LastLevelP6P7" }

  /// The pyramid, `p6` and `p7`, each with half the size of the one before.
  ///
  /// - Throws: `detection.features` for an empty pyramid; `runtime.operator`.
  public override func forward(_ pyramid: FeatureMaps, _ features: FeatureMaps) throws -> FeatureMaps {
    var all = pyramid
    let sixth = try p6(usesPyramid ? pyramid.coarsest() : features.coarsest())
    let seventh = try p7(Functional.relu(sixth))
    all.entries += [("p6", sixth), ("p7", seventh)]
    return all
  }
}

extension FeatureMaps {
  /// The last feature map.
  ///
  /// - Throws: `detection.features` if there is none.
  func coarsest() throws -> Tensor {
    guard let last = entries.last else {
      throw DetectionErrors.features("there are no feature maps", "a pyramid needs at least one")
    }
    return last.map
  }
}
