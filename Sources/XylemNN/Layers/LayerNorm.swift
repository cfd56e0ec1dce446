public import XylemTensor

/// Normalises over the last dimensions of each sample: Ba et al., arXiv:1607.06450, PyTorch's `torch.nn.LayerNorm`.
open class LayerNorm: Module, Layer {
  /// `normalizedShape`.
  public final let weight: Parameter?
  /// `normalizedShape`.
  public final let bias: Parameter?
  package final let normalizedShape: [Int]
  package final let eps: Double

  /// Creates a layer with weights of 1 and biases of 0.
  public init(_ normalizedShape: Sizes, eps: Double = 1e-5, elementwiseAffine: Bool = true, bias: Bool = true) {
    self.normalizedShape = normalizedShape.values
    self.eps = eps
    weight = elementwiseAffine ? Parameter(normalizedShape.values, .ones) : nil
    self.bias = elementwiseAffine && bias ? Parameter(normalizedShape.values, .zeros) : nil
  }

  /// The type name in PyTorch.
  open override class var typeName: String { "torch.nn.modules.normalization.LayerNorm" }
  /// The arguments that the description prints.
  open override var extraDescription: String {
    let affine = Python.text(weight != nil)
    return "\(Python.text(normalizedShape)), eps=\(Python.text(eps)), elementwise_affine=\(affine), "
      + "bias=\(Python.text(bias != nil))"
  }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::layer_norm")

  /// `[…, normalizedShape]` to the same shape.
  ///
  /// - Throws: `runtime.operator` with the shape.
  open func forward(_ x: Tensor) throws -> Tensor {
    try Self.op.tensor([.tensor(x), .ints(normalizedShape), weight.value, bias.value, .float(eps), .bool(true)])
  }
}
