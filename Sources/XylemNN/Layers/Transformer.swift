internal import XylemErrors
public import XylemTensor

/// Attention and two linear layers, each with a residual branch and a norm: Vaswani et al., arXiv:1706.03762, PyTorch's
/// `torch.nn.TransformerEncoderLayer`.
public final class TransformerEncoderLayer: Module {
  /// The activation between the two linear layers.
  public enum Activation: String, Sendable {
    /// `max(x, 0)`.
    case relu
    /// `x * Φ(x)`.
    case gelu
  }

  private let selfAttn: MultiheadAttention
  private let linear1: Linear
  private let dropout: Dropout
  private let linear2: Linear
  private let norm1: LayerNorm
  private let norm2: LayerNorm
  private let dropout1: Dropout
  private let dropout2: Dropout
  private let activation: Activation
  private let normFirst: Bool

  /// Creates a layer with new parameters.
  ///
  /// - Parameters:
  ///   - dModel: the features of inputs and outputs.
  ///   - nhead: the number of attention heads, which divides `dModel`.
  ///   - dimFeedforward: the features between the two linear layers.
  ///   - batchFirst: whether inputs and outputs are `[N, L, dModel]` instead of `[L, N, dModel]`.
  ///   - normFirst: whether norms precede attention and linear layers instead of following them.
  public init(
    _ dModel: Int, _ nhead: Int, dimFeedforward: Int = 2048, dropout: Double = 0.1, activation: Activation = .relu,
    layerNormEps: Double = 1e-5, batchFirst: Bool = false, normFirst: Bool = false, bias: Bool = true
  ) {
    selfAttn = MultiheadAttention(dModel, nhead, dropout: dropout, bias: bias, batchFirst: batchFirst)
    linear1 = Linear(dModel, dimFeedforward, bias: bias)
    self.dropout = Dropout(p: dropout)
    linear2 = Linear(dimFeedforward, dModel, bias: bias)
    norm1 = LayerNorm(Sizes(dModel), eps: layerNormEps, bias: bias)
    norm2 = LayerNorm(Sizes(dModel), eps: layerNormEps, bias: bias)
    dropout1 = Dropout(p: dropout)
    dropout2 = Dropout(p: dropout)
    self.activation = activation
    self.normFirst = normFirst
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.transformer.TransformerEncoderLayer" }

  /// The arguments `src`, `src_mask` and `src_key_padding_mask`.
  public override var entry: ModuleEntry? {
    ModuleEntry("src", "src_mask", "src_key_padding_mask") {
      [unowned self] (src: Tensor, mask: Tensor?, padding: Tensor?) in
      try forward(src, srcMask: mask, srcKeyPaddingMask: padding)
    }
  }

  /// Runs the layer, or records its call while a model is traced.
  ///
  /// - Throws: as `forward`, and while tracing the tracer's errors.
  public func callAsFunction(
    _ src: Tensor, srcMask: Tensor? = nil, srcKeyPaddingMask: Tensor? = nil, isCausal: Bool = false,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try call(src, srcMask, srcKeyPaddingMask, isCausal, file: file, line: line) {
      try self.forward($0, srcMask: $1, srcKeyPaddingMask: $2, isCausal: $3)
    }
  }

  /// `[L, N, dModel]` to the same shape; `[N, L, dModel]` with batches first, `[L, dModel]` without a batch.
  ///
  /// Masks are those of a ``MultiheadAttention``. PyTorch's fast path, which zeroes padded positions in eval mode
  /// without gradients, is not reproduced.
  ///
  /// - Throws: `model.argument` for other shapes, `runtime.operator`.
  public func forward(
    _ src: Tensor, srcMask: Tensor? = nil, srcKeyPaddingMask: Tensor? = nil, isCausal: Bool = false
  ) throws -> Tensor {
    func attended(_ x: Tensor) throws -> Tensor {
      try dropout1(
        selfAttn(
          x, x, x, keyPaddingMask: srcKeyPaddingMask, needWeights: false, attnMask: srcMask, isCausal: isCausal
        ).output)
    }
    func fed(_ x: Tensor) throws -> Tensor {
      let inner = try linear1(x)
      let active = try activation == .relu ? Functional.relu(inner) : Functional.gelu(inner)
      return try dropout2(linear2(dropout(active)))
    }
    guard normFirst else {
      let x = try norm1(src + attended(src))
      return try norm2(x + fed(x))
    }
    let x = try src + attended(norm1(src))
    return try x + fed(norm2(x))
  }
}

/// Layers of a transformer's encoder one after another, PyTorch's `torch.nn.TransformerEncoder`.
public final class TransformerEncoder: Module {
  private let layers: [TransformerEncoderLayer]
  private let norm: LayerNorm?

  /// Creates an encoder with a number of layers, each created separately.
  ///
  ///     TransformerEncoder(6) { TransformerEncoderLayer(512, 8, batchFirst: true) }
  ///
  /// PyTorch copies one layer, so its layers start with the same weights.
  ///
  /// - Parameter norm: runs after the last layer.
  public init(_ numLayers: Int, norm: LayerNorm? = nil, layer: () -> TransformerEncoderLayer) {
    var arguments = InitialArguments(Self.typeName)
    let count = arguments.atLeast(1, numLayers, "numLayers")
    layers = (0..<count).map { _ in layer() }
    self.norm = norm
    super.init()
    fault = arguments.fault
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.transformer.TransformerEncoder" }

  /// The arguments `src`, `mask` and `src_key_padding_mask`.
  public override var entry: ModuleEntry? {
    ModuleEntry("src", "mask", "src_key_padding_mask") {
      [unowned self] (src: Tensor, mask: Tensor?, padding: Tensor?) in
      try forward(src, mask: mask, srcKeyPaddingMask: padding)
    }
  }

  /// Runs the layers, or records their call while a model is traced.
  ///
  /// - Throws: as `forward`, and while tracing the tracer's errors.
  public func callAsFunction(
    _ src: Tensor, mask: Tensor? = nil, srcKeyPaddingMask: Tensor? = nil, isCausal: Bool = false,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try call(src, mask, srcKeyPaddingMask, isCausal, file: file, line: line) {
      try self.forward($0, mask: $1, srcKeyPaddingMask: $2, isCausal: $3)
    }
  }

  /// `[L, N, dModel]` to the same shape; see ``TransformerEncoderLayer``.
  ///
  /// - Throws: `model.argument` for other shapes, `runtime.operator`.
  public func forward(
    _ src: Tensor, mask: Tensor? = nil, srcKeyPaddingMask: Tensor? = nil, isCausal: Bool = false
  ) throws -> Tensor {
    try checkFault()
    var x = src
    for layer in layers { x = try layer(x, srcMask: mask, srcKeyPaddingMask: srcKeyPaddingMask, isCausal: isCausal) }
    return try norm?(x) ?? x
  }
}
