public import XylemErrors
public import XylemTensor

private enum PoolingOperators {
  static let adaptiveAverage1 = OperatorReference("aten::adaptive_avg_pool1d")
  static let adaptiveAverage3 = OperatorReference("aten::adaptive_avg_pool3d")
  static let adaptiveMax = OperatorReference("aten::adaptive_max_pool2d", resultTypes: ["Tensor", "Tensor"])
  static let pixelShuffle = OperatorReference("aten::pixel_shuffle")
  static let unfold = OperatorReference("aten::im2col")
  static let fold = OperatorReference("aten::col2im")
}

extension Functional {
  /// Averages to `[N, C, length]`; an operator.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func adaptiveAvgPool1d(
    _ x: Tensor, _ length: Int, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try PoolingOperators.adaptiveAverage1.tensor([.tensor(x), .ints([length])], at: CallSite(file, line))
  }

  /// Averages to `[N, C, depth, height, width]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func adaptiveAvgPool3d(
    _ x: Tensor, _ depth: Int, _ height: Int, _ width: Int, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.adaptive_avg_pool3d", x, [depth, height, width], at: CallSite(file, line)) {
      try PoolingOperators.adaptiveAverage3.tensor([.tensor($0), .ints($1)])
    }
  }

  /// Maxima to `[N, C, height, width]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func adaptiveMaxPool2d(
    _ x: Tensor, _ height: Int, _ width: Int, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.adaptive_max_pool2d", x, [height, width], at: CallSite(file, line)) {
      try PoolingOperators.adaptiveMax.tensors([.tensor($0), .ints($1)])[0]
    }
  }

  /// `[N, C * r * r, H, W]` to `[N, C, H * r, W * r]`; an operator.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func pixelShuffle(
    _ x: Tensor, _ upscaleFactor: Int, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try PoolingOperators.pixelShuffle.tensor([.tensor(x), .int(upscaleFactor)], at: CallSite(file, line))
  }

  /// Windows of `[N, C, H, W]` as columns: `[N, C * kernel, windows]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func unfold(
    _ x: Tensor, kernelSize: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.unfold", x, kernelSize.expanded(to: 2), dilation.expanded(to: 2), padding.expanded(to: 2),
      stride.expanded(to: 2), at: CallSite(file, line)
    ) { try PoolingOperators.unfold.tensor([.tensor($0), .ints($1), .ints($2), .ints($3), .ints($4)]) }
  }

  /// The sums of columns for windows: `[N, C * kernel, windows]` to `[N, C, H, W]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func fold(
    _ x: Tensor, outputSize: Sizes, kernelSize: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.fold", x, outputSize.expanded(to: 2), kernelSize.expanded(to: 2), dilation.expanded(to: 2),
      padding.expanded(to: 2), stride.expanded(to: 2), at: CallSite(file, line)
    ) { try PoolingOperators.fold.tensor([.tensor($0), .ints($1), .ints($2), .ints($3), .ints($4), .ints($5)]) }
  }
}
