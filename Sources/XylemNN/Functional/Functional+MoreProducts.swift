public import XylemErrors
public import XylemTensor

private enum MoreProductOperators {
  static let transposed1 = OperatorReference("aten::conv_transpose1d")
  static let transposed3 = OperatorReference("aten::conv_transpose3d", "input")
  static let bilinear = OperatorReference("aten::bilinear")
  static let rmsNorm = OperatorReference("aten::rms_norm")
}

extension Functional {
  /// A transposed convolution of `[N, C, L]` with kernels `[C, out / groups, L]`; an operator.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func convTranspose1d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: any SpatialSizes = 1, padding: any SpatialSizes = 0,
    outputPadding: any SpatialSizes = 0, groups: Int = 1, dilation: any SpatialSizes = 1, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try MoreProductOperators.transposed1.tensor(
      [
        .tensor(x), .tensor(weight), bias.moduleValue, stride.spread(over: 1).value, padding.spread(over: 1).value,
        outputPadding.spread(over: 1).value, .int(groups), dilation.spread(over: 1).value,
      ], at: CallSite(file, line))
  }

  /// A transposed convolution of `[N, C, D, H, W]` with kernels `[C, out / groups, D, H, W]`; an operator.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func convTranspose3d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: any SpatialSizes = 1, padding: any SpatialSizes = 0,
    outputPadding: any SpatialSizes = 0, groups: Int = 1, dilation: any SpatialSizes = 1, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try MoreProductOperators.transposed3.tensor(
      [
        .tensor(x), .tensor(weight), bias.moduleValue, stride.spread(over: 3).value, padding.spread(over: 3).value,
        outputPadding.spread(over: 3).value, .int(groups), dilation.spread(over: 3).value,
      ], at: CallSite(file, line))
  }

  /// `x @ weight[k] @ y + bias[k]` for each output `k`, of `[…, in1]`, `[…, in2]` and a weight `[out, in1, in2]`; an
  /// operator.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func bilinear(
    _ x: Tensor, _ y: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try MoreProductOperators.bilinear.tensor(
      [.tensor(x), .tensor(y), .tensor(weight), bias.moduleValue], at: CallSite(file, line))
  }

  /// Divides by the root of the mean square over the last dimensions, whose sizes are given.
  ///
  /// - Parameter eps: by default the smallest step of the element type at 1.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func rmsNorm(
    _ x: Tensor, normalizedShape: Sizes, weight: Tensor? = nil, eps: Double? = nil, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.rms_norm", x, normalizedShape.values, weight, eps, at: CallSite(file, line)) {
      try MoreProductOperators.rmsNorm.tensor([.tensor($0), .ints($1), $2.moduleValue, $3.moduleValue])
    }
  }
}
