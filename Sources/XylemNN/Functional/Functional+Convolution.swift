public import XylemErrors
public import XylemTensor

private enum ConvolutionForms {
  static let sizes = (1...3).map { OperatorReference("aten::conv\($0)d") }
  static let named = (1...3).map { OperatorReference("aten::conv\($0)d", "padding") }
  static let transposed = OperatorReference("aten::conv_transpose2d", "input")
  static let linear = OperatorReference("aten::linear")
  static let embedding = OperatorReference("aten::embedding")
}

extension Functional {
  private static func convolution(
    _ dimensions: Int, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ stride: any SpatialSizes,
    _ padding: ConvolutionPadding,
    _ dilation: any SpatialSizes, _ groups: Int, at site: CallSite
  ) throws(XylemError) -> Tensor {
    let op: OperatorReference
    let amount: Value
    switch padding {
    case .sizes(let sizes):
      (op, amount) = (ConvolutionForms.sizes[dimensions - 1], .ints(try sizes.expanded(to: dimensions)))
    case .same: (op, amount) = (ConvolutionForms.named[dimensions - 1], .string("same"))
    case .valid: (op, amount) = (ConvolutionForms.named[dimensions - 1], .string("valid"))
    }
    return try op.tensor(
      [
        .tensor(x), .tensor(weight), bias.moduleValue, stride.spread(over: dimensions).value, amount,
        dilation.spread(over: dimensions).value, .int(groups),
      ], at: site)
  }

  /// A convolution of `[N, C, L]` with kernels `[out, C / groups, L]`; an operator.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func conv1d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: any SpatialSizes = 1, padding: ConvolutionPadding = 0,
    dilation: any SpatialSizes = 1, groups: Int = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try convolution(1, x, weight, bias, stride, padding, dilation, groups, at: CallSite(file, line))
  }

  /// A convolution of `[N, C, H, W]` with kernels `[out, C / groups, H, W]`; an operator.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func conv2d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: any SpatialSizes = 1, padding: ConvolutionPadding = 0,
    dilation: any SpatialSizes = 1, groups: Int = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try convolution(2, x, weight, bias, stride, padding, dilation, groups, at: CallSite(file, line))
  }

  /// A convolution of `[N, C, D, H, W]` with kernels `[out, C / groups, D, H, W]`; an operator.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func conv3d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: any SpatialSizes = 1, padding: ConvolutionPadding = 0,
    dilation: any SpatialSizes = 1, groups: Int = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try convolution(3, x, weight, bias, stride, padding, dilation, groups, at: CallSite(file, line))
  }

  /// A transposed convolution of `[N, C, H, W]` with kernels `[C, out / groups, H, W]`; an operator.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func convTranspose2d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: any SpatialSizes = 1, padding: any SpatialSizes = 0,
    outputPadding: any SpatialSizes = 0, groups: Int = 1, dilation: any SpatialSizes = 1, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ConvolutionForms.transposed.tensor(
      [
        .tensor(x), .tensor(weight), bias.moduleValue, stride.spread(over: 2).value, padding.spread(over: 2).value,
        outputPadding.spread(over: 2).value, .int(groups), dilation.spread(over: 2).value,
      ], at: CallSite(file, line))
  }

  /// `[…, in]` times the transpose of `[out, in]`, plus a bias `[out]`; an operator.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func linear(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ConvolutionForms.linear.tensor(
      [.tensor(x), .tensor(weight), bias.moduleValue], at: CallSite(file, line))
  }

  /// The rows of a table `[count, size]` at integer indices.
  ///
  /// - Parameter paddingIndex: a row that gets no gradient.
  /// - Throws: `runtime.operator` for a row that does not exist.
  public static func embedding(
    _ indices: Tensor, _ weight: Tensor, paddingIndex: Int? = nil, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.embedding", indices, weight, paddingIndex, at: CallSite(file, line)) {
      try ConvolutionForms.embedding.tensor([.tensor($1), .tensor($0), .int($2 ?? -1)])
    }
  }
}
