internal import XylemErrors
public import XylemNN
public import XylemTensor

private enum Operators {
  static let align = OperatorReference("torchvision::roi_align")
  static let pool = OperatorReference("torchvision::roi_pool", resultTypes: ["Tensor", "Tensor"])
  static let sensitiveAlign = OperatorReference("torchvision::ps_roi_align", resultTypes: ["Tensor", "Tensor"])
  static let sensitivePool = OperatorReference("torchvision::ps_roi_pool", resultTypes: ["Tensor", "Tensor"])
}

/// The height and width of a result.
struct PooledSize {
  let height, width: Int

  /// - Throws: `model.argument` unless there is one number, or two.
  init(_ sizes: Sizes) throws(XylemError) {
    guard (1...2).contains(sizes.values.count) else {
      throw DetectionErrors.argument(
        "an output size of \(sizes.values)", "torchvision.ops", "a height and a width are needed, or one number")
    }
    (height, width) = (sizes.values[0], sizes.values[sizes.values.count - 1])
  }
}

/// Cuts regions out of feature maps at bilinearly interpolated points, torchvision's `ops.roi_align`: He et al.,
/// arXiv:1703.06870.
///
/// Gradients flow to the feature maps, not to the regions.
///
/// - Parameters:
///   - input: `[N, C, H, W]`, float32 or float64.
///   - rois: `[K, 5]`, of the same dtype: the number of the image, the left, top, right and bottom edge.
///   - outputSize: the height and width of a result.
///   - spatialScale: the resolution of the feature maps relative to the image in which the edges count.
///   - samplingRatio: the number of points in each direction whose mean is an element of the result; 0 or less for one
///     for each pixel.
///   - aligned: whether edges are moved by half a pixel, which fits the pixels' centres. The default is that of
///     torchvision, for older models.
/// - Returns: `[K, C, height, width]`.
/// - Throws: `detection.kernels`, `model.argument`, `runtime.operator` with the shapes, and for regions of images that
///   do not exist or that are not finite.
public func roiAlign(
  _ input: Tensor, _ rois: Tensor, outputSize: Sizes, spatialScale: Double = 1, samplingRatio: Int = -1,
  aligned: Bool = false, file: String = #fileID, line: Int = #line
) throws -> Tensor {
  let size = try PooledSize(outputSize)
  try DetectionKernels.load()
  return try functional(
    "torchvision.ops.roi_align.roi_align", input, rois, size.height, size.width, spatialScale, samplingRatio, aligned,
    at: CallSite(file, line)
  ) {
    try Operators.align.tensor([.tensor($0), .tensor($1), .float($4), .int($2), .int($3), .int($5), .bool($6)])
  }
}

/// Takes the largest elements of the bins of regions, torchvision's `ops.roi_pool`: Girshick, arXiv:1504.08083.
///
/// Gradients flow to the feature maps, not to the regions.
///
/// - Parameters:
///   - input: `[N, C, H, W]`, float32 or float64.
///   - rois: `[K, 5]`, of the same dtype: the number of the image, the left, top, right and bottom edge. Edges are
///     rounded to pixels.
///   - outputSize: the height and width of a result.
///   - spatialScale: the resolution of the feature maps relative to the image in which the edges count.
/// - Returns: `[K, C, height, width]`. Bins without pixels are 0.
/// - Throws: `detection.kernels`, `model.argument`, `runtime.operator` with the shapes, and for regions of images that
///   do not exist or that are not finite.
public func roiPool(
  _ input: Tensor, _ rois: Tensor, outputSize: Sizes, spatialScale: Double = 1, file: String = #fileID,
  line: Int = #line
) throws -> Tensor {
  let size = try PooledSize(outputSize)
  try DetectionKernels.load()
  return try functional(
    "torchvision.ops.roi_pool.roi_pool", input, rois, size.height, size.width, spatialScale, at: CallSite(file, line)
  ) {
    try Operators.pool.tensors([.tensor($0), .tensor($1), .float($4), .int($2), .int($3)])[0]
  }
}

/// Cuts regions out of feature maps at bilinearly interpolated points, with channels for each bin, torchvision's
/// `ops.ps_roi_align`: Li et al., arXiv:1711.07264.
///
/// Gradients flow to the feature maps, not to the regions.
///
/// - Parameters:
///   - input: `[N, C * height * width, H, W]`, float32 or float64: the bins' channels row by row, for each channel of
///     the result.
///   - rois: `[K, 5]`, of the same dtype: the number of the image, the left, top, right and bottom edge.
///   - outputSize: the height and width of a result.
///   - spatialScale: the resolution of the feature maps relative to the image in which the edges count.
///   - samplingRatio: the number of points in each direction whose mean is an element of the result; 0 or less for one
///     for each pixel. A region without pixels then gives NaN.
/// - Returns: `[K, C, height, width]`.
/// - Throws: `detection.kernels`, `model.argument`, `runtime.operator` with the shapes, and for regions of images that
///   do not exist or that are not finite.
public func psRoIAlign(
  _ input: Tensor, _ rois: Tensor, outputSize: Sizes, spatialScale: Double = 1, samplingRatio: Int = -1,
  file: String = #fileID, line: Int = #line
) throws -> Tensor {
  let size = try PooledSize(outputSize)
  try DetectionKernels.load()
  return try functional(
    "torchvision.ops.ps_roi_align.ps_roi_align", input, rois, size.height, size.width, spatialScale, samplingRatio,
    at: CallSite(file, line)
  ) {
    try Operators.sensitiveAlign.tensors([.tensor($0), .tensor($1), .float($4), .int($2), .int($3), .int($5)])[0]
  }
}

/// Takes the means of the bins of regions, with channels for each bin, torchvision's `ops.ps_roi_pool`: Dai et al.,
/// arXiv:1605.06409.
///
/// Gradients flow to the feature maps, not to the regions. As in torchvision the last row and column of a feature map
/// do not count, but get a gradient.
///
/// - Parameters:
///   - input: `[N, C * height * width, H, W]`, float32 or float64: the bins' channels row by row, for each channel of
///     the result.
///   - rois: `[K, 5]`, of the same dtype: the number of the image, the left, top, right and bottom edge. Edges are
///     rounded to pixels.
///   - outputSize: the height and width of a result.
///   - spatialScale: the resolution of the feature maps relative to the image in which the edges count.
/// - Returns: `[K, C, height, width]`. Bins without pixels are 0.
/// - Throws: `detection.kernels`, `model.argument`, `runtime.operator` with the shapes, and for regions of images that
///   do not exist or that are not finite.
public func psRoIPool(
  _ input: Tensor, _ rois: Tensor, outputSize: Sizes, spatialScale: Double = 1, file: String = #fileID,
  line: Int = #line
) throws -> Tensor {
  let size = try PooledSize(outputSize)
  try DetectionKernels.load()
  return try functional(
    "torchvision.ops.ps_roi_pool.ps_roi_pool", input, rois, size.height, size.width, spatialScale,
    at: CallSite(file, line)
  ) {
    try Operators.sensitivePool.tensors([.tensor($0), .tensor($1), .float($4), .int($2), .int($3)])[0]
  }
}
