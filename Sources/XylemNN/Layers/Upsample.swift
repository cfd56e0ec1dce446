internal import XylemErrors
public import XylemTensor

/// One factor for each spatial dimension, or one for all: `2`, `1.5` or `[1.5, 2.5]`.
public struct Scales: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByArrayLiteral
{
  /// As given: one factor, or one for each dimension.
  public let values: [Double]

  /// One factor for each dimension.
  public init(_ values: [Double]) { self.values = values }
  /// One factor for all dimensions.
  public init(integerLiteral value: Int) { values = [Double(value)] }
  /// One factor for all dimensions.
  public init(floatLiteral value: Double) { values = [value] }
  /// One factor for each dimension.
  public init(arrayLiteral values: Double...) { self.values = values }
}

/// How values between those of the input are interpolated.
public enum UpsampleMode: String, Sendable {
  /// The nearest one, as in OpenCV; for any number of dimensions.
  case nearest
  /// The nearest one, as in Pillow and scikit-image; for any number of dimensions.
  case nearestExact = "nearest-exact"
  /// Linear, for `[N, C, L]`.
  case linear
  /// Bilinear, for `[N, C, H, W]`.
  case bilinear
  /// Cubic, for `[N, C, H, W]`.
  case bicubic
  /// Trilinear, for `[N, C, D, H, W]`.
  case trilinear

  /// The number of spatial dimensions. Nil if any is possible.
  fileprivate var dimensions: Int? {
    switch self {
    case .nearest, .nearestExact: nil
    case .linear: 1
    case .bilinear, .bicubic: 2
    case .trilinear: 3
    }
  }
}

/// Resizes to a size or by a factor, PyTorch's `torch.nn.Upsample`.
///
/// If the model is traced through, the nearest modes with one number for all dimensions assume that the input is
/// `[N, C, H, W]`, which is checked when the graph runs, and `recomputeScaleFactor` needs concrete sizes, so it throws
/// `trace.concrete-value`.
public final class Upsample: Module, Layer {
  private let size: Sizes?
  private let scaleFactor: Scales?
  private let mode: UpsampleMode
  private let alignCorners: Bool?
  private let recomputeScaleFactor: Bool

  /// Creates a layer with a size or a factor.
  ///
  /// - Parameters:
  ///   - alignCorners: whether the corner elements of input and output coincide; for the linear modes and `bicubic`.
  ///   - recomputeScaleFactor: whether the factor is recomputed from the sizes after rounding.
  ///
  /// Exactly one of `size` and `scaleFactor` must be given, and `alignCorners` only for the modes that support it.
  public init(
    size: Sizes? = nil, scaleFactor: Scales? = nil, mode: UpsampleMode = .nearest, alignCorners: Bool? = nil,
    recomputeScaleFactor: Bool = false
  ) {
    var arguments = InitialArguments(Self.typeName)
    arguments.demand(
      (size == nil) != (scaleFactor == nil), "either both size and scaleFactor are given, or neither",
      "exactly one is needed"
    )
    arguments.demand(
      mode.dimensions != nil || alignCorners == nil, "alignCorners is given for the mode \(mode.rawValue)",
      "only linear, bilinear, bicubic and trilinear support it")
    arguments.demand(
      size == nil || !recomputeScaleFactor, "recomputeScaleFactor is given with a size", "it needs a scale factor")
    let allowed = mode.dimensions.map { $0...$0 } ?? 1...3
    for (name, count) in [("size", size?.values.count), ("scaleFactor", scaleFactor?.values.count)] {
      guard let count, count != 1 else { continue }
      arguments.demand(
        allowed.contains(count), "\(name) has \(count) numbers", "one number is allowed, or one for each dimension")
    }
    self.size = size
    self.scaleFactor = scaleFactor
    self.mode = mode
    self.alignCorners = alignCorners
    self.recomputeScaleFactor = recomputeScaleFactor
    super.init()
    fault = arguments.fault
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.upsampling.Upsample" }

  /// The arguments that the description prints.
  public override var extraDescription: String {
    let end = "mode=\(Python.text(mode.rawValue))"
    guard let factors = scaleFactor?.values else { return "size=\(size.map { Python.text($0) } ?? "None"), \(end)" }
    let texts = factors.map { Python.text($0) }
    return "scale_factor=\(texts.count == 1 ? texts[0] : "(" + texts.joined(separator: ", ") + ")"), \(end)"
  }

  /// `[N, C, …]` to `[N, C, …']`.
  ///
  /// - Throws: `model.argument` if the number of dimensions does not match the mode; `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor {
    try checkFault()
    let dimensions = try dimensions(of: x)
    var wanted: Value = try size.map { .ints(try $0.expanded(to: dimensions)) } ?? .none
    var factors: Value = .none
    if let scaleFactor {
      let values = scaleFactor.values
      let scales = values.count == 1 ? Array(repeating: values[0], count: dimensions) : values
      if recomputeScaleFactor {
        let sizes = try x.shape.numbers()
        wanted = .ints(try scaledSizes(sizes.suffix(dimensions), scales))
      } else {
        factors = .list(scales.map { .float($0) })
      }
    }
    let op = UpsampleOperators.find(mode, dimensions)
    guard mode.dimensions != nil else { return try op.tensor([.tensor(x), wanted, factors]) }
    return try op.tensor([.tensor(x), wanted, .bool(alignCorners ?? false), factors])
  }

  private func dimensions(of x: Tensor) throws -> Int {
    let counts = [size?.values.count, scaleFactor?.values.count].compactMap { $0 }.filter { $0 > 1 }
    let fixed = mode.dimensions ?? counts.first
    try InputCheck.make(x) { (sizes: [Int]) throws(XylemError) in
      let allowed = fixed.map { $0...$0 } ?? 1...3
      guard allowed.contains(sizes.count - 2), counts.allSatisfy({ $0 == sizes.count - 2 }) else {
        throw ModuleErrors.rank(
          sizes, wanted: allowed.lowerBound + 2...allowed.upperBound + 2, type: Self.typeName)
      }
    }
    if let sizes = x.knownSizes { return sizes.count - 2 }
    if let fixed { return fixed }
    try require(x.dim() == 4, "an image was expected, [N, C, H, W]")
    return 2
  }
}

private enum UpsampleOperators {
  private static let nearest = (1...3).map { OperatorReference("aten::upsample_nearest\($0)d", "vec") }
  private static let nearestExact = (1...3).map { OperatorReference("aten::_upsample_nearest_exact\($0)d", "vec") }
  private static let linear = OperatorReference("aten::upsample_linear1d", "vec")
  private static let bilinear = OperatorReference("aten::upsample_bilinear2d", "vec")
  private static let bicubic = OperatorReference("aten::upsample_bicubic2d", "vec")
  private static let trilinear = OperatorReference("aten::upsample_trilinear3d", "vec")

  static func find(_ mode: UpsampleMode, _ dimensions: Int) -> OperatorReference {
    switch mode {
    case .nearest: nearest[dimensions - 1]
    case .nearestExact: nearestExact[dimensions - 1]
    case .linear: linear
    case .bilinear: bilinear
    case .bicubic: bicubic
    case .trilinear: trilinear
    }
  }
}
