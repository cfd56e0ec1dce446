public import XylemNN
public import XylemTensor

extension Timm {
  /// Convolutional networks with the design of transformers: Liu et al., arXiv:2201.03545.
  ///
  /// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as timm's `convnext.py` has them.
  public final class ConvNeXt: Module, Layer {
    /// A convolution over patches of 4 by 4, and a norm.
    public let stem: Sequential
    /// The four stages.
    public let stages: Sequential
    private let normPre = Identity()
    /// The head.
    public let head: Head

    /// Creates a network with new weights.
    ///
    /// - Parameters:
    ///   - depths: the number of blocks of each of the four stages.
    ///   - dims: the channels of each stage.
    ///   - lsInitValue: the first weight of each block's residual branch.
    ///   - dropRate: the dropout in front of the last layer.
    ///   - dropPathRate: the probability with which the last block's residual branch is dropped for a sample; that of
    ///     earlier blocks rises to it from 0.
    ///   - numClasses: the number of classes; 0 for a network without the last layer.
    public init(
      depths: [Int], dims: [Int], lsInitValue: Double = 1e-6, dropRate: Double = 0, dropPathRate: Double = 0,
      numClasses: Int = 1000
    ) {
      let given = (depths, dims)
      let isAllowed =
        depths.count == 4 && dims.count == 4 && depths.allSatisfy { (0...1000).contains($0) }
        && dims.allSatisfy { (1...largestSize).contains($0) } && (0...largestSize).contains(numClasses)
      let (depths, dims) = isAllowed ? given : ([0, 0, 0, 0], [1, 1, 1, 1])
      stem = Sequential(Conv2d(3, dims[0], kernelSize: 4, stride: 4), LayerNorm2d(dims[0]))
      var paths = DropPath.rising(to: dropPathRate, count: depths.reduce(0, +), rank: 4)[...]
      var stages: [any Layer] = []
      for (index, depth) in depths.enumerated() {
        stages.append(
          Stage(index == 0 ? nil : dims[index - 1], dims[index], Array(paths.prefix(depth)), lsInitValue: lsInitValue))
        paths = paths.dropFirst(depth)
      }
      self.stages = Sequential(stages)
      head = Head(dims[3], isAllowed ? numClasses : 1, dropRate: dropRate)
      super.init()
      forEachConvolution(of: [stem, self.stages]) { convolution, _ in
        convolution.weight.initialize(.truncatedNormal(std: 0.02))
        convolution.bias?.initialize(.zeros)
      }
      guard !isAllowed else { return }
      fault = ModelErrors.argument(
        "a ConvNeXt of depths \(given.0) and widths \(given.1)", Self.typeName,
        "four depths of 0 to 1000 blocks and four widths of at least 1 are needed")
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.models.convnext.ConvNeXt" }

    /// `[N, 3, H, W]` to `[N, numClasses]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try head(normPre(stages(stem(x)))) }
  }
}

extension Timm.ConvNeXt {
  /// Blocks, after a convolution that halves the image in all stages but the first.
  public final class Stage: Module, Layer {
    private let downsample: any Layer
    /// The blocks.
    public let blocks: Sequential

    init(_ inChannels: Int?, _ width: Int, _ paths: [() -> any Layer], lsInitValue: Double) {
      downsample =
        inChannels.map {
          Sequential(Timm.LayerNorm2d($0), Conv2d($0, width, kernelSize: 2, stride: 2))
        } ?? Identity()
      blocks = Sequential(paths.map { Block(width, lsInitValue: lsInitValue, dropPath: $0()) })
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.models.convnext.ConvNeXtStage" }

    /// `[N, C, H, W]` to `[N, width, H / 2, W / 2]`; in the first stage the size stays.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try blocks(downsample(x)) }
  }

  /// A depthwise convolution of 7 by 7 and an MLP for each pixel, as a residual branch.
  public final class Block: Module, Layer {
    private let gamma: Parameter
    private let convDw: Conv2d
    private let norm: Timm.LayerNorm
    private let mlp: Timm.Mlp
    private let shortcut = Identity()
    private let dropPath: any Layer

    init(_ width: Int, lsInitValue: Double, dropPath: any Layer) {
      gamma = Parameter([width], .constant(lsInitValue))
      convDw = Conv2d(width, width, kernelSize: 7, padding: 3, groups: width)
      norm = Timm.LayerNorm(width)
      mlp = Timm.Mlp(width, 4 * width, act: Timm.GELU())
      self.dropPath = dropPath
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.models.convnext.ConvNeXtBlock" }

    /// `[N, C, H, W]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let branch = try mlp(norm(convDw(x).permute(0, 2, 3, 1))).permute(0, 3, 1, 2)
      let scaled = try branch.mul(gamma.tensor.reshape([1, -1, 1, 1]))
      return try dropPath(scaled) + shortcut(x)
    }
  }

  /// The mean over the image, a norm and a linear layer, timm's `NormMlpClassifierHead`.
  public final class Head: Module, Layer {
    private let globalPool = Timm.SelectAdaptivePool2d(flatten: false)
    private let norm: Timm.LayerNorm2d
    private let flatten = Flatten()
    private let preLogits = Identity()
    private let drop: Dropout
    /// The last layer: a `Linear`, or an `Identity` for no classes.
    public let fc: any Layer

    init(_ width: Int, _ numClasses: Int, dropRate: Double) {
      norm = Timm.LayerNorm2d(width)
      drop = Dropout(p: dropRate)
      fc = Timm.head(width, numClasses) { .truncatedWithoutBias($0, $1) }
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.layers.classifier.NormMlpClassifierHead" }

    /// `[N, C, H, W]` to `[N, numClasses]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      try fc(drop(preLogits(flatten(norm(globalPool(x))))))
    }
  }
}

extension Timm {
  /// The tiny ConvNeXt, timm's `convnext_tiny`.
  public static func convnext_tiny(numClasses: Int = 1000) -> ConvNeXt {
    ConvNeXt(depths: [3, 3, 9, 3], dims: [96, 192, 384, 768], numClasses: numClasses)
  }

  /// The small ConvNeXt, timm's `convnext_small`.
  public static func convnext_small(numClasses: Int = 1000) -> ConvNeXt {
    ConvNeXt(depths: [3, 3, 27, 3], dims: [96, 192, 384, 768], numClasses: numClasses)
  }

  /// The base ConvNeXt, timm's `convnext_base`.
  public static func convnext_base(numClasses: Int = 1000) -> ConvNeXt {
    ConvNeXt(depths: [3, 3, 27, 3], dims: [128, 256, 512, 1024], numClasses: numClasses)
  }

  /// The large ConvNeXt, timm's `convnext_large`.
  public static func convnext_large(numClasses: Int = 1000) -> ConvNeXt {
    ConvNeXt(depths: [3, 3, 27, 3], dims: [192, 384, 768, 1536], numClasses: numClasses)
  }
}

extension ModelZoo {
  /// timm's ConvNeXts.
  static let timmConvnexts: [ModelDefinition] = [
    image("timm/convnext_tiny", "timm's ConvNeXt, tiny") { Timm.convnext_tiny() },
    image("timm/convnext_small", "timm's ConvNeXt, small") { Timm.convnext_small() },
    image("timm/convnext_base", "timm's ConvNeXt, base") { Timm.convnext_base() },
    image("timm/convnext_large", "timm's ConvNeXt, large") { Timm.convnext_large() },
  ]
}
