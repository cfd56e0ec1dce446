internal import XylemErrors
public import XylemTensor

private enum NormOperators {
  static let layerNorm = OperatorReference("aten::layer_norm")
  static let groupNorm = OperatorReference("aten::group_norm")
  static let instanceNorm = OperatorReference("aten::instance_norm")
  static let norm = OperatorReference("aten::norm", "ScalarOpt_dim")
  static let clampMin = OperatorReference("aten::clamp_min")
  static let expandAs = OperatorReference("aten::expand_as")
  static let divide = OperatorReference("aten::div", "Tensor", torchvisionName: "truediv")
}

extension Functional {
  /// Normalises over the last dimensions, whose sizes are given.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func layerNorm(
    _ x: Tensor, normalizedShape: Sizes, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.layer_norm", x, normalizedShape.values, weight, bias, eps, at: CallSite(file, line)
    ) {
      try NormOperators.layerNorm.tensor([.tensor($0), .ints($1), $2.moduleValue, $3.moduleValue, .float($4)])
    }
  }

  /// Normalises groups of channels of each image of `[N, C, …]`.
  ///
  /// - Throws: `runtime.operator` with the shapes; `model.argument` for a single value per group.
  public static func groupNorm(
    _ x: Tensor, numGroups: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.group_norm", x, numGroups, weight, bias, eps, at: CallSite(file, line)) {
      x, numGroups, weight, bias, eps in
      try InputCheck.make(x) { (sizes: [Int]) throws(XylemError) in
        try ModuleErrors.checkGroups(sizes, numGroups, type: "torch.nn.functional.group_norm")
      }
      return try NormOperators.groupNorm.tensor([
        .tensor(x), .int(numGroups), weight.moduleValue, bias.moduleValue, .float(eps),
      ])
    }
  }

  /// Normalises each channel of each sample of `[N, C, …]`, by its own statistics or by running ones.
  ///
  /// - Throws: `runtime.operator` with the shapes; `model.argument` for a single element per channel whose statistics are taken.
  public static func instanceNorm(
    _ x: Tensor, runningMean: Tensor? = nil, runningVar: Tensor? = nil, weight: Tensor? = nil, bias: Tensor? = nil,
    useInputStats: Bool = true, momentum: Double = 0.1, eps: Double = 1e-5, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.instance_norm", x, runningMean, runningVar, weight, bias, useInputStats, momentum, eps,
      at: CallSite(file, line)
    ) { x, mean, variance, weight, bias, usesInput, momentum, eps in
      if usesInput {
        try InputCheck.make(x) { (sizes: [Int]) throws(XylemError) in
          try ModuleErrors.checkSpatial(sizes, type: "torch.nn.functional.instance_norm")
        }
      }
      return try NormOperators.instanceNorm.tensor([
        .tensor(x), weight.moduleValue, bias.moduleValue, mean.moduleValue, variance.moduleValue, .bool(usesInput),
        .float(momentum), .float(eps), .bool(true),
      ])
    }
  }

  /// Divides by the p-norm along a dimension, or by `eps` if that is greater.
  ///
  /// - Throws: `runtime.operator`.
  public static func normalize(
    _ x: Tensor, p: Double = 2, dim: Int = 1, eps: Double = 1e-12, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.normalize", x, p, dim, eps, at: CallSite(file, line)) { x, p, dim, eps in
      let norm = try NormOperators.norm.tensor([.tensor(x), .float(p), .ints([dim]), .bool(true)])
      let bounded = try NormOperators.clampMin.tensor([.tensor(norm), .float(eps)])
      let divisor = try NormOperators.expandAs.tensor([.tensor(bounded), .tensor(x)])
      return try NormOperators.divide.tensor([.tensor(x), .tensor(divisor)])
    }
  }
}
