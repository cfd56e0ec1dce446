internal import XylemErrors
public import XylemTensor

/// Looks up vectors by integer index: `[…]` to `[…, embeddingDim]`, PyTorch's `torch.nn.Embedding` (`aten::embedding`).
public final class Embedding: Module, Layer {
  /// `[numEmbeddings, embeddingDim]`.
  public let weight: Parameter
  private let paddingIndex: Int?
  private let maxNorm: Double?
  private let normType: Double
  private let scaleGradByFreq: Bool
  private let sparse: Bool

  /// Creates a table of normally distributed numbers.
  ///
  /// - Parameters:
  ///   - paddingIdx: the row that is initially zero and gets no gradients; a negative index counts from the end.
  ///   - maxNorm: rows that are looked up are scaled down to this norm, in the table itself.
  ///   - normType: the p of the p-norm.
  ///   - scaleGradByFreq: whether gradients are divided by the frequency of a row in a batch.
  ///   - sparse: whether the gradient is a sparse tensor.
  public init(
    _ numEmbeddings: Int, _ embeddingDim: Int, paddingIdx: Int? = nil, maxNorm: Double? = nil, normType: Double = 2,
    scaleGradByFreq: Bool = false, sparse: Bool = false
  ) {
    var arguments = InitialArguments(Self.typeName)
    let padding = arguments.row(paddingIdx, of: numEmbeddings)
    weight = Parameter([numEmbeddings, embeddingDim], Self.initializer(padding))
    paddingIndex = padding
    self.maxNorm = maxNorm
    self.normType = normType
    self.scaleGradByFreq = scaleGradByFreq
    self.sparse = sparse
    super.init()
    fault = arguments.fault
  }

  static func initializer(_ padding: Int?) -> Initializer {
    Initializer.normal().then { tensor throws(XylemError) in
      guard let padding else { return }
      let row = try selectOperator.tensor([.tensor(tensor), .int(0), .int(padding)])
      _ = try zeroOperator.tensor([.tensor(row)])
    }
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.sparse.Embedding" }
  /// The arguments that the description prints.
  public override var extraDescription: String {
    var text = (weight.tensor.knownSizes ?? []).map(String.init).joined(separator: ", ")
    if let paddingIndex { text += ", padding_idx=\(paddingIndex)" }
    if let maxNorm { text += ", max_norm=\(Python.text(maxNorm))" }
    if normType != 2 { text += ", norm_type=\(Python.text(normType))" }
    if scaleGradByFreq { text += ", scale_grad_by_freq=True" }
    if sparse { text += ", sparse=True" }
    return text
  }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::embedding")
  private static let renormOperator = OperatorReference("aten::embedding_renorm_")
  private static let detachOperator = OperatorReference("aten::detach")
  private static let contiguousOperator = OperatorReference("aten::contiguous")
  private static let selectOperator = OperatorReference("aten::select", "int")
  private static let zeroOperator = OperatorReference("aten::zero_")

  /// `[…]` of integers to `[…, embeddingDim]`.
  ///
  /// - Throws: `runtime.operator` if there is no such row.
  public func forward(_ indices: Tensor) throws -> Tensor {
    try checkFault()
    if let maxNorm {
      // Gradients don't flow through the scaling, which modifies only the table's storage.
      let table = try Self.detachOperator.tensor([.tensor(weight.tensor)])
      let rows = try Self.contiguousOperator.tensor([.tensor(indices)])
      _ = try Self.renormOperator.tensor([.tensor(table), .tensor(rows), .float(maxNorm), .float(normType)])
    }
    return try Self.op.tensor([
      .tensor(weight.tensor), .tensor(indices), .int(paddingIndex ?? -1), .bool(scaleGradByFreq), .bool(sparse),
    ])
  }
}
