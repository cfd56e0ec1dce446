internal import XylemErrors
public import XylemTensor

/// The interpolation of a resized image.
public enum InterpolationMode: String, Sendable {
  /// The nearest element, as in OpenCV.
  case nearest
  /// The nearest element, as in Pillow and scikit-image.
  case nearestExact = "nearest-exact"
  /// Linear, for `[N, C, L]`.
  case linear
  /// Bilinear, for `[N, C, H, W]`.
  case bilinear
  /// Cubic, for `[N, C, H, W]`.
  case bicubic
  /// Trilinear, for `[N, C, D, H, W]`.
  case trilinear
  /// Averages of windows: adaptive average pooling.
  case area

  /// The number of spatial dimensions. Nil if any is possible.
  fileprivate var dimensions: Int? {
    switch self {
    case .nearest, .nearestExact, .area: nil
    case .linear: 1
    case .bilinear, .bicubic: 2
    case .trilinear: 3
    }
  }
}

/// The padding of the last dimensions.
public enum PadMode: String, Sendable {
  /// One value.
  case constant
  /// The elements mirrored at the edge element.
  case reflect
  /// The edge.
  case replicate
  /// The elements of the opposite side.
  case circular
}

/// How values between the elements of an image are interpolated.
public enum GridSampleMode: Int, Sendable {
  /// Bilinear, or trilinear for `[N, C, D, H, W]`.
  case bilinear = 0
  /// The nearest element.
  case nearest
  /// Cubic, for `[N, C, H, W]`.
  case bicubic
}

/// The values outside a sampled image.
public enum GridSamplePadding: Int, Sendable {
  /// Zeros.
  case zeros = 0
  /// The edge.
  case border
  /// The image mirrored.
  case reflection
}

private enum ResizeOperators {
  static let pad = OperatorReference("aten::pad")
  static let gridSampler = OperatorReference("aten::grid_sampler")
  static let nearest = (1...3).map { OperatorReference("aten::upsample_nearest\($0)d", "vec") }
  static let nearestExact = (1...3).map { OperatorReference("aten::_upsample_nearest_exact\($0)d", "vec") }
  static let area = (1...3).map { OperatorReference("aten::adaptive_avg_pool\($0)d") }
  static let linear = OperatorReference("aten::upsample_linear1d", "vec")
  static let bilinear = OperatorReference("aten::upsample_bilinear2d", "vec")
  static let bilinearSmooth = OperatorReference("aten::_upsample_bilinear2d_aa", "vec")
  static let bicubic = OperatorReference("aten::upsample_bicubic2d", "vec")
  static let bicubicSmooth = OperatorReference("aten::_upsample_bicubic2d_aa", "vec")
  static let trilinear = OperatorReference("aten::upsample_trilinear3d", "vec")
}

/// Sizes times factors, rounded down.
///
/// - Throws: `model.argument` for a factor that gives an invalid size.
func scaledSizes(_ sizes: some Sequence<Int>, _ factors: [Double]) throws(XylemError) -> [Int] {
  var found: [Int] = []
  for (size, factor) in zip(sizes, factors) {
    guard let scaled = Int(exactly: (Double(size) * factor).rounded(.down)), scaled >= 0 else {
      throw ModuleErrors.option("a size of \(size) can't be scaled by \(factor)")
    }
    found.append(scaled)
  }
  return found
}

extension Functional {
  /// Resizes `[N, C, …]` to a size or by a factor.
  ///
  /// While a model is traced, `nearest`, `nearestExact` and `area` with one number for all dimensions assume that the
  /// input is `[N, C, H, W]`, which is checked when the graph runs, and `area` needs a size.
  ///
  /// - Parameters:
  ///   - alignCorners: whether the corner elements of input and output coincide; for the linear and cubic modes.
  ///   - antialias: whether to smooth before downsizing; for `bilinear` and `bicubic`.
  /// - Throws: `model.argument` unless exactly one of size and factor is given, and for options that the mode does not
  ///   have; `runtime.operator` with the shape.
  public static func interpolate(
    _ x: Tensor, size: (any SpatialSizes)? = nil, scaleFactor: Scales? = nil, mode: InterpolationMode = .nearest,
    alignCorners: Bool? = nil, antialias: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    guard (size == nil) != (scaleFactor == nil) else {
      throw ModuleErrors.option("interpolate needs either a size or a scale factor")
    }
    guard mode.dimensions != nil || alignCorners == nil else {
      throw ModuleErrors.option("interpolate has no alignCorners for the mode \(mode.rawValue)")
    }
    guard !antialias || mode == .bilinear || mode == .bicubic else {
      throw ModuleErrors.option("interpolate has no antialias for the mode \(mode.rawValue)")
    }
    return try functional(
      "torch.nn.functional.interpolate", x, size?.spatialShape, scaleFactor?.values, mode.rawValue, alignCorners,
      antialias,
      at: CallSite(file, line)
    ) { x, size, scales, _, corners, antialias in
      let counts = [size?.listed?.count, scales?.count].compactMap { $0 }.filter { $0 > 1 }
      let dimensions = try spatialDimensions(of: x, mode.dimensions ?? counts.first)
      let wanted = size.map { size in
        size.listed?.count == 1 ? Shape(Array(repeating: size.listed?[0] ?? 1, count: dimensions)) : size
      }
      let factors = scales.map { $0.count == 1 ? Array(repeating: $0[0], count: dimensions) : $0 }
      return try resize(x, dimensions, wanted?.value, factors, mode, corners ?? false, antialias)
    }
  }

  /// Resizes `[N, C, …]` to sizes that may depend on the model's input, such as those of another tensor:
  /// `interpolate(x, sizes: y.shape[(-2)...])`.
  ///
  /// - Parameters:
  ///   - sizes: one for each spatial dimension.
  ///   - alignCorners: as for ``interpolate(_:size:scaleFactor:mode:alignCorners:antialias:file:line:)``.
  /// - Throws: `model.argument` for options that the mode does not have; `runtime.operator` with the shape.
  public static func interpolate(
    _ x: Tensor, sizes: Shape, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    guard mode.dimensions != nil || alignCorners == nil else {
      throw ModuleErrors.option("interpolate has no alignCorners for the mode \(mode.rawValue)")
    }
    return try functional(
      "torch.nn.functional.interpolate", x, sizes, mode.rawValue, alignCorners, at: CallSite(file, line)
    ) { x, sizes, _, corners in
      try resize(x, spatialDimensions(of: x, mode.dimensions), sizes.value, nil, mode, corners ?? false, false)
    }
  }

  private static func spatialDimensions(of x: Tensor, _ named: Int?) throws -> Int {
    try InputCheck.make(x) { (sizes: [Int]) throws(XylemError) in
      guard (3...5).contains(sizes.count), named == nil || named == sizes.count - 2 else {
        throw ModuleErrors.option(
          "interpolate of \(sizes): the mode and the sizes are for \(named.map(String.init) ?? "1 to 3") spatial dimensions"
        )
      }
    }
    if let sizes = x.knownSizes { return sizes.count - 2 }
    if let named { return named }
    try require(x.dim() == 4, "an image was expected, [N, C, H, W]")
    return 2
  }

  private static func resize(
    _ x: Tensor, _ dimensions: Int, _ size: Value?, _ scales: [Double]?, _ mode: InterpolationMode, _ corners: Bool,
    _ antialias: Bool
  ) throws -> Tensor {
    let wanted = size ?? .none
    let factors: Value = scales.map { .list($0.map { .float($0) }) } ?? .none
    func interpolated(_ op: OperatorReference) throws -> Tensor {
      try op.tensor([.tensor(x), wanted, .bool(corners), factors])
    }
    switch mode {
    case .nearest: return try ResizeOperators.nearest[dimensions - 1].tensor([.tensor(x), wanted, factors])
    case .nearestExact: return try ResizeOperators.nearestExact[dimensions - 1].tensor([.tensor(x), wanted, factors])
    case .linear: return try interpolated(ResizeOperators.linear)
    case .bilinear: return try interpolated(antialias ? ResizeOperators.bilinearSmooth : ResizeOperators.bilinear)
    case .bicubic: return try interpolated(antialias ? ResizeOperators.bicubicSmooth : ResizeOperators.bicubic)
    case .trilinear: return try interpolated(ResizeOperators.trilinear)
    case .area:
      let sizes = try size ?? .ints(scaledSizes(x.shape.numbers().suffix(dimensions), scales ?? []))
      return try ResizeOperators.area[dimensions - 1].tensor([.tensor(x), sizes])
    }
  }

  /// Pads the last dimensions, or crops them where numbers are negative.
  ///
  /// - Parameter padding: two numbers for each dimension, before and after, the last dimension's first; sizes may be
  ///   symbolic.
  /// - Throws: `runtime.operator` with the shape.
  public static func pad(
    _ x: Tensor, _ padding: [any SizeConvertible], mode: PadMode = .constant, value: Double? = nil,
    file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.pad", x, Shape(of: padding), mode.rawValue, value, at: CallSite(file, line)) {
      try ResizeOperators.pad.tensor([.tensor($0), $1.value, .string($2), $3.moduleValue])
    }
  }

  /// The values of `[N, C, H, W]` at positions `[N, h, w, 2]`, x first, from -1 to 1 across the image.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func gridSample(
    _ x: Tensor, _ grid: Tensor, mode: GridSampleMode = .bilinear, paddingMode: GridSamplePadding = .zeros,
    alignCorners: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.grid_sample", x, grid, mode.rawValue, paddingMode.rawValue, alignCorners,
      at: CallSite(file, line)
    ) { try ResizeOperators.gridSampler.tensor([.tensor($0), .tensor($1), .int($2), .int($3), .bool($4)]) }
  }
}
