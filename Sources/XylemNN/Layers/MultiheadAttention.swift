public import XylemErrors
public import XylemTensor

/// Multi-head attention: Vaswani et al., arXiv:1706.03762, PyTorch's `torch.nn.MultiheadAttention`.
///
/// If the model is traced through and the number of dimensions is unknown, the inputs are assumed to be batches, which
/// is checked when the graph runs, and it must be known whether masks are numeric or Boolean.
public final class MultiheadAttention: Module {
  /// The three projections in one, `[3 * embedDim, embedDim]`. Nil if keys or values have a different size.
  public let inProjWeight: Parameter?
  /// `[embedDim, embedDim]`, if there is no ``inProjWeight``.
  public let qProjWeight: Parameter?
  /// `[embedDim, kdim]`, if there is no ``inProjWeight``.
  public let kProjWeight: Parameter?
  /// `[embedDim, vdim]`, if there is no ``inProjWeight``.
  public let vProjWeight: Parameter?
  /// `[3 * embedDim]`.
  public let inProjBias: Parameter?
  /// A learned key that every query sees, `[1, 1, embedDim]`.
  public let biasK: Parameter?
  /// The value of that key, `[1, 1, embedDim]`.
  public let biasV: Parameter?
  /// The projection of the heads' results.
  public let outProj: NonDynamicallyQuantizableLinear

  let embedDim: Int
  let numHeads: Int
  /// The features of keys and of values.
  let keySize: Int
  let valueSize: Int
  let dropout: Double
  let addZeroAttn: Bool
  let batchFirst: Bool

  /// Creates a layer with new parameters.
  ///
  /// - Parameters:
  ///   - dropout: the dropout probability of the weights in train mode.
  ///   - addBiasKV: whether a learned key and value are appended.
  ///   - addZeroAttn: whether a key and value of zeros are appended.
  ///   - kdim: the size of keys; `embedDim` by default.
  ///   - vdim: the size of values; `embedDim` by default.
  ///   - batchFirst: whether inputs and output are `[N, L, …]` instead of `[L, N, …]`.
  public init(
    _ embedDim: Int, _ numHeads: Int, dropout: Double = 0, bias: Bool = true, addBiasKV: Bool = false,
    addZeroAttn: Bool = false, kdim: Int? = nil, vdim: Int? = nil, batchFirst: Bool = false
  ) {
    var arguments = InitialArguments(Self.typeName)
    let divides = arguments.demand(
      embedDim > 0 && numHeads > 0 && embedDim.isMultiple(of: max(numHeads, 1)),
      "\(embedDim) features can't be divided among \(numHeads) heads",
      "embedDim and numHeads are at least 1, and numHeads divides embedDim")
    let (embedDim, numHeads) = divides ? (embedDim, numHeads) : (1, 1)
    self.embedDim = embedDim
    self.numHeads = numHeads
    self.dropout = arguments.probability(dropout, "dropout")
    self.addZeroAttn = addZeroAttn
    self.batchFirst = batchFirst
    let outProj = NonDynamicallyQuantizableLinear(
      embedDim, embedDim, bias: bias, biasInitializer: .zeros(afterDrawing: .bias(fan: embedDim)))
    self.outProj = outProj
    let drawn = [outProj.weight, outProj.bias].compactMap { $0 }
    // PyTorch draws the numbers of the output's projection first, although its position is after these.
    func projection(_ rows: Int, _ columns: Int) -> Parameter {
      Parameter([rows, columns], .xavierUniform(fanIn: columns, fanOut: rows).after(drawn))
    }
    (keySize, valueSize) = (kdim ?? embedDim, vdim ?? embedDim)
    let isPacked = keySize == embedDim && valueSize == embedDim
    inProjWeight = isPacked ? projection(Saturating.product(3, embedDim), embedDim) : nil
    qProjWeight = isPacked ? nil : projection(embedDim, embedDim)
    kProjWeight = isPacked ? nil : projection(embedDim, keySize)
    vProjWeight = isPacked ? nil : projection(embedDim, valueSize)
    inProjBias = bias ? Parameter([Saturating.product(3, embedDim)], .zeros) : nil
    let extra = Initializer.normal(std: 1 / Double(embedDim).squareRoot())
    biasK = addBiasKV ? Parameter([1, 1, embedDim], extra) : nil
    biasV = addBiasKV ? Parameter([1, 1, embedDim], extra) : nil
    super.init()
    fault = arguments.fault
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.MultiheadAttention" }

  /// The arguments `query`, `key`, `value` and PyTorch's optional arguments.
  public override var entry: ModuleEntry? {
    ModuleEntry("query", "key", "value", "key_padding_mask", "attn_mask") {
      [unowned self] (query: Tensor, key: Tensor, value: Tensor, padding: Tensor?, mask: Tensor?) in
      try forward(query, key, value, keyPaddingMask: padding, attnMask: mask)
    }
  }

  /// Runs the layer, or records its call while a model is traced. The arguments are those of `forward`.
  ///
  /// - Throws: as `forward`, and while tracing the tracer's errors.
  public func callAsFunction(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, keyPaddingMask: Tensor? = nil, needWeights: Bool = true,
    attnMask: Tensor? = nil, averageAttnWeights: Bool = true, isCausal: Bool = false, file: String = #fileID,
    line: Int = #line
  ) throws -> AttentionOutput {
    try call(
      query, key, value, keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal, file: file, line: line
    ) { query, key, value, keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal in
      try self.forward(
        query, key, value, keyPaddingMask: keyPaddingMask, needWeights: needWeights, attnMask: attnMask,
        averageAttnWeights: averageAttnWeights, isCausal: isCausal)
    }
  }

  /// The attended values for each query.
  ///
  /// - Parameters:
  ///   - query: `[L, N, embedDim]`, `[N, L, embedDim]` with batches first, or `[L, embedDim]` without a batch.
  ///   - key: as the query with `S` for `L` and `kdim` for `embedDim`.
  ///   - value: as the key with `vdim`.
  ///   - keyPaddingMask: `[N, S]`: true for ignored keys, or a number that is added.
  ///   - needWeights: whether the weights are returned too, which takes memory.
  ///   - attnMask: `[L, S]` or `[N * numHeads, L, S]`: true for ignored pairs, or a number that is added.
  ///   - averageAttnWeights: whether weights are averaged over the heads.
  ///   - isCausal: declares that the mask is causal, which may be faster; the mask must be given too.
  /// - Throws: `model.argument` for the wrong shapes, `runtime.operator`.
  public func forward(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, keyPaddingMask: Tensor? = nil, needWeights: Bool = true,
    attnMask: Tensor? = nil, averageAttnWeights: Bool = true, isCausal: Bool = false
  ) throws -> AttentionOutput {
    try checkFault()
    let shapes = AttentionShapes(self, hasPadding: keyPaddingMask != nil, hasMask: attnMask != nil)
    try InputCheck.make([query, key, value] + [keyPaddingMask, attnMask].compactMap { $0 }) {
      (sizes: [[Int]]) throws(XylemError) in try shapes.check(sizes)
    }
    let isBatched = try isBatch(query)
    let isSelf = query.identity == key.identity && key.identity == value.identity
    func arranged(_ x: Tensor) throws -> Tensor {
      guard isBatched else { return try Attention.unsqueeze(x, 1) }
      return batchFirst ? try Attention.transpose(x, 0, 1) : x
    }
    let q = try arranged(query)
    let attention = Attention(
      self, query: q, key: isSelf ? q : try arranged(key), value: isSelf ? q : try arranged(value))
    let padding = try isBatched ? keyPaddingMask : keyPaddingMask.map { try Attention.unsqueeze($0, 0) }
    guard !isCausal || attnMask != nil else {
      throw XylemError(.modelArgument, "a causal mask must be given too", at: .init(moduleType: Self.typeName))
    }
    let usesHint = isCausal && keyPaddingMask == nil && !needWeights
    var (output, weights) = try attention.run(
      padding: padding, mask: usesHint ? nil : attnMask, needWeights: needWeights, isCausal: usesHint)
    if averageAttnWeights { weights = try weights.map { try Attention.mean($0, 1) } }
    guard isBatched else {
      return AttentionOutput(
        output: try Attention.squeeze(output, 1), weights: try weights.map { try Attention.squeeze($0, 0) })
    }
    if batchFirst { output = try Attention.transpose(output, 0, 1) }
    return AttentionOutput(output: output, weights: weights)
  }

  /// Whether the query is a batch.
  private func isBatch(_ query: Tensor) throws -> Bool {
    if let sizes = query.knownSizes { return sizes.count == 3 }
    try require(query.dim() == 3, "a batch of queries was expected, of three dimensions")
    return true
  }
}

/// The result of a ``MultiheadAttention``.
public struct AttentionOutput: ModuleValue {
  /// The query's shape.
  public var output: Tensor
  /// `[N, L, S]`, or for each head `[N, numHeads, L, S]`. Nil if they were not requested.
  public var weights: Tensor?

  init(output: Tensor, weights: Tensor?) {
    self.output = output
    self.weights = weights
  }

  /// `Tuple[Tensor, Optional[Tensor]]`.
  public static var typeDescription: String { "Tuple[Tensor, Optional[Tensor]]" }
  /// A tuple without names, as in PyTorch.
  public var moduleValue: Value { .tuple([.tensor(output), weights.moduleValue], names: []) }

  /// Creates it from the parts of a tuple.
  ///
  /// - Throws: `model.argument` for a value of another type.
  public init(moduleValue: Value) throws(XylemError) {
    output = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
    weights = try Tensor?(moduleValue: moduleValue.part(1, as: "Optional[Tensor]"))
  }
}

/// The linear layer within a ``MultiheadAttention``, which has its own type in PyTorch.
public final class NonDynamicallyQuantizableLinear: Linear {
  init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool, biasInitializer: Initializer) {
    super.init(inFeatures, outFeatures, bias: bias, biasInitializer)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.linear.NonDynamicallyQuantizableLinear" }
}
