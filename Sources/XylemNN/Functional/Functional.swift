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
    _ x: Tensor, kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, ceilMode: Bool = false,
    countIncludePad: Bool = true, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try averageOperator.tensor(
      [
        .tensor(x), .ints(kernelSize.expanded(to: 2)), .ints((stride ?? kernelSize).expanded(to: 2)),
        .ints(padding.expanded(to: 2)), .bool(ceilMode), .bool(countIncludePad), .none,
      ], at: CallSite(file, line))
  }

  /// Averages to `[N, C, height, width]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public static func adaptiveAvgPool2d(
    _ x: Tensor, _ height: Int, _ width: Int, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.adaptive_avg_pool2d", x, [height, width], at: CallSite(file, line)) {
      try adaptiveOperator.tensor([.tensor($0), .ints($1)])
    }
  }

  /// Maxima of windows of `[N, C, H, W]`.
  ///
  /// - Parameter stride: defaults to the window.
  /// - Throws: `runtime.operator` with the shape.
  public static func maxPool2d(
    _ x: Tensor, kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, dilation: Sizes = 1,
    ceilMode: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.max_pool2d", x, kernelSize.expanded(to: 2), (stride ?? kernelSize).expanded(to: 2),
      padding.expanded(to: 2), dilation.expanded(to: 2), ceilMode, at: CallSite(file, line)
    ) { try maxOperator.tensor([.tensor($0), .ints($1), .ints($2), .ints($3), .ints($4), .bool($5)]) }
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
