internal import XylemFiles
internal import XylemTensor

/// One run of a ``MultiheadAttention``. Inputs are `[L, N, …]`.
struct Attention {
  private let layer: MultiheadAttention
  private let query: Tensor
  private let key: Tensor
  private let value: Tensor

  private var heads: Int { layer.numHeads }
  private var headSize: Int { layer.embedDim / layer.numHeads }

  init(_ layer: MultiheadAttention, query: Tensor, key: Tensor, value: Tensor) {
    self.layer = layer
    self.query = query
    self.key = key
    self.value = value
  }

  /// The result `[L, N, embedDim]` and, if requested, the weights `[N, heads, L, S]`.
  func run(
    padding: Tensor?, mask: Tensor?, needWeights: Bool, isCausal: Bool
  ) throws -> (Tensor, Tensor?) {
    let (length, batch, _) = try query.shape.three
    var (q, k, v) = try projected()
    var padding = try padding.map(additive)
    var mask = try mask.map { try ranked(additive($0)) }
    if let biasK = layer.biasK?.tensor, let biasV = layer.biasV?.tensor {
      k = try cat(k, repeated(biasK, batch), 0)
      v = try cat(v, repeated(biasV, batch), 0)
      mask = try mask.map(widened)
      padding = try padding.map(widened)
    }
    let rows = try batch * Size(heads)
    q = try byHead(q, rows)
    k = try byHead(k, rows)
    v = try byHead(v, rows)
    if layer.addZeroAttn {
      let zeros = try new([rows, 1, Size(headSize)])
      k = try cat(k, zeros, 1)
      v = try cat(v, zeros, 1)
      mask = try mask.map(widened)
      padding = try padding.map(widened)
    }
    let keys = try k.shape[1]
    if let padding {
      let spread = try perHead(padding, batch, keys, rows)
      mask = try mask.map { try Operators.add.tensor([.tensor($0), .tensor(spread)]) } ?? spread
    }
    let result =
      try needWeights
      ? weighted(q, k, v, mask)
      : (fused(q, k, v, mask, [batch, Size(heads), length, keys], isCausal), nil)
    let flat = try Self.reshape(result.0, [length * batch, Size(layer.embedDim)])
    let output = try Self.reshape(layer.outProj(flat), [length, batch, Size(layer.embedDim)])
    return (output, try result.1.map { try Self.reshape($0, [batch, Size(heads), length, keys]) })
  }

  // MARK: - The three projections

  private func projected() throws -> (Tensor, Tensor, Tensor) {
    let bias = layer.inProjBias?.tensor
    if let weight = layer.inProjWeight?.tensor, query.identity == key.identity, key.identity == value.identity {
      let all = try linear(query, weight, bias)
      let parts = try parts(of: all, -1)
      return (parts[0], parts[1], parts[2])
    }
    let weights: [Tensor] =
      if let packed = layer.inProjWeight?.tensor { try parts(of: packed, 0) } else {
        [layer.qProjWeight, layer.kProjWeight, layer.vProjWeight].compactMap { $0?.tensor }
      }
    let biases = try bias.map { try parts(of: $0, 0) }
    return (
      try linear(query, weights[0], biases?[0]), try linear(key, weights[1], biases?[1]),
      try linear(value, weights[2], biases?[2])
    )
  }

  /// A third each.
  private func parts(of x: Tensor, _ dim: Int) throws -> [Tensor] {
    try (0..<3).map {
      let (start, end) = ($0 * layer.embedDim, ($0 + 1) * layer.embedDim)
      return try Operators.slice.tensor([.tensor(x), .int(dim), .int(start), .int(end), .int(1)])
    }
  }

  private func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) throws -> Tensor {
    try Operators.linear.tensor([.tensor(x), .tensor(weight), bias.moduleValue])
  }

  /// `[S, N, embedDim]` to `[N * heads, S, headSize]`.
  private func byHead(_ x: Tensor, _ rows: Size) throws -> Tensor {
    try Self.transpose(Self.reshape(x, [-1, rows, Size(headSize)]), 0, 1)
  }

  // MARK: - Masks

  /// A Boolean mask as numbers to add.
  private func additive(_ mask: Tensor) throws -> Tensor {
    guard mask.dtype == .bool else { return mask }
    let zeros = try Operators.newZeros.tensor([.tensor(query), mask.shape.value])
    return try Operators.maskedFill.tensor([.tensor(zeros), .tensor(mask), .float(-.infinity)])
  }

  /// A mask for pairs with three dimensions.
  private func ranked(_ mask: Tensor) throws -> Tensor {
    mask.knownSizes?.count == 2 ? try Self.unsqueeze(mask, 0) : mask
  }

  /// A mask extended by one key, which is visible.
  private func widened(_ mask: Tensor) throws -> Tensor {
    try Operators.pad.tensor([.tensor(mask), .ints([0, 1]), .int(0)])
  }

  /// `[N, S]` to `[N * heads, 1, S]`.
  private func perHead(_ padding: Tensor, _ batch: Size, _ keys: Size, _ rows: Size) throws -> Tensor {
    let column = try Self.reshape(padding, [batch, 1, 1, keys])
    let spread = try Operators.expand.tensor([.tensor(column), .ints([-1, heads, -1, -1])])
    return try Self.reshape(spread, [rows, 1, keys])
  }

  // MARK: - The attention itself

  private var lost: Double { layer.isTraining ? layer.dropout : 0 }

  /// `[L, N * heads, headSize]` and the weights `[N * heads, L, S]`.
  private func weighted(_ q: Tensor, _ k: Tensor, _ v: Tensor, _ mask: Tensor?) throws -> (Tensor, Tensor?) {
    let scale = (1 / Double(headSize)).squareRoot()
    let scaled = try Operators.scale.tensor([.tensor(q), .float(scale)])
    let turned = try Self.transpose(k, -2, -1)
    let scores =
      if let mask { try Operators.baddbmm.tensor([.tensor(mask), .tensor(scaled), .tensor(turned)]) } else {
        try Operators.bmm.tensor([.tensor(scaled), .tensor(turned)])
      }
    var weights = try Operators.softmax.tensor([.tensor(scores), .int(-1), .none])
    if lost > 0 { weights = try Operators.dropout.tensor([.tensor(weights), .float(lost), .bool(true)]) }
    let found = try Operators.bmm.tensor([.tensor(weights), .tensor(v)])
    return (try Self.transpose(found, 0, 1), weights)
  }

  /// `[L, N, heads, headSize]`, by the runtime's fused attention. `sizes` are N, heads, L and S.
  private func fused(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, _ mask: Tensor?, _ sizes: [Size], _ isCausal: Bool
  ) throws -> Tensor {
    let (batch, heads, length, keys) = (sizes[0], sizes[1], sizes[2], sizes[3])
    func image(_ x: Tensor, _ count: Size) throws -> Tensor {
      try Self.reshape(x, [batch, heads, count, Size(headSize)])
    }
    let spread = try mask.map { mask in
      mask.knownSizes?.first == 1
        ? try Self.unsqueeze(mask, 0) : try Self.reshape(mask, [batch, heads, -1, keys])
    }
    let found = try Operators.attention.tensor([
      .tensor(image(q, length)), .tensor(image(k, keys)), .tensor(image(v, keys)), spread.moduleValue, .float(lost),
      .bool(isCausal),
    ])
    return try Operators.permute.tensor([.tensor(found), .ints([2, 0, 1, 3])])
  }
}

// MARK: - Operators

extension Attention {
  static func transpose(_ x: Tensor, _ a: Int, _ b: Int) throws -> Tensor {
    try Operators.transpose.tensor([.tensor(x), .int(a), .int(b)])
  }
  static func unsqueeze(_ x: Tensor, _ dim: Int) throws -> Tensor {
    try Operators.unsqueeze.tensor([.tensor(x), .int(dim)])
  }
  static func squeeze(_ x: Tensor, _ dim: Int) throws -> Tensor {
    try Operators.squeeze.tensor([.tensor(x), .int(dim)])
  }
  static func mean(_ x: Tensor, _ dim: Int) throws -> Tensor { try Operators.mean.tensor([.tensor(x), .ints([dim])]) }

  private static func reshape(_ x: Tensor, _ sizes: [Size]) throws -> Tensor {
    try Operators.reshape.tensor([.tensor(x), .list(sizes.map(\.value))])
  }

  private func cat(_ a: Tensor, _ b: Tensor, _ dim: Int) throws -> Tensor {
    try Operators.cat.tensor([.list([.tensor(a), .tensor(b)]), .int(dim)])
  }

  private func repeated(_ x: Tensor, _ batch: Size) throws -> Tensor {
    try Operators.repeat.tensor([.tensor(x), .list([.int(1), batch.value, .int(1)])])
  }

  private func new(_ sizes: [Size]) throws -> Tensor {
    try Operators.newZeros.tensor([.tensor(query), .list(sizes.map(\.value))])
  }

  fileprivate enum Operators {
    static let linear = OperatorReference("aten::linear")
    static let slice = OperatorReference("aten::slice", "Tensor")
    static let add = OperatorReference("aten::add", "Tensor")
    static let cat = OperatorReference("aten::cat")
    static let `repeat` = OperatorReference("aten::repeat")
    static let newZeros = OperatorReference("aten::new_zeros")
    static let maskedFill = OperatorReference("aten::masked_fill_", "Scalar")
    static let pad = OperatorReference("aten::constant_pad_nd")
    static let expand = OperatorReference("aten::expand")
    static let reshape = OperatorReference("aten::reshape")
    static let permute = OperatorReference("aten::permute")
    static let transpose = OperatorReference("aten::transpose", "int")
    static let unsqueeze = OperatorReference("aten::unsqueeze")
    static let squeeze = OperatorReference("aten::squeeze", "dim")
    static let mean = OperatorReference("aten::mean", "dim")
    static let scale = OperatorReference("aten::mul", "Scalar")
    static let bmm = OperatorReference("aten::bmm")
    static let baddbmm = OperatorReference("aten::baddbmm")
    static let softmax = OperatorReference("aten::softmax", "int")
    static let dropout = OperatorReference("aten::dropout")
    static let attention = OperatorReference("aten::scaled_dot_product_attention")
  }
}
