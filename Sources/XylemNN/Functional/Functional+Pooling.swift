public import XylemErrors
public import XylemTensor

private enum PoolingOperators {
  static let adaptiveAverage1 = OperatorReference("aten::adaptive_avg_pool1d")
  static let adaptiveAverage2 = OperatorReference("aten::adaptive_avg_pool2d")
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
    _ x: Tensor, _ length: any SizeConvertible, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try PoolingOperators.adaptiveAverage1.tensor([.tensor(x), .list([length.size.value])], at: CallSite(file, line))
  }

  /// Averages to a size, as in `F.adaptiveAvgPool2d(x, 1)` or with the size of another tensor, `y.shape[(-2)...]`.
  ///
  /// - Throws: `model.argument` for a different number of sizes; `runtime.operator` with the shape.
  public static func adaptiveAvgPool2d(
    _ x: Tensor, _ size: any SpatialSizes, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.adaptive_avg_pool2d", x, size.spread(over: 2), at: CallSite(file, line)) {
      try PoolingOperators.adaptiveAverage2.tensor([.tensor($0), $1.value])
    }
  }

  /// Maxima in windows of a size: see ``adaptiveAvgPool2d(_:_:file:line:)``.
  ///
  /// - Throws: `model.argument` for a different number of sizes; `runtime.operator` with the shape.
  public static func adaptiveMaxPool2d(
    _ x: Tensor, _ size: any SpatialSizes, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.adaptive_max_pool2d", x, size.spread(over: 2), at: CallSite(file, line)) {
      try PoolingOperators.adaptiveMax.tensors([.tensor($0), $1.value])[0]
    }
  }

  /// Averages to `[N, C, depth, height, width]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func adaptiveAvgPool3d(
    _ x: Tensor, _ depth: any SizeConvertible, _ height: any SizeConvertible, _ width: any SizeConvertible,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.adaptive_avg_pool3d", x, [depth, height, width] as Shape, at: CallSite(file, line)
    ) {
      try PoolingOperators.adaptiveAverage3.tensor([.tensor($0), $1.value])
    }
  }

  /// Maxima to `[N, C, height, width]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func adaptiveMaxPool2d(
    _ x: Tensor, _ height: any SizeConvertible, _ width: any SizeConvertible, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.adaptive_max_pool2d", x, [height, width] as Shape, at: CallSite(file, line)) {
      try PoolingOperators.adaptiveMax.tensors([.tensor($0), $1.value])[0]
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
    _ x: Tensor, kernelSize: any SpatialSizes, dilation: any SpatialSizes = 1, padding: any SpatialSizes = 0,
    stride: any SpatialSizes = 1,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.unfold", x, kernelSize.spread(over: 2), dilation.spread(over: 2), padding.spread(over: 2),
      stride.spread(over: 2), at: CallSite(file, line)
    ) { try PoolingOperators.unfold.tensor([.tensor($0), $1.value, $2.value, $3.value, $4.value]) }
  }

  /// The sums of columns for windows: `[N, C * kernel, windows]` to `[N, C, H, W]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func fold(
    _ x: Tensor, outputSize: any SpatialSizes, kernelSize: any SpatialSizes, dilation: any SpatialSizes = 1,
    padding: any SpatialSizes = 0, stride: any SpatialSizes = 1,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.fold", x, outputSize.spread(over: 2), kernelSize.spread(over: 2), dilation.spread(over: 2),
      padding.spread(over: 2), stride.spread(over: 2), at: CallSite(file, line)
    ) { try PoolingOperators.fold.tensor([.tensor($0), $1.value, $2.value, $3.value, $4.value, $5.value]) }
  }
}
