internal import XylemErrors
public import XylemNN
public import XylemTensor

private let convolve = OperatorReference("torchvision::deform_conv2d")

/// A convolution whose kernel reads at points that are moved by offsets, torchvision's `ops.deform_conv2d`: Dai et al.,
/// arXiv:1703.06211, and with a mask Zhu et al., arXiv:1811.11168.
///
/// Gradients flow to all tensors.
///
/// - Parameters:
///   - input: `[N, C, H, W]`, float32 or float64, as all tensors.
///   - offset: `[N, 2 * groups * kh * kw, H', W']`: the vertical and the horizontal offset in pixels of each tap of the
///     kernel. The channels of the input are divided into as many groups as fit.
///   - weight: `[O, C / groups, kh, kw]`. The number of groups follows from it.
///   - bias: `[O]`.
///   - padding: zeros at either side.
///   - mask: `[N, groups * kh * kw, H', W']`: a factor for each tap, with as many groups as the offsets.
/// - Returns: `[N, O, H', W']`.
/// - Throws: `detection.kernels`; `model.argument` for more than two sizes, and for offsets of another shape;
///   `runtime.operator` with the shapes.
public func deformConv2d(
  _ input: Tensor, _ offset: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Sizes = 1, padding: Sizes = 0,
  dilation: Sizes = 1, mask: Tensor? = nil, file: String = #fileID, line: Int = #line
) throws -> Tensor {
  let (stride, padding) = (try PooledSize(stride), try PooledSize(padding))
  let dilation = try PooledSize(dilation)
  try DetectionKernels.load()
  return try functional(
    "torchvision.ops.deform_conv.deform_conv2d", input, offset, weight, bias, [stride.height, stride.width],
    [padding.height, padding.width], [dilation.height, dilation.width], mask, at: CallSite(file, line)
  ) { input, offset, weight, bias, stride, padding, dilation, mask in
    let (sizes, shape) = (try input.sizes, try weight.sizes)
    let offsets = try offset.sizes
    guard sizes.count == 4, shape.count == 4, offsets.count == 4, shape.allSatisfy({ $0 > 0 }) else {
      throw DetectionErrors.argument(
        "an input \(sizes), an offset \(offsets) and a weight \(shape)", "torchvision.ops",
        "four dimensions are needed, and a weight that is not empty")
    }
    let taps = 2 * shape[2] * shape[3]
    guard offsets[1] >= taps, offsets[1] % taps == 0 else {
      throw DetectionErrors.argument(
        "an offset with \(offsets[1]) channels for a kernel of \(shape[2]) by \(shape[3])", "torchvision.ops",
        "a multiple of \(taps) is needed, two for each tap of the kernel")
    }
    let none = try mask ?? Tensor.zeros(Shape([sizes[0], 1]), dtype: input.dtype, device: input.device)
    let zeros = try bias ?? Tensor.zeros(Shape([shape[0]]), dtype: input.dtype, device: input.device)
    let numbers = stride + padding + dilation + [sizes[1] / shape[1], offsets[1] / taps]
    return try convolve.tensor(
      [.tensor(input), .tensor(weight), .tensor(offset), .tensor(none), .tensor(zeros)] + numbers.map { .int($0) }
        + [.bool(mask != nil)])
  }
}

/// A convolution whose kernel reads at points that are moved by offsets, torchvision's `ops.DeformConv2d`:
/// ``deformConv2d(_:_:_:bias:stride:padding:dilation:mask:file:line:)``.
public final class DeformConv2d: Module {
  /// `[outChannels, inChannels / groups, kh, kw]`.
  public let weight: Parameter
  /// `[outChannels]`.
  public let bias: Parameter?
  private let stride: Sizes
  private let padding: Sizes
  private let dilation: Sizes

  /// Creates a layer with new parameters.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Sizes, stride: Sizes = 1, padding: Sizes = 0,
    dilation: Sizes = 1, groups: Int = 1, bias: Bool = true
  ) {
    let kernel = kernelSize.values
    let isAllowed =
      ([inChannels, outChannels, groups] + kernel).allSatisfy { (1...1 << 20).contains($0) }
      && (1...2).contains(kernel.count) && inChannels % groups == 0 && outChannels % groups == 0
    let shape =
      isAllowed ? [outChannels, inChannels / groups, kernel[0], kernel[kernel.count - 1]] : [1, 1, 1, 1]
    let fan = shape.dropFirst().reduce(1, *)
    weight = Parameter(shape, .kaimingUniform(fan: fan))
    let bound = 1 / Double(fan).squareRoot()
    self.bias = bias ? Parameter([shape[0]], .uniform(-bound, bound)) : nil
    (self.stride, self.padding, self.dilation) = (stride, padding, dilation)
    super.init()
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "a deformable convolution from \(inChannels) to \(outChannels) channels in \(groups) groups, with a kernel of \(kernel)",
      Self.typeName, "both numbers of channels must be multiples of the groups, and all sizes at least 1")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.deform_conv.DeformConv2d" }

  /// Takes `input`, `offset` and optionally `mask`.
  public override var entry: ModuleEntry? {
    ModuleEntry("input", "offset", "mask") { [unowned self] (x: Tensor, offset: Tensor, mask: Tensor?) in
      try forward(x, offset, mask: mask)
    }
  }

  /// Runs the layer, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:_:mask:)``.
  public func callAsFunction(
    _ input: Tensor, _ offset: Tensor, mask: Tensor? = nil, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try call(input, offset, mask, file: file, line: line) { try self.forward($0, $1, mask: $2) }
  }

  /// `[N, inChannels, H, W]` to `[N, outChannels, H', W']`, with offsets `[N, 2 * G * kh * kw, H', W']` and a mask
  /// `[N, G * kh * kw, H', W']`.
  ///
  /// - Throws: the errors of the function.
  public func forward(_ input: Tensor, _ offset: Tensor, mask: Tensor? = nil) throws -> Tensor {
    try deformConv2d(
      input, offset, weight.tensor, bias: bias?.tensor, stride: stride, padding: padding, dilation: dilation,
      mask: mask)
  }
}
