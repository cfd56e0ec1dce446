internal import XylemErrors
internal import XylemScript
public import XylemTensor

/// Sums, means or maxima of looked-up vectors, without the vectors themselves, PyTorch's `torch.nn.EmbeddingBag`.
public final class EmbeddingBag: Module {
  /// The reduction of the vectors in a bag.
  public enum Mode: Int, Sendable {
    /// Their sum.
    case sum = 0
    /// Their mean.
    case mean
    /// Their greatest elements.
    case max

    fileprivate var name: String {
      switch self {
      case .sum: "sum"
      case .mean: "mean"
      case .max: "max"
      }
    }
  }

  /// `[numEmbeddings, embeddingDim]`.
  public let weight: Parameter
  private let mode: Mode
  private let paddingIndex: Int?
  private let scaleGradByFreq: Bool
  private let sparse: Bool
  private let includeLastOffset: Bool

  /// Creates a table of normally distributed numbers.
  ///
  /// - Parameters:
  ///   - paddingIdx: the row that is initially zero, is ignored and gets no gradients; a negative index counts from the
  ///     end.
  ///   - includeLastOffset: whether the offsets have one more element, the number of indices.
  public init(
    _ numEmbeddings: Int, _ embeddingDim: Int, mode: Mode = .mean, scaleGradByFreq: Bool = false, sparse: Bool = false,
    includeLastOffset: Bool = false, paddingIdx: Int? = nil
  ) {
    var arguments = InitialArguments(Self.typeName)
    paddingIndex = arguments.row(paddingIdx, of: numEmbeddings)
    arguments.demand(
      !scaleGradByFreq || mode != .max, "scaleGradByFreq is given with the mode max", "sum and mean have it")
    weight = Parameter([numEmbeddings, embeddingDim], Embedding.initializer(paddingIndex))
    self.mode = mode
    self.scaleGradByFreq = scaleGradByFreq
    self.sparse = sparse
    self.includeLastOffset = includeLastOffset
    super.init()
    fault = arguments.fault
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.sparse.EmbeddingBag" }
  /// The arguments that the description prints.
  public override var extraDescription: String {
    var text = (weight.tensor.knownSizes ?? []).map(String.init).joined(separator: ", ")
    if scaleGradByFreq { text += ", scale_grad_by_freq=True" }
    text += ", mode=\(Python.text(mode.name))"
    if let paddingIndex { text += ", padding_idx=\(paddingIndex)" }
    return text
  }

  /// The arguments `input`, `offsets` and `per_sample_weights`.
  public override var entry: ModuleEntry? {
    ModuleEntry("input", "offsets", "per_sample_weights") {
      [unowned self] (input: Tensor, offsets: Tensor?, weights: Tensor?) in
      try forward(input, offsets, perSampleWeights: weights)
    }
  }

  /// Runs the layer, or records its call while a model is traced.
  ///
  /// - Throws: as `forward`, and while tracing the tracer's errors.
  public func callAsFunction(
    _ input: Tensor, _ offsets: Tensor? = nil, perSampleWeights: Tensor? = nil, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try call(input, offsets, perSampleWeights, file: file, line: line) {
      try self.forward($0, $1, perSampleWeights: $2)
    }
  }

  private static let op = OperatorReference(
    "aten::embedding_bag", "padding_idx", resultTypes: ["Tensor", "Tensor", "Tensor", "Tensor"])

  /// Bags of integers to `[bags, embeddingDim]`.
  ///
  /// - Parameters:
  ///   - input: `[bags, size]`, or with offsets all bags concatenated.
  ///   - offsets: the start of each bag.
  ///   - perSampleWeights: the weight of each index, with the input's shape; for sums.
  /// - Throws: `model.argument` for the wrong shapes, and for weights with a mode other than sums; `runtime.operator`.
  public func forward(_ input: Tensor, _ offsets: Tensor? = nil, perSampleWeights: Tensor? = nil) throws -> Tensor {
    try checkFault()
    guard perSampleWeights == nil || mode == .sum else {
      throw ModuleErrors.option("perSampleWeights are for sums, and the mode is \(mode.name)")
    }
    let rank = offsets == nil ? 2 : 1
    try InputCheck.make([input] + [perSampleWeights].compactMap { $0 }) { (shapes: [[Int]]) throws(XylemError) in
      guard shapes[0].count == rank else {
        throw ModuleErrors.rank(shapes[0], wanted: rank...rank, type: Self.typeName)
      }
      guard shapes.allSatisfy({ $0 == shapes[0] }) else {
        throw ModuleErrors.option("perSampleWeights have the shape \(shapes[1]), and the input has \(shapes[0])")
      }
    }
    var starts = offsets
    if starts == nil {
      let (bags, size) = try input.shape.two
      starts = try Tensor.arange(0, bags * size, step: size).typeAs(input)
    }
    let results = try Self.op.tensors([
      .tensor(weight.tensor), .tensor(input.reshape([-1])), starts.moduleValue, .bool(scaleGradByFreq),
      .int(mode.rawValue), .bool(sparse), try perSampleWeights?.reshape([-1]).moduleValue ?? .none,
      .bool(offsets != nil && includeLastOffset), paddingIndex.moduleValue,
    ])
    return results[0]
  }
}
