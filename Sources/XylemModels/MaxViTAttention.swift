internal import XylemFiles
public import XylemNN
public import XylemTensor

extension MaxViT {
  /// How positions are grouped for attention.
  enum Partition {
    /// Neighbours.
    case window
    /// Positions at equal distances over the whole image.
    case grid
  }

  /// Attention within groups of positions and an MLP, each with a residual connection.
  public final class PartitionAttention: Module, Layer {
    private let partitionOp = WindowPartition()
    private let departitionOp = WindowDepartition()
    private let partitionSwap: any Layer
    private let departitionSwap: any Layer
    private let attnLayer: Sequential
    private let mlpLayer: Sequential
    private let stochasticDropout: StochasticDepth
    private let side: Int
    private let count: Int

    init(_ width: Int, _ partition: Partition, grid: Int, _ probability: Double, _ plan: Plan) {
      let isGrid = partition == .grid
      side = isGrid ? grid / plan.partition : plan.partition
      count = grid / side
      partitionSwap = isGrid ? SwapAxes(-2, -3) : Identity()
      departitionSwap = isGrid ? SwapAxes(-2, -3) : Identity()
      attnLayer = Sequential(
        LayerNorm(Sizes(width)), RelativeAttention(width, plan), Dropout(p: plan.attentionDropout))
      mlpLayer = Sequential(
        LayerNorm(Sizes(width)), Linear(width, width * plan.mlpRatio), GELU(), Linear(width * plan.mlpRatio, width),
        Dropout(p: plan.mlpDropout))
      stochasticDropout = StochasticDepth(probability, .row)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.maxvit.PartitionAttentionLayer" }

    /// `[N, C, H, W]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      var x = try partitionSwap(partitionOp(x, side))
      x = try x + stochasticDropout(attnLayer(x))
      x = try x + stochasticDropout(mlpLayer(x))
      return try departitionOp(departitionSwap(x), side, count, count)
    }
  }

  /// Swaps two dimensions.
  public final class SwapAxes: Module, Layer {
    private let first: Int
    private let second: Int

    init(_ first: Int, _ second: Int) { (self.first, self.second) = (first, second) }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.maxvit.SwapAxes" }

    private static let op = OperatorReference("aten::swapaxes")

    /// A view with two dimensions swapped.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try Self.op.tensor([.tensor(x), .int(first), .int(second)]) }
  }

  /// Divides an image into windows.
  public final class WindowPartition: Module {
    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.maxvit.WindowPartition" }

    /// The arguments `x` and `p`.
    public override var entry: ModuleEntry? {
      ModuleEntry("x", "p") { [self] (x: Tensor, side: Int) in try forward(x, side) }
    }

    /// Runs the module, or records its call while a model is traced.
    ///
    /// - Throws: as ``forward(_:_:)``.
    public func callAsFunction(
      _ x: Tensor, _ side: Int, file: String = #fileID, line: Int = #line
    ) throws -> Tensor {
      try call(x, side, file: file, line: line) { try self.forward($0, $1) }
    }

    /// `[N, C, H, W]` to `[N, windows, side * side, C]`.
    ///
    /// - Throws: `runtime.operator` if windows of that side don't cover the image.
    public func forward(_ x: Tensor, _ side: Int) throws -> Tensor {
      let (n, c, h, w) = try x.shape.four
      let p = Size(side)
      let windows = try x.reshape([n, c, h / p, p, w / p, p]).permute(0, 2, 4, 3, 5, 1)
      return try windows.reshape([n, (h / p) * (w / p), Size(side * side), c])
    }
  }

  /// Puts windows together to an image.
  public final class WindowDepartition: Module {
    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.maxvit.WindowDepartition" }

    /// The arguments `x`, `p`, `h_partitions` and `w_partitions`.
    public override var entry: ModuleEntry? {
      ModuleEntry("x", "p", "h_partitions", "w_partitions") { [self] (x: Tensor, side: Int, rows: Int, columns: Int) in
        try forward(x, side, rows, columns)
      }
    }

    /// Runs the module, or records its call while a model is traced.
    ///
    /// - Throws: as ``forward(_:_:_:_:)``.
    public func callAsFunction(
      _ x: Tensor, _ side: Int, _ rows: Int, _ columns: Int, file: String = #fileID, line: Int = #line
    ) throws -> Tensor {
      try call(x, side, rows, columns, file: file, line: line) { try self.forward($0, $1, $2, $3) }
    }

    /// `[N, rows * columns, side * side, C]` to `[N, C, rows * side, columns * side]`.
    ///
    /// - Throws: `runtime.operator` for other shapes.
    public func forward(_ x: Tensor, _ side: Int, _ rows: Int, _ columns: Int) throws -> Tensor {
      let (n, _, _, c) = try x.shape.four
      let tiles = try x.reshape([n, Size(rows), Size(columns), Size(side), Size(side), c]).permute(0, 5, 1, 3, 2, 4)
      return try tiles.reshape([n, c, Size(rows * side), Size(columns * side)])
    }
  }

  /// Attention with a bias for each offset between two positions.
  public final class RelativeAttention: Module, Layer {
    private let relativePositionBiasTable: Parameter
    private let relativePositionIndex: Buffer
    private let toQkv: Linear
    private let merge: Linear
    private let headDim: Int
    private let heads: Int
    private let scale: Double
    private let positions: Int

    init(_ width: Int, _ plan: Plan) {
      headDim = plan.headDim
      heads = width / plan.headDim
      scale = 1 / Double(width).squareRoot()
      positions = plan.partition * plan.partition
      let side = 2 * plan.partition - 1
      relativePositionBiasTable = Parameter([side * side, heads], .truncatedNormal(std: 0.02))
      relativePositionIndex = Buffer(
        [positions, positions], dtype: .int64, .relativePositions([plan.partition, plan.partition]))
      toQkv = Linear(width, 3 * width)
      merge = Linear(width, width)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.maxvit.RelativePositionalMultiHeadAttention" }

    /// `[N, groups, positions, C]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let (n, groups, length, width) = try x.shape.four
      func inHeads(_ x: Tensor) throws -> Tensor {
        try x.reshape([n, groups, length, Size(heads), Size(headDim)]).permute(0, 1, 3, 2, 4)
      }
      let parts = try toQkv(x).chunk(3, dim: -1)
      let (query, key, value) = (try inHeads(parts[0]), try inHeads(parts[1]), try inHeads(parts[2]))
      let scores = try Tensor.einsum("B G H I D, B G H J D -> B G H I J", query, key * Scalar(scale))
      let weights = try Functional.softmax(scores + positionBias(), dim: -1)
      let mixed = try Tensor.einsum("B G H I J, B G H J D -> B G H I D", weights, value)
      return try merge(mixed.permute(0, 1, 3, 2, 4).reshape([n, groups, length, width]))
    }

    /// `[1, heads, positions, positions]`.
    private func positionBias() throws -> Tensor {
      let table = try relativePositionBiasTable.tensor[.tensor(relativePositionIndex.tensor)]
      return try table.view([Size(positions), Size(positions), -1]).permute(2, 0, 1).contiguous().unsqueeze(dim: 0)
    }
  }
}
