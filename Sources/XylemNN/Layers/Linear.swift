public import XylemTensor

/// An affine map of the last dimension: `[..., inFeatures]` to `[..., outFeatures]`.
///
/// PyTorch's `torch.nn.Linear`, with the same initialisation (`aten::linear`).
public class Linear: Module, Layer {
  /// `[outFeatures, inFeatures]`.
  public let weight: Parameter
  /// `[outFeatures]`.
  public let bias: Parameter?

  /// Creates a layer with new parameters.
  public convenience init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool = true) {
    self.init(inFeatures, outFeatures, bias: bias, .bias(fan: inFeatures))
  }

  init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool, _ biasInitializer: Initializer) {
    weight = Parameter([outFeatures, inFeatures], .kaimingUniform(fan: inFeatures))
    self.bias = bias ? Parameter([outFeatures], biasInitializer) : nil
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.linear.Linear" }
  /// The arguments that the description prints.
  public override var extraDescription: String {
    let sizes = weight.tensor.knownSizes ?? [0, 0]
    return "in_features=\(sizes[1]), out_features=\(sizes[0]), bias=\(Python.text(bias != nil))"
  }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::linear")

  /// `[..., inFeatures]` to `[..., outFeatures]`.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public func forward(_ x: Tensor) throws -> Tensor {
    try Self.op.tensor([.tensor(x), .tensor(weight.tensor), bias.value])
  }
}
