internal import XylemErrors
public import XylemTensor

/// A bilinear map of two inputs: `[..., in1Features]` and `[..., in2Features]` to `[..., outFeatures]`.
///
/// PyTorch's `torch.nn.Bilinear` (`aten::bilinear`).
public final class Bilinear: Module {
  /// `[outFeatures, in1Features, in2Features]`.
  public let weight: Parameter
  /// `[outFeatures]`.
  public let bias: Parameter?

  /// Creates a layer with new parameters.
  public init(_ in1Features: Int, _ in2Features: Int, _ outFeatures: Int, bias: Bool = true) {
    var arguments = InitialArguments(Self.typeName)
    let in1Features = arguments.atLeast(1, in1Features, "in1Features")
    weight = Parameter([outFeatures, in1Features, in2Features], .bias(fan: in1Features))
    self.bias = bias ? Parameter([outFeatures], .bias(fan: in1Features)) : nil
    super.init()
    fault = arguments.fault
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.linear.Bilinear" }
  /// The arguments that the description prints.
  public override var extraDescription: String {
    let sizes = weight.tensor.knownSizes ?? [0, 0, 0]
    let features = "in1_features=\(sizes[1]), in2_features=\(sizes[2]), out_features=\(sizes[0])"
    return "\(features), bias=\(Python.text(bias != nil))"
  }
  package override class var consistsOfOperators: Bool { true }

  /// Takes `input1` and `input2`.
  public override var entry: ModuleEntry? {
    ModuleEntry("input1", "input2") { [unowned self] (a: Tensor, b: Tensor) in try forward(a, b) }
  }

  /// Runs the layer, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:_:)``, and while tracing the tracer's errors.
  public func callAsFunction(
    _ input1: Tensor, _ input2: Tensor, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try call(input1, input2, file: file, line: line) { try self.forward($0, $1) }
  }

  private static let op = OperatorReference("aten::bilinear")

  /// `[..., in1Features]` and `[..., in2Features]` to `[..., outFeatures]`.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public func forward(_ input1: Tensor, _ input2: Tensor) throws -> Tensor {
    try checkFault()
    return try Self.op.tensor([.tensor(input1), .tensor(input2), .tensor(weight.tensor), bias.value])
  }
}
