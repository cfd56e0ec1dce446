public import XylemNN
public import XylemTensor

/// Factorised convolutions: Szegedy et al., arXiv:1512.00567.
///
/// `[N, 3, H, W]`, usually with 299 by 299 pixels, to ``AuxiliaryOutputs``, with keys and node names as torchvision's
/// `inception.py` has them.
public final class Inception3: Module {
  private let conv1a = BasicConv2d(3, 32, [3], stride: 2)
  private let conv2a = BasicConv2d(32, 32, [3])
  private let conv2b = BasicConv2d(32, 64, [3], padding: [1])
  private let maxpool1 = MaxPool2d(kernelSize: 3, stride: 2)
  private let conv3b = BasicConv2d(64, 80, [1])
  private let conv4a = BasicConv2d(80, 192, [3])
  private let maxpool2 = MaxPool2d(kernelSize: 3, stride: 2)
  private let mixed5b = InceptionA(192, pool: 32)
  private let mixed5c = InceptionA(256, pool: 64)
  private let mixed5d = InceptionA(288, pool: 64)
  private let mixed6a = InceptionB(288)
  private let mixed6b = InceptionC(768, width: 128)
  private let mixed6c = InceptionC(768, width: 160)
  private let mixed6d = InceptionC(768, width: 160)
  private let mixed6e = InceptionC(768, width: 192)
  private let auxLogits: InceptionAux?
  private let mixed7a = InceptionD(768)
  private let mixed7b = InceptionE(1280)
  private let mixed7c = InceptionE(2048)
  private let avgpool = AdaptiveAvgPool2d([1, 1])
  private let dropout: Dropout
  private let fc: Linear
  private let transformInput: Bool

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - auxLogits: whether there is a head for training.
  ///   - transformInput: whether images are normalised for ImageNet's channels and must be converted to 0.5, as
  ///     torchvision's trained weights require.
  public init(
    numClasses: Int = 1000, auxLogits: Bool = true, transformInput: Bool = false, dropout: Double = 0.5
  ) {
    self.auxLogits = auxLogits ? InceptionAux(768, numClasses) : nil
    self.dropout = Dropout(p: dropout)
    fc = .truncated(2048, numClasses, std: 0.1)
    self.transformInput = transformInput
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.inception.Inception3" }

  /// The names of torchvision's model.
  public override class var keys: [String: String?] {
    [
      "conv1a": "Conv2d_1a_3x3", "conv2a": "Conv2d_2a_3x3", "conv2b": "Conv2d_2b_3x3", "conv3b": "Conv2d_3b_1x1",
      "conv4a": "Conv2d_4a_3x3", "mixed5b": "Mixed_5b", "mixed5c": "Mixed_5c", "mixed5d": "Mixed_5d",
      "mixed6a": "Mixed_6a", "mixed6b": "Mixed_6b", "mixed6c": "Mixed_6c", "mixed6d": "Mixed_6d",
      "mixed6e": "Mixed_6e", "auxLogits": "AuxLogits", "mixed7a": "Mixed_7a", "mixed7b": "Mixed_7b",
      "mixed7c": "Mixed_7c",
    ]
  }

  /// The single argument, `x`.
  public override var entry: ModuleEntry? { ModuleEntry("x") { [self] (x: Tensor) in try forward(x) } }

  /// Runs the network, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:)``.
  public func callAsFunction(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> AuxiliaryOutputs {
    try call(x, file: file, line: line) { try self.forward($0) }
  }

  /// `[N, 3, H, W]` to the logits, and in train mode those of the head.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> AuxiliaryOutputs {
    var x = transformInput ? try renormalized(x) : x
    x = try maxpool1(conv2b(conv2a(conv1a(x))))
    x = try maxpool2(conv4a(conv3b(x)))
    x = try mixed6a(mixed5d(mixed5c(mixed5b(x))))
    x = try mixed6e(mixed6d(mixed6c(mixed6b(x))))
    let auxiliary = isTraining ? try auxLogits?(x) : nil
    x = try dropout(avgpool(mixed7c(mixed7b(mixed7a(x)))))
    x = try fc(x.flatten(startDim: 1))
    return AuxiliaryOutputs(x, [auxiliary].compactMap { $0 })
  }
}

/// Inception v3, torchvision's `inception_v3`.
public func inception_v3(
  numClasses: Int = 1000, auxLogits: Bool = true, transformInput: Bool = false
) -> Inception3 {
  Inception3(numClasses: numClasses, auxLogits: auxLogits, transformInput: transformInput)
}
