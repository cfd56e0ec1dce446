public import XylemErrors
public import XylemTensor

/// Functional forms of layers, with their names in `torch.nn.functional`.
///
/// Those that PyTorch implements in Python are leaf functions of the default policy; the others are operators.
public enum Functional {
  private static let reluOperator = OperatorReference("aten::relu")
  private static let reluInPlace = OperatorReference("aten::relu_")
  private static let averageOperator = OperatorReference("aten::avg_pool2d")
  private static let adaptiveOperator = OperatorReference("aten::adaptive_avg_pool2d")
  private static let maxOperator = OperatorReference("aten::max_pool2d")
  private static let dropoutOperator = OperatorReference("aten::dropout")
  private static let dropoutInPlace = OperatorReference("aten::dropout_")
  private static let normOperator = OperatorReference("aten::batch_norm")

  /// `max(x, 0)`, optionally in place.
  ///
  /// - Throws: `runtime.operator`.
  public static func relu(
    _ x: Tensor, inplace: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.relu", x, inplace, at: CallSite(file, line)) { x, inplace in
      try (inplace ? reluInPlace : reluOperator).tensor([.tensor(x)])
    }
  }

  /// Averages of windows of `[N, C, H, W]`; an operator.
  ///
  /// - Parameter stride: defaults to the window.
  /// - Throws: `runtime.operator` with the shape.
  public static func avgPool2d(
    _ x: Tensor, kernelSize: any SpatialSizes, stride: (any SpatialSizes)? = nil, padding: any SpatialSizes = 0,
    ceilMode: Bool = false,
    countIncludePad: Bool = true, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try averageOperator.tensor(
      [
        .tensor(x), kernelSize.spread(over: 2).value, (stride ?? kernelSize).spread(over: 2).value,
        padding.spread(over: 2).value, .bool(ceilMode), .bool(countIncludePad), .none,
      ], at: CallSite(file, line))
  }

  /// Averages to `[N, C, height, width]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func adaptiveAvgPool2d(
    _ x: Tensor, _ height: any SizeConvertible, _ width: any SizeConvertible, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.adaptive_avg_pool2d", x, [height, width] as Shape, at: CallSite(file, line)) {
      try adaptiveOperator.tensor([.tensor($0), $1.value])
    }
  }

  /// Maxima of windows of `[N, C, H, W]`.
  ///
  /// - Parameter stride: defaults to the window.
  /// - Throws: `runtime.operator` with the shape.
  public static func maxPool2d(
    _ x: Tensor, kernelSize: any SpatialSizes, stride: (any SpatialSizes)? = nil, padding: any SpatialSizes = 0,
    dilation: any SpatialSizes = 1,
    ceilMode: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.max_pool2d", x, kernelSize.spread(over: 2), (stride ?? kernelSize).spread(over: 2),
      padding.spread(over: 2), dilation.spread(over: 2), ceilMode, at: CallSite(file, line)
    ) { try maxOperator.tensor([.tensor($0), $1.value, $2.value, $3.value, $4.value, .bool($5)]) }
  }

  /// In training, zeroes elements at random and scales up the rest.
  ///
  /// - Throws: `runtime.operator`.
  public static func dropout(
    _ x: Tensor, p: Double = 0.5, training: Bool = true, inplace: Bool = false, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.dropout", x, p, training, inplace, at: CallSite(file, line)) {
      try ($3 ? dropoutInPlace : dropoutOperator).tensor([.tensor($0), .float($1), .bool($2)])
    }
  }

  /// Normalises each channel of `[N, C, …]` by the batch's statistics, which update the running ones, or by the running
  /// ones.
  ///
  /// - Throws: `runtime.operator` with the shapes; `model.argument` in training for a single value per channel.
  public static func batchNorm(
    _ x: Tensor, runningMean: Tensor?, runningVar: Tensor?, weight: Tensor? = nil, bias: Tensor? = nil,
    training: Bool = false, momentum: Double = 0.1, eps: Double = 1e-5, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.batch_norm", x, weight, bias, runningMean, runningVar, training, momentum, eps,
      at: CallSite(file, line)
    ) { x, weight, bias, mean, variance, training, momentum, eps in
      let type = "torch.nn.functional.batch_norm"
      if training {
        try InputCheck.make(x) { (sizes: [Int]) throws(XylemError) in
          try ModuleErrors.checkBatch(sizes, "a batch norm that trains", type: type, remedies: ["training: false"])
        }
      }
      try ModuleErrors.checkEpsilon(eps, isTraining: training, type: type)
      return try normOperator.tensor([
        .tensor(x), weight.moduleValue, bias.moduleValue, mean.moduleValue, variance.moduleValue, .bool(training),
        .float(momentum), .float(eps), .bool(true),
      ])
    }
  }
}
