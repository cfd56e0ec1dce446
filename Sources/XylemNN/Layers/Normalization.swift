internal import XylemErrors
public import XylemTensor

/// Divides by the root of the mean square over the last dimensions, PyTorch's `torch.nn.RMSNorm`: arXiv:1910.07467.
public final class RMSNorm: Module, Layer {
  /// The shape that is normalised over.
  public let weight: Parameter?
  private let normalizedShape: [Int]
  private let eps: Double?

  /// Creates a layer with weights of 1. The default `eps` is the machine epsilon of the input's type.
  public init(_ normalizedShape: Sizes, eps: Double? = nil, elementwiseAffine: Bool = true) {
    self.normalizedShape = normalizedShape.values
    self.eps = eps
    weight = elementwiseAffine ? Parameter(normalizedShape.values, .ones) : nil
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.normalization.RMSNorm" }
  /// The arguments that the description prints.
  public override var extraDescription: String {
    let affine = Python.text(weight != nil)
    return "\(Python.text(normalizedShape)), eps=\(Python.text(eps)), elementwise_affine=\(affine)"
  }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::rms_norm")

  /// `[..., normalizedShape]` to the same shape.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public func forward(_ x: Tensor) throws -> Tensor {
    try Self.op.tensor([.tensor(x), .ints(normalizedShape), weight.value, eps.moduleValue])
  }
}

/// Normalises over groups of channels, PyTorch's `torch.nn.GroupNorm`: Wu and He, arXiv:1803.08494.
public final class GroupNorm: Module, Layer {
  /// `[numChannels]`.
  public let weight: Parameter?
  /// `[numChannels]`.
  public let bias: Parameter?
  private let numGroups: Int
  private let numChannels: Int
  private let eps: Double

  /// Creates a layer with weights of 1 and biases of 0.
  public init(_ numGroups: Int, _ numChannels: Int, eps: Double = 1e-5, affine: Bool = true) {
    var arguments = InitialArguments(Self.typeName)
    self.numGroups = arguments.groups(numGroups, of: numChannels)
    self.numChannels = numChannels
    self.eps = eps
    weight = affine ? Parameter([numChannels], .ones) : nil
    bias = affine ? Parameter([numChannels], .zeros) : nil
    super.init()
    fault = arguments.fault
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.normalization.GroupNorm" }
  /// The arguments that the description prints.
  public override var extraDescription: String {
    let affine = Python.text(weight != nil)
    return "\(numGroups), \(numChannels), eps=\(Python.text(eps)), affine=\(affine), bias=\(affine)"
  }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::group_norm")

  /// `[N, numChannels, …]` to the same shape.
  ///
  /// - Throws: `runtime.operator` with the shapes; `model.argument` for a single value per group.
  public func forward(_ x: Tensor) throws -> Tensor {
    try checkFault()
    try InputCheck.make(x) { [numGroups] (sizes: [Int]) throws(XylemError) in
      try ModuleErrors.checkGroups(sizes, numGroups, type: Self.typeName)
    }
    return try Self.op.tensor([.tensor(x), .int(numGroups), weight.value, bias.value, .float(eps), .bool(true)])
  }
}

/// Divides by the neighbouring channels' mean square, PyTorch's `torch.nn.LocalResponseNorm`, as in AlexNet.
public final class LocalResponseNorm: Module, Layer {
  private let size: Int
  private let alpha: Double
  private let beta: Double
  private let k: Double

  /// Creates a layer over `size` channels.
  public init(_ size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) {
    var arguments = InitialArguments(Self.typeName)
    self.size = arguments.atLeast(1, size, "size")
    self.alpha = alpha
    self.beta = beta
    self.k = k
    super.init()
    fault = arguments.fault
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.normalization.LocalResponseNorm" }
  /// The arguments that the description prints.
  public override var extraDescription: String {
    "\(size), alpha=\(Python.text(alpha)), beta=\(Python.text(beta)), k=\(Python.text(k))"
  }
  package override class var consistsOfOperators: Bool { true }

  private static let mulOperator = OperatorReference("aten::mul", "Tensor")
  private static let scaleOperator = OperatorReference("aten::mul", "Scalar")
  private static let addOperator = OperatorReference("aten::add", "Scalar")
  private static let powOperator = OperatorReference("aten::pow", "Tensor_Scalar")
  private static let divOperator = OperatorReference("aten::div", "Tensor")
  private static let flattenOperator = OperatorReference("aten::flatten", "using_ints")
  private static let unsqueezeOperator = OperatorReference("aten::unsqueeze")
  private static let squeezeOperator = OperatorReference("aten::squeeze", "dim")
  private static let padOperator = OperatorReference("aten::constant_pad_nd")
  private static let poolOperator = OperatorReference("aten::avg_pool2d")
  private static let viewOperator = OperatorReference("aten::view_as")

  /// `[N, C, …]` to the same shape, with three dimensions or more.
  ///
  /// - Throws: `runtime.operator` with the shapes; `model.argument` for fewer dimensions.
  public func forward(_ x: Tensor) throws -> Tensor {
    try checkFault()
    try InputCheck.make(x) { (sizes: [Int]) throws(XylemError) in
      guard sizes.count >= 3 else { throw ModuleErrors.rank(sizes, wanted: 3...5, type: Self.typeName) }
    }
    // Channels and all positions as an image with one channel, so that neither rank nor sizes must be known.
    let square = try Self.mulOperator.tensor([.tensor(x), .tensor(x)])
    let flat = try Self.flattenOperator.tensor([.tensor(square), .int(2), .int(-1)])
    let image = try Self.unsqueezeOperator.tensor([.tensor(flat), .int(1)])
    let padded = try Self.padOperator.tensor([.tensor(image), .ints([0, 0, size / 2, (size - 1) / 2]), .int(0)])
    let mean = try Self.poolOperator.tensor([.tensor(padded), .ints([size, 1]), .ints([1, 1])])
    let sums = try Self.viewOperator.tensor([
      .tensor(Self.squeezeOperator.tensor([.tensor(mean), .int(1)])), .tensor(x),
    ])
    let scaled = try Self.scaleOperator.tensor([.tensor(sums), .float(alpha)])
    let shifted = try Self.addOperator.tensor([.tensor(scaled), .float(k)])
    let divisor = try Self.powOperator.tensor([.tensor(shifted), .float(beta)])
    return try Self.divOperator.tensor([.tensor(x), .tensor(divisor)])
  }
}
