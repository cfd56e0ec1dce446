public import XylemNN
public import XylemTensor

/// Densely connected networks: Huang et al., arXiv:1608.06993.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `densenet.py` has them. torchvision's
/// `memory_efficient`, which computes activations twice to save memory, does not exist here.
public final class DenseNet: Module, Layer {
  /// The stem, the dense blocks, the transitions between them and a norm.
  public let features: Sequential
  /// The head.
  public let classifier: Linear

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - growthRate: the channels that each layer adds.
  ///   - blockConfig: the number of layers in each dense block.
  ///   - numInitFeatures: the channels of the stem.
  ///   - bnSize: the width of a layer's bottleneck, in growth rates.
  ///   - dropRate: the probability with which a layer drops elements.
  public init(
    growthRate: Int = 32, _ blockConfig: [Int] = [6, 12, 24, 16], numInitFeatures: Int = 64, bnSize: Int = 4,
    dropRate: Double = 0, numClasses: Int = 1000
  ) {
    let isAllowed =
      !blockConfig.isEmpty && blockConfig.allSatisfy { (0...1000).contains($0) }
      && [growthRate, numInitFeatures, bnSize].allSatisfy { (1...4096).contains($0) } && (0...1).contains(dropRate)
    let given = (blockConfig, growthRate, numInitFeatures, bnSize, dropRate)
    let (blockConfig, growthRate, width, bnSize, dropRate) = isAllowed ? given : ([1], 1, 1, 1, 0)
    features = Sequential(
      ("conv0", Conv2d(3, width, kernelSize: 7, stride: 2, padding: 3, bias: false)), ("norm0", BatchNorm2d(width)),
      ("relu0", ReLU(inplace: true)), ("pool0", MaxPool2d(kernelSize: 3, stride: 2, padding: 1)))
    var channels = width
    for (index, count) in blockConfig.enumerated() {
      let layers = (0..<count).map {
        DenseLayer(channels + $0 * growthRate, growthRate: growthRate, bnSize: bnSize, dropRate: dropRate)
      }
      features.append("denseblock\(index + 1)", DenseBlock(layers))
      channels += count * growthRate
      guard index < blockConfig.count - 1 else { break }
      features.append("transition\(index + 1)", Transition(channels, channels / 2))
      channels /= 2
    }
    features.append("norm5", BatchNorm2d(channels))
    classifier = Linear(channels, numClasses)
    classifier.bias?.initialize(.zeros)
    super.init()
    forEachConvolution(of: [features]) { convolution, sizes in
      convolution.weight.initialize(.kaimingNormal(fan: sizes[1] * sizes[2] * sizes[3]))
    }
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a DenseNet of blocks of \(given.0) layers, a growth rate of \(given.1), \(given.2) first channels, bottlenecks of \(given.3) growth rates and a drop rate of \(given.4)",
      Self.typeName,
      "blocks of 0 to 1000 layers, widths of 1 to 4096 and a probability between 0 and 1 are allowed")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.densenet.DenseNet" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    let active = try Functional.relu(features(x), inplace: true)
    return try classifier(Functional.adaptiveAvgPool2d(active, 1, 1).flatten(startDim: 1))
  }
}

extension DenseNet {
  /// Layers of which each one gets the results of all layers before it.
  public final class DenseBlock: Module, Layer {
    private let children: Children

    /// The layers under their own names.
    private struct Children: NamedModules {
      let layers: [DenseLayer]
      var named: [(key: String, module: Module)] {
        layers.enumerated().map { ("denselayer\($0.offset + 1)", $0.element) }
      }
    }

    init(_ layers: [DenseLayer]) { children = Children(layers: layers) }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.densenet._DenseBlock" }

    /// `[N, C, H, W]` to `[N, C + layers * growthRate, H, W]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      var features = [x]
      for layer in children.layers { features.append(try layer(features)) }
      return try Tensor.cat(features, dim: 1)
    }
  }

  /// A bottleneck of 1 by 1 and a convolution of 3 by 3 over several feature maps.
  public final class DenseLayer: Module {
    private let norm1: BatchNorm2d
    private let relu1 = ReLU(inplace: true)
    private let conv1: Conv2d
    private let norm2: BatchNorm2d
    private let relu2 = ReLU(inplace: true)
    private let conv2: Conv2d
    private let dropRate: Double

    init(_ inChannels: Int, growthRate: Int, bnSize: Int, dropRate: Double) {
      norm1 = BatchNorm2d(inChannels)
      conv1 = Conv2d(inChannels, bnSize * growthRate, kernelSize: 1, bias: false)
      norm2 = BatchNorm2d(bnSize * growthRate)
      conv2 = Conv2d(bnSize * growthRate, growthRate, kernelSize: 3, padding: 1, bias: false)
      self.dropRate = dropRate
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.densenet._DenseLayer" }

    /// The single argument, `input`: a list of feature maps.
    public override var entry: ModuleEntry? {
      ModuleEntry("input") { [self] (features: [Tensor]) in try forward(features) }
    }

    /// Runs the layer, or records its call while a model is traced.
    ///
    /// - Throws: as ``forward(_:)``.
    public func callAsFunction(_ features: [Tensor], file: String = #fileID, line: Int = #line) throws -> Tensor {
      try call(features, file: file, line: line) { try self.forward($0) }
    }

    /// Feature maps of `[N, C, H, W]`, with `inChannels` channels together, to `[N, growthRate, H, W]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ features: [Tensor]) throws -> Tensor {
      let narrow = try conv1(relu1(norm1(Tensor.cat(features, dim: 1))))
      let new = try conv2(relu2(norm2(narrow)))
      guard dropRate > 0 else { return new }
      return try Functional.dropout(new, p: dropRate, training: isTraining)
    }
  }

  /// A convolution of 1 by 1 and a pool between two dense blocks.
  public final class Transition: Sequential {
    init(_ inChannels: Int, _ outChannels: Int) {
      super.init([
        ("norm", BatchNorm2d(inChannels)), ("relu", ReLU(inplace: true)),
        ("conv", Conv2d(inChannels, outChannels, kernelSize: 1, bias: false)),
        ("pool", AvgPool2d(kernelSize: 2, stride: 2)),
      ])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.densenet._Transition" }
  }
}

/// DenseNet-121, torchvision's `densenet121`.
public func densenet121(numClasses: Int = 1000) -> DenseNet { DenseNet(numClasses: numClasses) }

/// DenseNet-161, torchvision's `densenet161`.
public func densenet161(numClasses: Int = 1000) -> DenseNet {
  DenseNet(growthRate: 48, [6, 12, 36, 24], numInitFeatures: 96, numClasses: numClasses)
}

/// DenseNet-169, torchvision's `densenet169`.
public func densenet169(numClasses: Int = 1000) -> DenseNet { DenseNet([6, 12, 32, 32], numClasses: numClasses) }

/// DenseNet-201, torchvision's `densenet201`.
public func densenet201(numClasses: Int = 1000) -> DenseNet { DenseNet([6, 12, 48, 32], numClasses: numClasses) }

extension ModelZoo {
  /// The DenseNets.
  static let densenets: [ModelDefinition] = [
    image("densenet121", "DenseNet-121") { densenet121() }, image("densenet161", "DenseNet-161") { densenet161() },
    image("densenet169", "DenseNet-169") { densenet169() }, image("densenet201", "DenseNet-201") { densenet201() },
  ]
}
