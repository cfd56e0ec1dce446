internal import XylemErrors
public import XylemNN
public import XylemTensor

/// Multiscale vision transformers over clips: Fan et al., arXiv:2104.11227, and the second version, Li et al.,
/// arXiv:2112.01526.
///
/// `[N, 3, temporalSize, spatialSize…]` to `[N, numClasses]`, with keys and node names as torchvision's `video/mvit.py` has
/// them. Blocks shrink the clip by pooling queries, keys and values of their attention.
public final class MViT: Module, Layer {
  /// The convolution over overlapping patches.
  public let convProj: Conv3d
  /// The class token and the embeddings of positions.
  public let posEncoding: PositionalEncoding
  /// The blocks.
  public let blocks: [Block]
  private let norm: LayerNorm
  /// The head.
  public let head: Sequential

  /// One block.
  public struct BlockSetting: Sendable {
    let heads: Int
    let inChannels: Int
    let outChannels: Int
    let kernelQ: [Int]
    let kernelKV: [Int]
    let strideQ: [Int]
    let strideKV: [Int]

    /// Creates a setting. Kernels and strides have three numbers, for frames, rows and columns, or none where nothing is
    /// pooled.
    public init(
      heads: Int, _ inChannels: Int, _ outChannels: Int, kernelQ: [Int], kernelKV: [Int], strideQ: [Int],
      strideKV: [Int]
    ) {
      self.heads = heads
      (self.inChannels, self.outChannels) = (inChannels, outChannels)
      (self.kernelQ, self.kernelKV, self.strideQ, self.strideKV) = (kernelQ, kernelKV, strideQ, strideKV)
    }

    var poolsQ: Bool { kernelQ.reduce(1, *) > 1 || strideQ.reduce(1, *) > 1 }
    var poolsKV: Bool { kernelKV.reduce(1, *) > 1 || strideKV.reduce(1, *) > 1 }

    fileprivate func isAllowed(width: Int) -> Bool {
      let lists = [kernelQ, kernelKV, strideQ, strideKV]
      return (1...1 << 15).contains(inChannels) && (1...1 << 15).contains(outChannels) && heads > 0
        && width.isMultiple(of: heads) && lists.allSatisfy { [0, 3].contains($0.count) }
        && lists.joined().allSatisfy { (1...64).contains($0) } && kernelQ.isEmpty == strideQ.isEmpty
        && kernelKV.isEmpty == strideKV.isEmpty
    }
  }

  /// What the second version does differently.
  struct Options {
    let residualPool: Bool
    let residualWithClsEmbed: Bool
    let relPosEmbed: Bool
    let projAfterAttn: Bool
    let attentionDropout: Double
  }

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - spatialSize: the rows and columns of a clip.
  ///   - temporalSize: the frames of a clip.
  ///   - residualPool: whether the pooled queries are added to the result of attention.
  ///   - residualWithClsEmbed: whether that includes the class token.
  ///   - relPosEmbed: whether positions are relative, in each attention, instead of absolute.
  ///   - projAfterAttn: whether attention changes the width, and not the MLP.
  ///   - stochasticDepthProb: the probability with which the last block's residual branches are dropped for a sample;
  ///     that of earlier blocks rises to it from 0.
  public init(
    spatialSize: [Int] = [224, 224], temporalSize: Int = 16, blockSetting: [BlockSetting], residualPool: Bool = false,
    residualWithClsEmbed: Bool = true, relPosEmbed: Bool = false, projAfterAttn: Bool = false, dropout: Double = 0.5,
    attentionDropout: Double = 0, stochasticDepthProb: Double = 0, numClasses: Int = 400
  ) {
    let isAllowed =
      spatialSize.count == 2 && spatialSize.allSatisfy { (4...4096).contains($0) } && (2...4096).contains(temporalSize)
      && !blockSetting.isEmpty && blockSetting.count <= 1000
      && blockSetting.allSatisfy { $0.isAllowed(width: projAfterAttn ? $0.outChannels : $0.inChannels) }
      && zip(blockSetting, blockSetting.dropFirst()).allSatisfy { $0.outChannels == $1.inChannels }
    let given = (spatialSize, temporalSize, blockSetting.count)
    let fallback = BlockSetting(heads: 1, 1, 1, kernelQ: [], kernelKV: [], strideQ: [], strideKV: [])
    let settings = isAllowed ? blockSetting : [fallback]
    var sizes = isAllowed ? [temporalSize / 2, spatialSize[0] / 4, spatialSize[1] / 4] : [1, 1, 1]
    let width = settings[0].inChannels
    convProj = Conv3d(3, width, kernelSize: [3, 7, 7], stride: [2, 4, 4], padding: .sizes([1, 3, 3]))
    posEncoding = PositionalEncoding(width, sizes, isRelative: relPosEmbed)
    let options = Options(
      residualPool: residualPool, residualWithClsEmbed: residualWithClsEmbed, relPosEmbed: relPosEmbed,
      projAfterAttn: projAfterAttn, attentionDropout: attentionDropout)
    let steps = Double(settings.count - 1)
    blocks = settings.enumerated().map { index, setting in
      defer { if !setting.strideQ.isEmpty { sizes = zip(sizes, setting.strideQ).map { $0 / $1 } } }
      let probability = steps > 0 ? stochasticDepthProb * Double(index) / steps : 0
      return Block(setting, sizes, options, probability)
    }
    let last = settings[settings.count - 1].outChannels
    norm = LayerNorm(Sizes(last), eps: 1e-6)
    head = Sequential(Dropout(p: dropout, inplace: true), Linear(last, numClasses))
    super.init()
    initializeLinears(of: blocks + [head])
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "an MViT of \(given.2) blocks over \(given.1) frames of \(given.0) pixels", Self.typeName,
      "two spatial sizes of at least 4, at least 2 frames, and blocks that take what the one before returns are needed; heads must divide the width of attention"
    )
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.video.mvit.MViT" }

  /// `[N, 3, temporalSize, spatialSize…]` to `[N, numClasses]`; an image is a clip of one frame.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    let clip = try unsqueezed(x, 5, 2).tensor()
    var state = ClipTokens(
      try posEncoding(convProj(clip).flatten(startDim: 2).transpose(1, 2)), posEncoding.sizes)
    for block in blocks { state = try block(state.tokens, state.sizes) }
    return try head(norm(state.tokens)[.all, 0])
  }
}

private let functions = "torchvision.models.video.mvit."

/// Tokens and the sizes of the clip that they are: `[N, 1 + T * H * W, C]`, or with heads in the second dimension.
struct ClipTokens: ModuleValue {
  let tokens: Tensor
  let sizes: TupleOfSizes
  static var typeDescription: String { "Tuple[Tensor, Tuple[int, int, int]]" }
  var moduleValue: Value { .tuple([tokens.moduleValue, sizes.moduleValue], names: []) }

  init(_ tokens: Tensor, _ sizes: TupleOfSizes) { (self.tokens, self.sizes) = (tokens, sizes) }

  init(moduleValue: Value) throws(XylemError) {
    tokens = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
    sizes = try TupleOfSizes(moduleValue: moduleValue.part(1, as: "Tuple[int, int, int]"))
  }
}

/// A tensor with an added dimension, and the number of dimensions that it had.
private struct Unsqueezed: ModuleValue {
  let moduleValue: Value
  static var typeDescription: String { "Tuple[Tensor, int]" }

  init(moduleValue: Value) { self.moduleValue = moduleValue }

  func tensor() throws -> Tensor { try Tensor(moduleValue: moduleValue.part(0, as: "Tensor")) }
  func rank() throws -> Size { try Size(moduleValue: moduleValue.part(1, as: "int")) }
}

/// Adds a dimension if one is missing.
private let unsqueezed = TensorFunction(ofPackage: functions + "_unsqueeze") { (x: Tensor, rank: Int, dim: Int) in
  let found = try Int(x.dim())
  guard found == rank || found == rank - 1 else {
    throw ModelErrors.argument(
      "an input of \(found) dimensions", MViT.typeName, "\(rank - 1) or \(rank) dimensions are allowed")
  }
  let result = found == rank ? x : try x.unsqueeze(dim: dim)
  return Unsqueezed(moduleValue: .tuple([.tensor(result), .int(found)], names: []))
}

/// Removes a dimension that was added.
private let squeezed = TensorFunction(ofPackage: functions + "_squeeze") {
  (x: Tensor, rank: Int, dim: Int, found: Size) in
  try Int(found) == rank - 1 ? x.squeeze(dim: dim) : x
}

extension MViT {
  /// The class token before the tokens, and the embeddings of positions added to them.
  public final class PositionalEncoding: Module, Layer {
    private let classToken: Parameter
    private let spatialPos: Parameter?
    private let temporalPos: Parameter?
    private let classPos: Parameter?
    private let clip: [Int]

    private static let sizeOperator = OperatorReference("aten::size", "int", resultType: "int")

    init(_ width: Int, _ sizes: [Int], isRelative: Bool) {
      func parameter(_ shape: [Int]) -> Parameter { Parameter(shape, .truncatedNormal(std: 0.02)) }
      classToken = parameter([width])
      spatialPos = isRelative ? nil : parameter([sizes[1] * sizes[2], width])
      temporalPos = isRelative ? nil : parameter([sizes[0], width])
      classPos = isRelative ? nil : parameter([width])
      clip = sizes
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.mvit.PositionalEncoding" }

    /// The sizes of the clip that tokens are.
    var sizes: TupleOfSizes { TupleOfSizes(.tuple(clip.map { .int($0) }, names: [])) }

    /// `[N, T * H * W, C]` to `[N, 1 + T * H * W, C]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let token = try classToken.read()
      guard case let count? = try Self.sizeOperator.results([.tensor(x), .int(0)]).first else { return x }
      let tokens = try token.expand([Size(moduleValue: count), -1]).unsqueeze(dim: 1)
      let x = try Tensor.cat([tokens, x], dim: 1)
      guard let spatial = try spatialPos?.read(), let temporal = try temporalPos?.read(),
        let first = try classPos?.read()
      else { return x }
      let (area, width) = try spatial.shape.two
      let positions = try temporal.repeatInterleave(area, dim: 0)
      let frames = try spatial.unsqueeze(dim: 0).expand([Size(clip[0]), -1, -1]).reshape([-1, width])
      let added = try positions.add_(frames)
      let all = try Tensor.cat([first.unsqueeze(dim: 0), added], dim: 0)
      return try x.add_(all.unsqueeze(dim: 0))
    }
  }

  /// A pooling of a clip's tokens, after which a norm follows. The class token is not pooled.
  public final class Pool: Module {
    private let pool: any Layer
    private let normAct: Sequential?

    private static let splitOperator = OperatorReference("aten::tensor_split", "indices", resultType: "List[Tensor]")
    private static let sliceOperator = OperatorReference(
      "aten::slice", "t", nodeName: "getitem", resultType: "List[int]")

    init(_ pool: any Layer, norm: LayerNorm?) {
      self.pool = pool
      normAct = norm.map { Sequential($0) }
    }

    /// A pooling by a convolution for each channel.
    convenience init(convolving width: Int, kernel: [Int], stride: [Int]) {
      let convolution = Conv3d(
        width, width, kernelSize: Sizes(kernel), stride: Sizes(stride), padding: .sizes(Sizes(kernel.map { $0 / 2 })),
        groups: width, bias: false)
      self.init(convolution, norm: LayerNorm(Sizes(width), eps: 1e-6))
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.mvit.Pool" }

    func callAsFunction(
      _ x: Tensor, _ sizes: TupleOfSizes, file: String = #fileID, line: Int = #line
    ) throws -> ClipTokens {
      try call(x, sizes, file: file, line: line) { try self.forward($0, $1) }
    }

    private func forward(_ x: Tensor, _ sizes: TupleOfSizes) throws -> ClipTokens {
      let batch = try unsqueezed(x, 4, 1)
      let (tokens, rank) = (try batch.tensor(), try batch.rank())
      let parts = try Self.splitOperator.list(tokens, [1], 2, count: 2, at: CallSite(#fileID, #line))
      let clip = try parts[1].transpose(2, 3)
      let (n, heads, width) = try Self.firstThree(of: clip)
      let shape = try [n * heads, width] + (0..<3).map { try sizes.size($0) }
      let pooled = try pool(clip.reshape(Shape(shape)).contiguous())
      let (t, h, w) = try pooled.shape[2...].three
      let back = try pooled.reshape([n, heads, width, -1]).transpose(2, 3)
      var all = try Tensor.cat([parts[0], back], dim: 2)
      if let normAct { all = try normAct(all) }
      return ClipTokens(
        try squeezed(all, 4, 1, rank), TupleOfSizes(.tuple([t.value, h.value, w.value], names: [])))
    }

    /// The first three sizes of a tensor, as a slice of its shape.
    private static func firstThree(of x: Tensor) throws -> (Size, Size, Size) {
      let shape = try x.shape
      guard case .standIn = shape.value else { return (try shape[0], try shape[1], try shape[2]) }
      guard let part = try sliceOperator.results([shape.value, .none, .int(3), .int(1)]).first else {
        return (try shape[0], try shape[1], try shape[2])
      }
      return try Shape(moduleValue: part).three
    }
  }

  /// Attention and an MLP, each with a preceding norm and a residual connection; the first may shrink the clip.
  public final class Block: Module {
    private let poolSkip: Pool?
    private let norm1: LayerNorm
    private let norm2: LayerNorm
    /// The attention.
    public let attn: Attention
    private let mlp: MLP
    private let stochasticDepth: StochasticDepth
    private let project: Linear?
    private let projAfterAttn: Bool

    init(_ setting: BlockSetting, _ sizes: [Int], _ options: Options, _ probability: Double) {
      let stride = setting.strideQ
      if stride.reduce(1, *) > 1 {
        let kernel = stride.map { $0 > 1 ? $0 + 1 : $0 }
        poolSkip = Pool(
          MaxPool3d(kernelSize: Sizes(kernel), stride: Sizes(stride), padding: Sizes(kernel.map { $0 / 2 })), norm: nil)
      } else {
        poolSkip = nil
      }
      projAfterAttn = options.projAfterAttn
      let width = projAfterAttn ? setting.outChannels : setting.inChannels
      norm1 = LayerNorm(Sizes(setting.inChannels), eps: 1e-6)
      norm2 = LayerNorm(Sizes(width), eps: 1e-6)
      attn = Attention(setting, width, sizes, options)
      mlp = MLP(
        width, [4 * width, setting.outChannels], activationLayer: { GELU() }, dropout: options.attentionDropout)
      stochasticDepth = StochasticDepth(probability, .row)
      project =
        setting.inChannels == setting.outChannels ? nil : Linear(setting.inChannels, setting.outChannels)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.mvit.MultiscaleBlock" }

    func callAsFunction(
      _ x: Tensor, _ sizes: TupleOfSizes, file: String = #fileID, line: Int = #line
    ) throws -> ClipTokens {
      try call(x, sizes, file: file, line: line) { try self.forward($0, $1) }
    }

    private func forward(_ x: Tensor, _ sizes: TupleOfSizes) throws -> ClipTokens {
      let normed = try norm1(x)
      let attended = try attn(normed, sizes)
      var skip = try projAfterAttn ? project?(normed) ?? x : x
      if let poolSkip { skip = try poolSkip(skip, sizes).tokens }
      let sum = try skip + stochasticDepth(attended.tokens)
      let normedSum = try norm2(sum)
      let projected = try projAfterAttn ? sum : project?(normedSum) ?? sum
      return ClipTokens(try projected + stochasticDepth(mlp(normedSum)), attended.sizes)
    }
  }
}
