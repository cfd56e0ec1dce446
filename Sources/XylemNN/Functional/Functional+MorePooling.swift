public import XylemErrors
public import XylemTensor

private enum MorePoolingOperators {
  static let average1 = OperatorReference("aten::avg_pool1d")
  static let average3 = OperatorReference("aten::avg_pool3d")
  static let max1 = OperatorReference("aten::max_pool1d")
  static let max3 = OperatorReference("aten::max_pool3d")
  static let adaptiveMax1 = OperatorReference("aten::adaptive_max_pool1d", resultTypes: ["Tensor", "Tensor"])
  static let adaptiveMax3 = OperatorReference("aten::adaptive_max_pool3d", resultTypes: ["Tensor", "Tensor"])
  static let pixelUnshuffle = OperatorReference("aten::pixel_unshuffle")
  static let channelShuffle = OperatorReference("aten::channel_shuffle")
}

extension Functional {
  /// Averages of windows of `[N, C, L]`; an operator.
  ///
  /// - Parameter stride: defaults to the window.
  /// - Throws: `runtime.operator`.
  public static func avgPool1d(
    _ x: Tensor, kernelSize: any SpatialSizes, stride: (any SpatialSizes)? = nil, padding: any SpatialSizes = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try MorePoolingOperators.average1.tensor(
      [
        .tensor(x), kernelSize.spread(over: 1).value, (stride ?? kernelSize).spread(over: 1).value,
        padding.spread(over: 1).value, .bool(ceilMode), .bool(countIncludePad),
      ], at: CallSite(file, line))
  }

  /// Averages of windows of `[N, C, D, H, W]`; an operator.
  ///
  /// - Parameter stride: defaults to the window.
  /// - Throws: `runtime.operator`.
  public static func avgPool3d(
    _ x: Tensor, kernelSize: any SpatialSizes, stride: (any SpatialSizes)? = nil, padding: any SpatialSizes = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try MorePoolingOperators.average3.tensor(
      [
        .tensor(x), kernelSize.spread(over: 3).value, (stride ?? kernelSize).spread(over: 3).value,
        padding.spread(over: 3).value, .bool(ceilMode), .bool(countIncludePad), .none,
      ], at: CallSite(file, line))
  }

  /// Maxima of windows of `[N, C, L]`.
  ///
  /// - Parameter stride: defaults to the window.
  /// - Throws: `runtime.operator`.
  public static func maxPool1d(
    _ x: Tensor, kernelSize: any SpatialSizes, stride: (any SpatialSizes)? = nil, padding: any SpatialSizes = 0,
    dilation: any SpatialSizes = 1, ceilMode: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.max_pool1d", x, kernelSize.spread(over: 1), (stride ?? kernelSize).spread(over: 1),
      padding.spread(over: 1), dilation.spread(over: 1), ceilMode, at: CallSite(file, line)
    ) {
      try MorePoolingOperators.max1.tensor([.tensor($0), $1.value, $2.value, $3.value, $4.value, .bool($5)])
    }
  }

  /// Maxima of windows of `[N, C, D, H, W]`.
  ///
  /// - Parameter stride: defaults to the window.
  /// - Throws: `runtime.operator`.
  public static func maxPool3d(
    _ x: Tensor, kernelSize: any SpatialSizes, stride: (any SpatialSizes)? = nil, padding: any SpatialSizes = 0,
    dilation: any SpatialSizes = 1, ceilMode: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.max_pool3d", x, kernelSize.spread(over: 3), (stride ?? kernelSize).spread(over: 3),
      padding.spread(over: 3), dilation.spread(over: 3), ceilMode, at: CallSite(file, line)
    ) {
      try MorePoolingOperators.max3.tensor([.tensor($0), $1.value, $2.value, $3.value, $4.value, .bool($5)])
    }
  }

  /// Maxima in windows of `[N, C, L]`, so that a size results.
  ///
  /// - Throws: `model.argument` for a different number of sizes; `runtime.operator` with the shape.
  public static func adaptiveMaxPool1d(_ x: Tensor, _ size: any SpatialSizes, file: String = #fileID, line: Int = #line)
    throws -> Tensor
  {
    try functional("torch.nn.functional.adaptive_max_pool1d", x, size.spread(over: 1), at: CallSite(file, line)) {
      try MorePoolingOperators.adaptiveMax1.tensors([.tensor($0), $1.value])[0]
    }
  }

  /// Maxima in windows of `[N, C, D, H, W]`, so that a size results.
  ///
  /// - Throws: `model.argument` for a different number of sizes; `runtime.operator` with the shape.
  public static func adaptiveMaxPool3d(_ x: Tensor, _ size: any SpatialSizes, file: String = #fileID, line: Int = #line)
    throws -> Tensor
  {
    try functional("torch.nn.functional.adaptive_max_pool3d", x, size.spread(over: 3), at: CallSite(file, line)) {
      try MorePoolingOperators.adaptiveMax3.tensors([.tensor($0), $1.value])[0]
    }
  }

  /// `[N, C, H * r, W * r]` to `[N, C * r * r, H, W]`; an operator.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func pixelUnshuffle(_ x: Tensor, _ downscaleFactor: Int, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try MorePoolingOperators.pixelUnshuffle.tensor([.tensor(x), .int(downscaleFactor)], at: CallSite(file, line))
  }

  /// The channels of `[N, C, …]`, of all groups in turn; an operator.
  ///
  /// - Throws: `runtime.operator` with the shape if groups don't divide the channels.
  public static func channelShuffle(_ x: Tensor, groups: Int, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try MorePoolingOperators.channelShuffle.tensor([.tensor(x), .int(groups)], at: CallSite(file, line))
  }
}
