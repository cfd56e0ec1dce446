public import XylemNN
public import XylemTensor

/// Inception modules: Szegedy et al., arXiv:1409.4842, with batch norms.
///
/// `[N, 3, H, W]` to ``AuxiliaryOutputs``, with keys and node names as torchvision's `googlenet.py` has them.
public final class GoogLeNet: Module {
  private let conv1 = NormedConvolution(3, 64, kernelSize: 7, stride: 2, padding: 3)
  private let maxpool1 = MaxPool2d(kernelSize: 3, stride: 2, ceilMode: true)
  private let conv2 = NormedConvolution(64, 64, kernelSize: 1)
  private let conv3 = NormedConvolution(64, 192, kernelSize: 3, padding: 1)
  private let maxpool2 = MaxPool2d(kernelSize: 3, stride: 2, ceilMode: true)
  private let inception3a = InceptionBlock(192, 64, 96, 128, 16, 32, 32)
  private let inception3b = InceptionBlock(256, 128, 128, 192, 32, 96, 64)
  private let maxpool3 = MaxPool2d(kernelSize: 3, stride: 2, ceilMode: true)
  private let inception4a = InceptionBlock(480, 192, 96, 208, 16, 48, 64)
  private let inception4b = InceptionBlock(512, 160, 112, 224, 24, 64, 64)
  private let inception4c = InceptionBlock(512, 128, 128, 256, 24, 64, 64)
  private let inception4d = InceptionBlock(512, 112, 144, 288, 32, 64, 64)
  private let inception4e = InceptionBlock(528, 256, 160, 320, 32, 128, 128)
  private let maxpool4 = MaxPool2d(kernelSize: 2, stride: 2, ceilMode: true)
  private let inception5a = InceptionBlock(832, 256, 160, 320, 32, 128, 128)
  private let inception5b = InceptionBlock(832, 384, 192, 384, 48, 128, 128)
  private let aux1: InceptionHead?
  private let aux2: InceptionHead?
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
    aux1 = auxLogits ? InceptionHead(512, numClasses, dropout: dropoutAux) : nil
    aux2 = auxLogits ? InceptionHead(528, numClasses, dropout: dropoutAux) : nil
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

/// A convolution, a batch norm and a ReLU.
private final class NormedConvolution: Module, Layer {
  let conv: Conv2d
  let bn: BatchNorm2d

  init(_ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0) {
    conv = Conv2d(
      inChannels, outChannels, kernelSize: Sizes(kernelSize), stride: Sizes(stride), padding: .sizes(Sizes(padding)),
      bias: false, initializer: .truncatedNormal(std: 0.01))
    bn = BatchNorm2d(outChannels, eps: 0.001)
  }

  override class var typeName: String { "torchvision.models.googlenet.BasicConv2d" }

  func forward(_ x: Tensor) throws -> Tensor { try Functional.relu(bn(conv(x)), inplace: true) }
}

/// Four parallel branches.
private final class InceptionBlock: Module, Layer {
  let branch1: NormedConvolution
  let branch2: Sequential
  let branch3: Sequential
  let branch4: Sequential

  init(
    _ inChannels: Int, _ one: Int, _ threeReduced: Int, _ three: Int, _ fiveReduced: Int, _ five: Int, _ pool: Int
  ) {
    branch1 = NormedConvolution(inChannels, one, kernelSize: 1)
    branch2 = Sequential(
      NormedConvolution(inChannels, threeReduced, kernelSize: 1),
      NormedConvolution(threeReduced, three, kernelSize: 3, padding: 1))
    // The paper has 5 by 5 here; torchvision's weights have 3 by 3.
    branch3 = Sequential(
      NormedConvolution(inChannels, fiveReduced, kernelSize: 1),
      NormedConvolution(fiveReduced, five, kernelSize: 3, padding: 1))
    branch4 = Sequential(
      MaxPool2d(kernelSize: 3, stride: 1, padding: 1, ceilMode: true),
      NormedConvolution(inChannels, pool, kernelSize: 1))
  }

  override class var typeName: String { "torchvision.models.googlenet.Inception" }

  func forward(_ x: Tensor) throws -> Tensor {
    try Tensor.cat([branch1(x), branch2(x), branch3(x), branch4(x)], dim: 1)
  }
}

/// An auxiliary classifier in the middle of the network.
private final class InceptionHead: Module, Layer {
  let conv: NormedConvolution
  let fc1: Linear = .truncated(2048, 1024, std: 0.01)
  let fc2: Linear
  let dropout: Dropout

  init(_ inChannels: Int, _ numClasses: Int, dropout: Double) {
    conv = NormedConvolution(inChannels, 128, kernelSize: 1)
    fc2 = .truncated(1024, numClasses, std: 0.01)
    self.dropout = Dropout(p: dropout)
  }

  override class var typeName: String { "torchvision.models.googlenet.InceptionAux" }

  func forward(_ x: Tensor) throws -> Tensor {
    let pooled = try conv(Functional.adaptiveAvgPool2d(x, 4, 4)).flatten(startDim: 1)
    return try fc2(dropout(Functional.relu(fc1(pooled), inplace: true)))
  }
}

/// GoogLeNet, torchvision's `googlenet`.
public func googlenet(
  numClasses: Int = 1000, auxLogits: Bool = true, transformInput: Bool = false
) -> GoogLeNet {
  GoogLeNet(numClasses: numClasses, auxLogits: auxLogits, transformInput: transformInput)
}
