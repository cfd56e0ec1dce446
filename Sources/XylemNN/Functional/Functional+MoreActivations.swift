public import XylemErrors
public import XylemTensor

private enum Operators {
  static let prelu = OperatorReference("aten::prelu")
  static let hardtanh = OperatorReference("aten::hardtanh")
  static let hardtanhInPlace = OperatorReference("aten::hardtanh_")
  static let selu = OperatorReference("aten::selu")
  static let seluInPlace = OperatorReference("aten::selu_")
  static let celu = OperatorReference("aten::celu")
  static let celuInPlace = OperatorReference("aten::celu_")
  static let glu = OperatorReference("aten::glu")
  static let affineGrid = OperatorReference("aten::affine_grid_generator")
}

extension Functional {
  /// `x`, or a learned slope times `x` if it is negative; an operator.
  ///
  /// - Parameter weight: one slope, or one for each channel.
  /// - Throws: `runtime.operator` with the shapes.
  public static func prelu(
    _ x: Tensor, _ weight: Tensor, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try Operators.prelu.tensor([.tensor(x), .tensor(weight)], at: CallSite(file, line))
  }

  /// `x` clamped between two bounds.
  ///
  /// - Throws: `model.argument` where the first bound is greater than the second; `runtime.operator`.
  public static func hardtanh(
    _ x: Tensor, minVal: Double = -1, maxVal: Double = 1, inplace: Bool = false, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    guard minVal <= maxVal else { throw ModuleErrors.option("hardtanh's bounds are \(minVal) and \(maxVal)") }
    return try functional("torch.nn.functional.hardtanh", x, minVal, maxVal, inplace, at: CallSite(file, line)) {
      try ($3 ? Operators.hardtanhInPlace : Operators.hardtanh).tensor([.tensor($0), .float($1), .float($2)])
    }
  }

  /// ELU with the constants that preserve mean 0 and variance 1.
  ///
  /// - Throws: `runtime.operator`.
  public static func selu(
    _ x: Tensor, inplace: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.selu", x, inplace, at: CallSite(file, line)) {
      try ($1 ? Operators.seluInPlace : Operators.selu).tensor([.tensor($0)])
    }
  }

  /// `x`, or `alpha * (exp(x / alpha) - 1)` if it is negative.
  ///
  /// - Throws: `runtime.operator`.
  public static func celu(
    _ x: Tensor, alpha: Double = 1, inplace: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.celu", x, alpha, inplace, at: CallSite(file, line)) {
      try ($2 ? Operators.celuInPlace : Operators.celu).tensor([.tensor($0), .float($1)])
    }
  }

  /// One half of a dimension times the sigmoid of the other.
  ///
  /// - Throws: `runtime.operator` with the shape if the size is odd.
  public static func glu(_ x: Tensor, dim: Int = -1, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try functional("torch.nn.functional.glu", x, dim, at: CallSite(file, line)) {
      try Operators.glu.tensor([.tensor($0), .int($1)])
    }
  }

  /// The sampling positions of affine maps `[N, 2, 3]` for images, `[N, h, w, 2]`: the input of
  /// ``gridSample(_:_:mode:paddingMode:alignCorners:file:line:)``. `[N, 3, 4]` for volumes.
  ///
  /// - Parameter size: of the images, `[N, C, h, w]` or `[N, C, d, h, w]`.
  /// - Throws: `model.argument` for other shapes; `runtime.operator`.
  public static func affineGrid(
    _ theta: Tensor, _ size: [Int], alignCorners: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    guard (4...5).contains(size.count), size.allSatisfy({ $0 > 0 }) else {
      throw ModuleErrors.option("affineGrid needs four or five positive sizes, not \(size)")
    }
    return try functional("torch.nn.functional.affine_grid", theta, size, alignCorners, at: CallSite(file, line)) {
      theta, size, alignCorners in
      try InputCheck.make(theta) { (sizes: [Int]) throws(XylemError) in
        let wanted = [size[0], size.count - 2, size.count - 1]
        guard sizes.count == 3, sizes.suffix(2) == wanted.suffix(2) else {
          throw ModuleErrors.option("affineGrid needs maps of shape \(wanted) for the size \(size), not \(sizes)")
        }
      }
      return try Operators.affineGrid.tensor([.tensor(theta), .ints(size), .bool(alignCorners)])
    }
  }
}
