internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

extension SwinTransformer {
  /// Attention within windows of an image, which every other block shifts by half a window.
  public class WindowAttention: Module, Layer {
    private let relativePositionBiasTable: Parameter?
    private let logitScale: Parameter?
    private let relativeCoordsTable: Buffer?
    private let relativePositionIndex: Buffer
    private let qkv: Linear
    private let proj: Linear
    private let cpbMlp: Sequential?
    private let plan: Block.Plan

    init(_ plan: Block.Plan, _ version: Version) {
      self.plan = plan
      let (window, heads) = (plan.windows[0], plan.heads)
      let side = 2 * window - 1
      relativePositionBiasTable =
        version == .v1 ? Parameter([side * side, heads], .truncatedNormal(std: 0.02)) : nil
      logitScale = version == .v1 ? nil : Parameter([heads, 1, 1], .logarithm(of: 10))
      relativeCoordsTable = version == .v1 ? nil : Buffer([1, side, side, 2], .logarithmicOffsets(window))
      relativePositionIndex = Buffer(
        [window * window * window * window], dtype: .int64, .relativePositions([window, window]))
      qkv = Linear(plan.width, 3 * plan.width)
      proj = Linear(plan.width, plan.width)
      cpbMlp =
        version == .v1
        ? nil : Sequential(Linear(2, 512), ReLU(inplace: true), Linear(512, heads, bias: false))
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.swin_transformer.ShiftedWindowAttention" }

    /// `[N, H, W, C]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let bias = try positionBias()
      let windows = plan.windows
      let shifts = plan.shifts
      return try Self.attention(
        x, qkv.weight.tensor, proj.weight.tensor, bias, windows, plan.heads, shifts, plan.attentionDropout,
        plan.dropout, qkv.bias?.tensor, proj.bias?.tensor, logitScale?.tensor, isTraining)
    }

    /// `[1, heads, window * window, window * window]`.
    private func positionBias() throws -> Tensor {
      if let table = relativePositionBiasTable { return try bias(from: table.tensor) }
      guard let cpbMlp, let offsets = relativeCoordsTable else {
        throw ModelErrors.argument("an attention without position biases", Self.typeName, "it has a table or an MLP")
      }
      let table = try cpbMlp(offsets.tensor).view([-1, Size(plan.heads)])
      return try bias(from: table).sigmoid() * Scalar(16)
    }

    /// The rows of a table, one for each pair of positions in a window.
    private func bias(from table: Tensor) throws -> Tensor {
      try functional(
        "torchvision.models.swin_transformer._get_relative_position_bias", table, relativePositionIndex.tensor,
        plan.windows, at: CallSite(#fileID, #line)
      ) { table, index, windows in
        let count = Size(windows.reduce(1, *))
        return try table[.tensor(index)].view([count, count, -1]).permute(2, 0, 1).contiguous().unsqueeze(dim: 0)
      }
    }

    private static let attention = TensorFunction(
      ofPackage: "torchvision.models.swin_transformer.shifted_window_attention", shiftedWindowAttention)
  }

  /// Attention by cosines, with position biases from an MLP.
  public final class WindowAttentionV2: WindowAttention {
    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.swin_transformer.ShiftedWindowAttentionV2" }
  }
}

extension Initializer {
  private static let copyOperator = OperatorReference("aten::copy_")

  /// The logarithm of one number everywhere.
  fileprivate static func logarithm(of value: Double) -> Initializer {
    Initializer { (tensor: Tensor) throws(XylemError) in
      _ = try copyOperator.tensor([.tensor(tensor), .tensor(Tensor.full(tensor.shape, value).log())])
    }
  }

  /// For each pair of positions in a window of one, two or three dimensions, the row of the table of their offset.
  static func relativePositions(_ window: [Int]) -> Initializer {
    Initializer { (tensor: Tensor) throws(XylemError) in
      let count = window.reduce(1, *)
      var rows = [Float](repeating: 0, count: count * count)
      for pair in rows.indices {
        var (first, second) = (pair / count, pair % count)
        var (row, step) = (0, 1)
        for side in window.reversed() {
          row += (first % side - second % side + side - 1) * step
          step *= 2 * side - 1
          (first, second) = (first / side, second / side)
        }
        rows[pair] = Float(row)
      }
      _ = try copyOperator.tensor([.tensor(tensor), .tensor(Tensor(rows, shape: tensor.sizes))])
    }
  }

  /// The offsets between positions of a square window, from -8 to 8, as signed logarithms of base 8.
  fileprivate static func logarithmicOffsets(_ window: Int) -> Initializer {
    Initializer { (tensor: Tensor) throws(XylemError) in
      let side = -(window - 1)...(window - 1)
      let offsets = side.flatMap { row in side.flatMap { [Float(row), Float($0)] } }
      let scaled = try Tensor(offsets, shape: tensor.sizes) / Scalar(window - 1) * Scalar(8)
      let logarithms = try scaled.sign() * (scaled.abs() + Scalar(1)).log2() / Scalar(3)
      _ = try copyOperator.tensor([.tensor(tensor), .tensor(logarithms)])
    }
  }
}

/// Attention within shifted windows of images, as torchvision's function of this name computes it. Sizes must be known: it
/// traces as a leaf.
///
/// - Throws: while it is traced through, `trace.concrete-value`; `runtime.operator`.
@Sendable private func shiftedWindowAttention(
  _ x: Tensor, _ qkvWeight: Tensor, _ projWeight: Tensor, _ positionBias: Tensor, _ windows: [Int], _ heads: Int,
  _ shifts: [Int], _ attentionDropout: Double, _ dropout: Double, _ qkvBias: Tensor?, _ projBias: Tensor?,
  _ logitScale: Tensor?, _ isTraining: Bool
) throws -> Tensor {
  let sizes = try x.shape.numbers()
  let attention = WindowedAttention(
    grid: WindowGrid(Array(sizes[1...2]), windows, shifts), heads: heads, qkvWeight: qkvWeight, qkvBias: qkvBias,
    projWeight: projWeight, projBias: projBias, positionBias: positionBias, logitScale: logitScale,
    attentionDropout: attentionDropout, dropout: dropout, isTraining: isTraining)
  return try attention(x, batch: sizes[0], width: sizes[3])
}
