internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// Transformers over clips with attention within shifted windows: Liu et al., arXiv:2106.13230.
///
/// `[N, 3, T, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `video/swin_transformer.py` has them.
public final class SwinTransformer3d: Module, Layer {
  /// The patches.
  public let patchEmbed: PatchEmbed
  private let posDrop: Dropout
  /// The stages, with a merging of patches between two.
  public let features: Sequential
  private let norm: LayerNorm
  private let avgpool = AdaptiveAvgPool3d(1)
  /// The head.
  public let head: Linear

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - patchSize: the frames, rows and columns of a patch.
  ///   - embedDim: the width of the first stage; each stage has twice that of the one before.
  ///   - depths: the number of blocks of each stage, of which every other one shifts its windows.
  ///   - numHeads: the number of attention heads of each stage.
  ///   - windowSize: the frames, rows and columns of a window.
  ///   - stochasticDepthProb: the probability with which the last block's residual branches are dropped for a sample;
  ///     that of earlier blocks rises to it from 0.
  public init(
    patchSize: [Int] = [2, 4, 4], embedDim: Int, depths: [Int], numHeads: [Int], windowSize: [Int] = [8, 7, 7],
    mlpRatio: Double = 4, dropout: Double = 0, attentionDropout: Double = 0, stochasticDepthProb: Double = 0.1,
    numClasses: Int = 400
  ) {
    let given = (embedDim, depths, numHeads, patchSize, windowSize)
    let isAllowed =
      !depths.isEmpty && depths.count <= 16 && depths.count == numHeads.count && patchSize.count == 3
      && windowSize.count == 3 && (depths + patchSize).allSatisfy { (1...1000).contains($0) }
      && (1...1 << 15).contains(embedDim) && windowSize.allSatisfy { (1...64).contains($0) }
      && mlpRatio > 0 && mlpRatio <= 1024
      && numHeads.enumerated().allSatisfy { $0.element > 0 && (embedDim << $0.offset).isMultiple(of: $0.element) }
    let (width, depths, heads, patch, windows) = isAllowed ? given : (1, [1], [1], [1, 1, 1], [1, 1, 1])
    patchEmbed = PatchEmbed(width, patch)
    posDrop = Dropout(p: dropout)
    var layers: [any Layer] = []
    let steps = Double(depths.reduce(0, +) - 1)
    var position = 0
    for (index, depth) in depths.enumerated() {
      var blocks: [any Layer] = []
      for layer in 0..<depth {
        let plan = SwinTransformer.Block.Plan(
          width: width << index, heads: heads[index], windows: windows,
          shifts: windows.map { layer.isMultiple(of: 2) ? 0 : $0 / 2 },
          mlpWidth: Int(Double(width << index) * (isAllowed ? mlpRatio : 1)), dropout: dropout,
          attentionDropout: attentionDropout,
          probability: steps > 0 ? stochasticDepthProb * Double(position) / steps : 0)
        blocks.append(SwinTransformer.Block(plan, WindowAttention(plan)))
        position += 1
      }
      layers.append(Sequential(blocks))
      guard index < depths.count - 1 else { break }
      layers.append(SwinTransformer.PatchMerging(width << index))
    }
    features = Sequential(layers)
    let last = width << (depths.count - 1)
    norm = LayerNorm(Sizes(last))
    head = Linear(last, numClasses)
    super.init()
    initializeLinears(of: [features, head])
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a Swin transformer of width \(given.0), depths \(given.1), heads \(given.2), patches of \(given.3) and windows of \(given.4)",
      Self.typeName,
      "as many numbers of heads as depths, which divide the widths of stages, and patches and windows of three sizes are allowed"
    )
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.video.swin_transformer.SwinTransformer3d" }

  /// `[N, 3, T, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    let features = try norm(features(posDrop(patchEmbed(x)))).permute(0, 4, 1, 2, 3)
    return try head(avgpool(features).flatten(startDim: 1))
  }
}

private let functions = "torchvision.models.video.swin_transformer."

/// What must be added to sizes so that patches or windows divide them.
private func missing(_ sizes: [Size], _ units: [Int]) throws -> TupleOfSizes {
  try functional(functions + "_compute_pad_size_3d", sizes, units, at: CallSite(#fileID, #line)) { sizes, units in
    var amounts: [Value] = []
    for (size, unit) in zip(sizes, units) {
      amounts.append(try ((Size(unit) - size % Size(unit)) % Size(unit)).moduleValue)
    }
    return TupleOfSizes(.tuple(amounts, names: []))
  }
}

/// The sizes of windows and of their shifts, which depend on the clip's size.
private struct FittedWindows: ModuleValue {
  let windows: Shape
  let shifts: Shape
  static var typeDescription: String { "Tuple[List[int], List[int]]" }
  var moduleValue: Value { .tuple([windows.moduleValue, shifts.moduleValue], names: []) }

  init(_ windows: [Int], _ shifts: [Int]) { (self.windows, self.shifts) = (Shape(windows), Shape(shifts)) }

  init(moduleValue: Value) throws(XylemError) {
    windows = try Shape(moduleValue: moduleValue.part(0, as: "List[int]"))
    shifts = try Shape(moduleValue: moduleValue.part(1, as: "List[int]"))
  }
}

extension SwinTransformer3d {
  /// A convolution over patches, and a norm.
  public final class PatchEmbed: Module, Layer {
    private let proj: Conv3d
    private let norm: LayerNorm
    private let patch: [Int]

    init(_ width: Int, _ patch: [Int]) {
      proj = Conv3d(3, width, kernelSize: Sizes(patch), stride: Sizes(patch))
      norm = LayerNorm(Sizes(width))
      self.patch = patch
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.swin_transformer.PatchEmbed3d" }

    private static let pad = OperatorReference("aten::pad")

    /// `[N, 3, T, H, W]` to `[N, patches…, width]`, with zeros where patches do not divide the clip.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let (_, _, t, h, w) = try x.size().five
      let added = try missing([t, h, w], patch)
      let amounts = try [0, added.size(2), 0, added.size(1), 0, added.size(0)]
      let padded = try functional(
        "torch.nn.functional.pad", x, amounts, "constant", Double?.none, at: CallSite(#fileID, #line)
      ) { x, amounts, mode, _ in
        try Self.pad.tensor([.tensor(x), amounts.moduleValue, .string(mode), .none])
      }
      return try norm(proj(padded).permute(0, 2, 3, 4, 1))
    }
  }

  /// Attention within windows of a clip, which every other block shifts by half a window. Along a dimension that is not
  /// longer than a window, there is one window of its size, without a shift.
  public final class WindowAttention: Module, Layer {
    private let relativePositionBiasTable: Parameter
    private let relativePositionIndex: Buffer
    private let qkv: Linear
    private let proj: Linear
    private let plan: SwinTransformer.Block.Plan

    init(_ plan: SwinTransformer.Block.Plan) {
      self.plan = plan
      let count = plan.windows.reduce(1, *)
      relativePositionBiasTable = Parameter(
        [plan.windows.reduce(1) { $0 * (2 * $1 - 1) }, plan.heads], .truncatedNormal(std: 0.02))
      relativePositionIndex = Buffer([count, count], dtype: .int64, .relativePositions(plan.windows))
      qkv = Linear(plan.width, 3 * plan.width)
      proj = Linear(plan.width, plan.width)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.swin_transformer.ShiftedWindowAttention3d" }

    /// `[N, T, H, W, C]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let (_, t, h, w, _) = try x.shape.five
      let fitted = try Self.fitting(plan.shifts, [t, h, w], plan.windows)
      let bias = try Self.positionBias(
        relativePositionBiasTable.tensor, relativePositionIndex.tensor, fitted.windows)
      return try Self.attention(
        x, qkv.weight.tensor, proj.weight.tensor, bias, fitted.windows, plan.heads, fitted.shifts,
        plan.attentionDropout, plan.dropout, qkv.bias?.tensor, proj.bias?.tensor, isTraining)
    }

    private static let fitting = TensorFunction(ofPackage: functions + "_get_window_and_shift_size") {
      (shifts: [Int], sizes: [Size], windows: [Int]) in
      let sizes = try sizes.map { try Int($0) }
      let fits = zip(sizes, windows).map { $0 <= $1 }
      return FittedWindows(
        zip(fits, zip(sizes, windows)).map { $0 ? $1.0 : $1.1 }, zip(fits, shifts).map { $0 ? 0 : $1 })
    }

    private static let positionBias = TensorFunction(ofPackage: functions + "_get_relative_position_bias") {
      (table: Tensor, index: Tensor, windows: Shape) in
      // The rows of a smaller window are the first ones.
      let count = try Size(windows.numbers().reduce(1, *))
      let rows = try index[.slice(nil, count), .slice(nil, count)].flatten()
      return try table[.tensor(rows)].view([count, count, -1]).permute(2, 0, 1).contiguous().unsqueeze(dim: 0)
    }

    private static let attention = TensorFunction(ofPackage: functions + "shifted_window_attention_3d") {
      (
        x: Tensor, qkvWeight: Tensor, projWeight: Tensor, positionBias: Tensor, windows: Shape, heads: Int,
        shifts: Shape, attentionDropout: Double, dropout: Double, qkvBias: Tensor?, projBias: Tensor?, isTraining: Bool
      ) in
      let sizes = try x.shape.numbers()
      let attention = WindowedAttention(
        grid: try WindowGrid(Array(sizes[1...3]), windows.numbers(), shifts.numbers()), heads: heads,
        qkvWeight: qkvWeight, qkvBias: qkvBias, projWeight: projWeight, projBias: projBias, positionBias: positionBias,
        logitScale: nil, attentionDropout: attentionDropout, dropout: dropout, isTraining: isTraining)
      return try attention(x, batch: sizes[0], width: sizes[4])
    }
  }
}

/// The tiny Swin transformer over clips, torchvision's `swin3d_t`.
public func swin3d_t(numClasses: Int = 400) -> SwinTransformer3d {
  SwinTransformer3d(embedDim: 96, depths: [2, 2, 6, 2], numHeads: [3, 6, 12, 24], numClasses: numClasses)
}

/// The small Swin transformer over clips, torchvision's `swin3d_s`.
public func swin3d_s(numClasses: Int = 400) -> SwinTransformer3d {
  SwinTransformer3d(embedDim: 96, depths: [2, 2, 18, 2], numHeads: [3, 6, 12, 24], numClasses: numClasses)
}

/// The base Swin transformer over clips, torchvision's `swin3d_b`.
public func swin3d_b(numClasses: Int = 400) -> SwinTransformer3d {
  SwinTransformer3d(embedDim: 128, depths: [2, 2, 18, 2], numHeads: [4, 8, 16, 32], numClasses: numClasses)
}

extension ModelZoo {
  /// The Swin transformers over clips.
  static let swin3ds: [ModelDefinition] = [
    video("swin3d_t", "Swin transformer of clips, tiny", size: 224) { swin3d_t() },
    video("swin3d_s", "Swin transformer of clips, small", size: 224) { swin3d_s() },
    video("swin3d_b", "Swin transformer of clips, base", size: 224) { swin3d_b() },
  ]
}
