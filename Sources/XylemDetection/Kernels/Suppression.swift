internal import XylemNN
public import XylemTensor

private let suppress = OperatorReference("torchvision::nms")

/// Keeps the best of boxes that overlap, torchvision's `ops.nms`: the best box, then the best of those that overlap no
/// kept box by more than the threshold, and so on.
///
/// - Parameters:
///   - boxes: `[N, 4]`, float32 or float64: left, top, right and bottom edges.
///   - scores: `[N]`, of the same dtype. No number is greater than NaN.
///   - iouThreshold: the greatest intersection over union of two boxes that are both kept.
/// - Returns: the positions of the kept boxes, best first, equal scores in order: `[K]`, int64.
/// - Throws: `detection.kernels`, `runtime.operator` for other shapes and dtypes.
public func nms(
  _ boxes: Tensor, _ scores: Tensor, iouThreshold: Double, file: String = #fileID, line: Int = #line
) throws -> Tensor {
  try DetectionKernels.load()
  return try functional("torchvision.ops.boxes.nms", boxes, scores, iouThreshold, at: CallSite(file, line)) {
    try suppress.tensor([.tensor($0), .tensor($1), .float($2)])
  }
}
