public import XylemNN
public import XylemTensor

/// Inception modules: Szegedy et al., arXiv:1409.4842, with batch norms.
///
/// `[N, 3, H, W]` to ``AuxiliaryOutputs``, with keys and node names as torchvision's `googlenet.py` has them.
public final class GoogLeNet: Module {
  private let conv1 = BasicConv2d(3, 64, kernelSize: 7, stride: 2, padding: 3)
  private let maxpool1 = MaxPool2d(kernelSize: 3, stride: 2, ceilMode: true)
  private let conv2 = BasicConv2d(64, 64, kernelSize: 1)
  private let conv3 = BasicConv2d(64, 192, kernelSize: 3, padding: 1)
  private let maxpool2 = MaxPool2d(kernelSize: 3, stride: 2, ceilMode: true)
  private let inception3a = Inception(192, 64, 96, 128, 16, 32, 32)
  private let inception3b = Inception(256, 128, 128, 192, 32, 96, 64)
  private let maxpool3 = MaxPool2d(kernelSize: 3, stride: 2, ceilMode: true)
  private let inception4a = Inception(480, 192, 96, 208, 16, 48, 64)
  private let inception4b = Inception(512, 160, 112, 224, 24, 64, 64)
  private let inception4c = Inception(512, 128, 128, 256, 24, 64, 64)
  private let inception4d = Inception(512, 112, 144, 288, 32, 64, 64)
  private let inception4e = Inception(528, 256, 160, 320, 32, 128, 128)
  private let maxpool4 = MaxPool2d(kernelSize: 2, stride: 2, ceilMode: true)
  private let inception5a = Inception(832, 256, 160, 320, 32, 128, 128)
  private let inception5b = Inception(832, 384, 192, 384, 48, 128, 128)
  private let aux1: InceptionAux?
  private let aux2: InceptionAux?
  private let avgpool = AdaptiveAvgPool2d([1, 1])
  private let dropout: Dropout
  private let fc: Linear
  private let transformInput: Bool

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - auxLogits: whether there are heads for training.
  ///   - transformInput: whether images are normalised for ImageNet's channels and must be converted to 0.5, as
  ///     torchvision's trained weights require.
  public init(
    numClasses: Int = 1000, auxLogits: Bool = true, transformInput: Bool = false, dropout: Double = 0.2,
    dropoutAux: Double = 0.7
  ) {
    aux1 = auxLogits ? InceptionAux(512, numClasses, dropout: dropoutAux) : nil
    aux2 = auxLogits ? InceptionAux(528, numClasses, dropout: dropoutAux) : nil
    self.dropout = Dropout(p: dropout)
    fc = .truncated(1024, numClasses, std: 0.01)
    self.transformInput = transformInput
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.googlenet.GoogLeNet" }

  /// The single argument, `x`.
  public override var entry: ModuleEntry? { ModuleEntry("x") { [self] (x: Tensor) in try forward(x) } }

  /// Runs the network, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:)``.
  public func callAsFunction(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> AuxiliaryOutputs {
    try call(x, file: file, line: line) { try self.forward($0) }
  }

  /// `[N, 3, H, W]` to the logits, and in train mode those of both heads.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> AuxiliaryOutputs {
    var x = transformInput ? try renormalized(x) : x
    x = try maxpool2(conv3(conv2(maxpool1(conv1(x)))))
    x = try inception4a(maxpool3(inception3b(inception3a(x))))
    let first = isTraining ? try aux1?(x) : nil
    x = try inception4d(inception4c(inception4b(x)))
    let second = isTraining ? try aux2?(x) : nil
    x = try inception5b(inception5a(maxpool4(inception4e(x))))
    x = try fc(dropout(avgpool(x).flatten(startDim: 1)))
    return AuxiliaryOutputs(x, [second, first].compactMap { $0 })
  }
}

extension GoogLeNet {
  /// A convolution, a batch norm and a ReLU.
  public final class BasicConv2d: Module, Layer {
    let conv: Conv2d
    let bn: BatchNorm2d

    init(_ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0) {
      conv = Conv2d(
        inChannels, outChannels, kernelSize: Sizes(kernelSize), stride: Sizes(stride), padding: .sizes(Sizes(padding)),
        bias: false, initializer: .truncatedNormal(std: 0.01))
      bn = BatchNorm2d(outChannels, eps: 0.001)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.googlenet.BasicConv2d" }

    /// `[N, C, H, W]` to feature maps.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try Functional.relu(bn(conv(x)), inplace: true) }
  }
}

extension GoogLeNet {
  /// Four parallel branches.
  public final class Inception: Module, Layer {
    let branch1: BasicConv2d
    let branch2: Sequential
    let branch3: Sequential
    let branch4: Sequential

    init(
      _ inChannels: Int, _ one: Int, _ threeReduced: Int, _ three: Int, _ fiveReduced: Int, _ five: Int, _ pool: Int
    ) {
      branch1 = BasicConv2d(inChannels, one, kernelSize: 1)
      branch2 = Sequential(
        BasicConv2d(inChannels, threeReduced, kernelSize: 1),
        BasicConv2d(threeReduced, three, kernelSize: 3, padding: 1))
      // The paper has 5 by 5 here; torchvision's weights have 3 by 3.
      branch3 = Sequential(
        BasicConv2d(inChannels, fiveReduced, kernelSize: 1),
        BasicConv2d(fiveReduced, five, kernelSize: 3, padding: 1))
      branch4 = Sequential(
        MaxPool2d(kernelSize: 3, stride: 1, padding: 1, ceilMode: true),
        BasicConv2d(inChannels, pool, kernelSize: 1))
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.googlenet.Inception" }

    /// `[N, C, H, W]` to feature maps.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      try Tensor.cat([branch1(x), branch2(x), branch3(x), branch4(x)], dim: 1)
    }
  }
}

extension GoogLeNet {
  /// An auxiliary classifier in the middle of the network.
  public final class InceptionAux: Module, Layer {
    let conv: BasicConv2d
    let fc1: Linear = .truncated(2048, 1024, std: 0.01)
    let fc2: Linear
    let dropout: Dropout

    init(_ inChannels: Int, _ numClasses: Int, dropout: Double) {
      conv = BasicConv2d(inChannels, 128, kernelSize: 1)
      fc2 = .truncated(1024, numClasses, std: 0.01)
      self.dropout = Dropout(p: dropout)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.googlenet.InceptionAux" }

    /// `[N, C, H, W]` to `[N, numClasses]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let pooled = try conv(Functional.adaptiveAvgPool2d(x, 4, 4)).flatten(startDim: 1)
      return try fc2(dropout(Functional.relu(fc1(pooled), inplace: true)))
    }
  }
}

/// GoogLeNet, torchvision's `googlenet`.
public func googlenet(
  numClasses: Int = 1000, auxLogits: Bool = true, transformInput: Bool = false
) -> GoogLeNet {
  GoogLeNet(numClasses: numClasses, auxLogits: auxLogits, transformInput: transformInput)
}
