internal import XylemErrors
internal import XylemFiles
public import XylemNN
internal import XylemTensor

extension MViT {
  /// Attention whose queries, keys and values are pooled.
  public final class Attention: Module {
    private let relPosH: Parameter?
    private let relPosW: Parameter?
    private let relPosT: Parameter?
    private let qkv: Linear
    private let project: Sequential
    private let poolQ: Pool?
    private let poolK: Pool?
    private let poolV: Pool?
    private let heads: Int
    private let width: Int
    private let residualPool: Bool
    private let residualWithClsEmbed: Bool

    init(_ setting: BlockSetting, _ width: Int, _ sizes: [Int], _ options: Options) {
      let headWidth = width / setting.heads
      (heads, self.width) = (setting.heads, width)
      (residualPool, residualWithClsEmbed) = (options.residualPool, options.residualWithClsEmbed)
      func table(_ rows: Int) -> Parameter? {
        options.relPosEmbed ? Parameter([rows, headWidth], .truncatedNormal(std: 0.02)) : nil
      }
      let side = max(sizes[1], sizes[2])
      let strides = [setting.strideQ, setting.strideKV].map { $0.isEmpty ? 1 : $0[1] }
      let spatial = 2 * max(side / strides[0], side / strides[1]) - 1
      relPosH = table(spatial)
      relPosW = table(spatial)
      relPosT = table(2 * sizes[0] - 1)
      qkv = Linear(setting.inChannels, 3 * width)
      let dropout = options.attentionDropout
      project = Sequential(
        [Linear(width, width)] + (dropout > 0 ? [Dropout(p: dropout, inplace: true) as any Layer] : []))
      poolQ =
        setting.poolsQ ? Pool(convolving: headWidth, kernel: setting.kernelQ, stride: setting.strideQ) : nil
      poolK =
        setting.poolsKV ? Pool(convolving: headWidth, kernel: setting.kernelKV, stride: setting.strideKV) : nil
      poolV =
        setting.poolsKV ? Pool(convolving: headWidth, kernel: setting.kernelKV, stride: setting.strideKV) : nil
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.mvit.MultiscaleAttention" }

    func callAsFunction(
      _ x: Tensor, _ sizes: TupleOfSizes, file: String = #fileID, line: Int = #line
    ) throws -> ClipTokens {
      try call(x, sizes, file: file, line: line) { try self.forward($0, $1) }
    }

    private func forward(_ x: Tensor, _ sizes: TupleOfSizes) throws -> ClipTokens {
      let (n, length, _) = try x.shape.three
      let headWidth = width / heads
      let parts = try qkv(x).reshape([n, length, 3, Size(heads), Size(headWidth)]).transpose(1, 3)
        .unbind(dim: 2, count: 3)
      var q = ClipTokens(parts[0], sizes)
      var (k, v) = (ClipTokens(parts[1], sizes), parts[2])
      if let poolK { k = try poolK(k.tokens, sizes) }
      if let poolV { v = try poolV(v, sizes).tokens }
      if let poolQ { q = try poolQ(q.tokens, sizes) }
      let scaled = try q.tokens * Scalar(1 / Double(headWidth).squareRoot())
      var weights = try scaled.matmul(k.tokens.transpose(2, 3))
      if let h = try relPosH?.read(), let w = try relPosW?.read(), let t = try relPosT?.read() {
        weights = try Self.addPositions(weights, q.tokens, q.sizes, k.sizes, h, w, t)
      }
      var attended = try weights.softmax(dim: -1).matmul(v)
      if residualPool { attended = try Self.addShortcut(attended, q.tokens, residualWithClsEmbed) }
      return ClipTokens(try project(attended.transpose(1, 2).reshape([n, -1, Size(width)])), q.sizes)
    }

    private static let addPositions = TensorFunction(ofPackage: "torchvision.models.video.mvit._add_rel_pos") {
      (
        weights: Tensor, q: Tensor, qSizes: TupleOfSizes, kSizes: TupleOfSizes, relPosH: Tensor, relPosW: Tensor,
        relPosT: Tensor
      ) in
      try RelativePositions(qSizes.numbers(), kSizes.numbers()).add(
        to: weights, q, tables: [relPosT, relPosH, relPosW])
    }

    private static let addShortcut = TensorFunction(ofPackage: "torchvision.models.video.mvit._add_shortcut") {
      (x: Tensor, shortcut: Tensor, includesToken: Bool) in
      if includesToken { return try x.add_(shortcut) }
      try x[.all, .all, .slice(1, nil)].add_(shortcut[.all, .all, .slice(1, nil)])
      return x
    }
  }
}

/// What relative positions add to the weights of attention between the positions of two clips.
private struct RelativePositions {
  /// The frames, rows and columns of the queries' clip and of the keys'.
  let q: [Int]
  let k: [Int]

  init(_ q: [Int], _ k: [Int]) { (self.q, self.k) = (q, k) }

  /// Adds what positions contribute to weights of `[N, heads, 1 + q…, 1 + k…]`, in place but for the class token.
  ///
  /// - Parameter tables: a row for each distance along frames, rows and columns.
  func add(to weights: Tensor, _ queries: Tensor, tables: [Tensor]) throws -> Tensor {
    let sizes = try queries.sizes
    let (n, heads, width) = (sizes[0], sizes[1], sizes[3])
    let rows = try (0..<3).map { try embeddings(along: $0, tables[$0]) }
    let grid = try queries[.all, .all, .slice(1, nil)].reshape(Shape([n, heads] + q + [width]))
    let alongRows = try Tensor.einsum("bythwc,hkc->bythwk", grid, rows[1])
    let alongColumns = try Tensor.einsum("bythwc,wkc->bythwk", grid, rows[2])
    let frames = try grid.permute(2, 0, 1, 3, 4, 5).reshape(Shape([q[0], n * heads * q[1] * q[2], width]))
    let alongFrames = try frames.matmul(rows[0].transpose(1, 2)).transpose(0, 1)
      .view(Shape([n, heads, q[1], q[2], q[0], k[0]])).permute(0, 1, 4, 2, 3, 5)
    // `[N, heads, q…, k…]`: each part varies with the keys along one dimension.
    var sum = try alongRows.unsqueeze(dim: 5).unsqueeze(dim: 7)
    sum = try sum + alongColumns.unsqueeze(dim: 5).unsqueeze(dim: 6)
    sum = try sum + alongFrames.unsqueeze(dim: 6).unsqueeze(dim: 7)
    let positions = try sum.reshape(Shape([n, heads, q.reduce(1, *), k.reduce(1, *)]))
    try weights[.all, .all, .slice(1, nil), .slice(1, nil)].add_(positions)
    return weights
  }

  /// For each pair of positions along an axis, the row of the table, `[q, k, width]`.
  private func embeddings(along axis: Int, _ table: Tensor) throws -> Tensor {
    let (q, k) = (q[axis], k[axis])
    let fitted = try resized(table, rows: 2 * max(q, k) - 1)
    // Positions of the smaller clip are farther apart.
    let (qStep, kStep) = (Float(max(Double(k) / Double(q), 1)), Float(max(Double(q) / Double(k), 1)))
    var distances: [Int64] = []
    for i in 0..<q {
      for j in 0..<k {
        let keyPosition = (Float(j) + 1 - Float(k)) * kStep
        distances.append(Int64(Float(i) * qStep - keyPosition))
      }
    }
    let index = try Tensor(HostArray(distances, shape: [q, k]))
    return try fitted[.tensor(index)]
  }

  /// The table, interpolated if its number of rows is different.
  private func resized(_ table: Tensor, rows: Int) throws -> Tensor {
    guard try table.sizes[0] != rows else { return table }
    return try Functional.interpolate(table.permute(1, 0).unsqueeze(dim: 0), size: Sizes(rows), mode: .linear)
      .squeeze(dim: 0).permute(1, 0)
  }
}
