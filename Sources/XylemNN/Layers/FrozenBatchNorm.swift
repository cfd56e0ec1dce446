internal import XylemErrors
public import XylemTensor

/// A batch norm whose statistics and weights never change, torchvision's `FrozenBatchNorm2d`; all four are buffers.
public final class FrozenBatchNorm2d: Module, Layer {
  /// `[numFeatures]`.
  public let weight: Buffer
  /// `[numFeatures]`.
  public let bias: Buffer
  /// `[numFeatures]`.
  public let runningMean: Buffer
  /// `[numFeatures]`.
  public let runningVar: Buffer
  private let eps: Double

  /// Creates a layer that, except for `eps`, is the identity until weights are loaded.
  public init(_ numFeatures: Int, eps: Double = 1e-5) {
    weight = Buffer([numFeatures], .ones)
    bias = Buffer([numFeatures])
    runningMean = Buffer([numFeatures])
    runningVar = Buffer([numFeatures], .ones)
    self.eps = eps
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.misc.FrozenBatchNorm2d" }
  /// The arguments that the description prints.
  public override var extraDescription: String {
    "\(weight.tensor.knownSizes?.first ?? 0), eps=\(Python.text(eps))"
  }
  package override class var consistsOfOperators: Bool { true }

  private static let reshapeOperator = OperatorReference("aten::reshape")
  private static let addScalarOperator = OperatorReference("aten::add", "Scalar")
  private static let rsqrtOperator = OperatorReference("aten::rsqrt")
  private static let mulOperator = OperatorReference("aten::mul", "Tensor")
  private static let subOperator = OperatorReference("aten::sub", "Tensor")
  private static let addOperator = OperatorReference("aten::add", "Tensor")

  /// `[N, numFeatures, H, W]` to the same shape.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public func forward(_ x: Tensor) throws -> Tensor {
    func column(_ buffer: Buffer) throws(XylemError) -> Tensor {
      try Self.reshapeOperator.tensor([.tensor(buffer.tensor), .ints([1, -1, 1, 1])])
    }
    let (weight, bias) = (try column(weight), try column(bias))
    let (variance, mean) = (try column(runningVar), try column(runningMean))
    let widened = try Self.addScalarOperator.tensor([.tensor(variance), .float(eps)])
    let scale = try Self.mulOperator.tensor([.tensor(weight), .tensor(Self.rsqrtOperator.tensor([.tensor(widened)]))])
    let shift = try Self.subOperator.tensor([
      .tensor(bias), .tensor(Self.mulOperator.tensor([.tensor(mean), .tensor(scale)])),
    ])
    let scaled = try Self.mulOperator.tensor([.tensor(x), .tensor(scale)])
    return try Self.addOperator.tensor([.tensor(scaled), .tensor(shift)])
  }
}
