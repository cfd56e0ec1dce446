public import XylemErrors
internal import XylemFiles
internal import XylemGraph

enum IndexOperators {
  static let select = OperatorReference("aten::select", "int")
  static let slice = OperatorReference("aten::slice", "Tensor")
  static let unsqueeze = OperatorReference("aten::unsqueeze")
  static let index = OperatorReference("aten::index", "Tensor")
}

/// One step of a subscript, applied to the result of the previous step.
struct IndexStep {
  let name: String
  let op: OperatorReference
  let arguments: [Value]

  var value: Value { .tuple([.string(name)] + arguments, names: []) }

  func apply(to x: Tensor) throws(XylemError) -> Tensor {
    if name == "select", case .literal(.int(let dimension)) = arguments[0],
      case .literal(.int(let position)) = arguments[1],
      let sizes = x.knownSizes
    {
      let size = sizes[dimension < 0 ? dimension + sizes.count : dimension]
      guard (-size..<size).contains(position) else {
        throw RuntimeErrors.failed(
          .runtimeOperator, "a subscript of \(sizes) failed",
          reason: "index \(position) is out of bounds for dimension \(dimension) with size \(size)")
      }
    }
    return try op.tensor([.tensor(x)] + arguments)
  }
}

extension Tensor {
  /// A part of the tensor: a view of it, or for index tensors a copy.
  ///
  ///     let n = try x.shape[0]
  ///     try x[0]                       // the first of the outermost dimension
  ///     try x[n - 1, .all, 1..<3]      // an Int or a Size
  ///     try x[.ellipsis, 0]
  ///     try x[x > 0]                   // the elements where a mask is true
  ///     try x[1..., ..<(-1)]           // without the first row, without the last column
  ///     try x[.slice(step: 2)]
  ///     try x[[2, 0]]                  // the third, then the first
  ///
  /// Positions in a range beyond an end count as that end. To write into a part, see `.=`.
  ///
  /// - Throws: `runtime.operator` for positions that do not exist, `model.argument` for an index whose meaning depends on
  ///   a number of dimensions that is known only when the traced model runs.
  public subscript<each Index: TensorIndexConvertible>(_ indices: repeat each Index) -> Tensor {
    get throws(XylemError) {
      let steps = try steps(tensorIndices(repeat each indices))
      return try view(of: steps)
    }
  }

  /// A part of the tensor to write into: `try x[mask] .= 0`.
  ///
  /// - Throws: never; errors are those of the write.
  @_disfavoredOverload
  public subscript<each Index: TensorIndexConvertible>(_ indices: repeat each Index) -> TensorPart {
    get throws(XylemError) { TensorPart(tensor: self, indices: tensorIndices(repeat each indices)) }
  }

  /// Not available, since Swift's assignments through a subscript can't throw: use `try x[mask] .= 0`.
  @available(
    *, unavailable, message: "a write may fail, and an assignment through a subscript can't throw: 'try x[…] .= value'"
  )
  @_disfavoredOverload
  public subscript(_ indices: any TensorIndexConvertible...) -> Tensor {
    get { self }
    set {}
  }

  /// Writes into a part of the tensor's own storage; the value is broadcast. The same as `try x[…] .= value`.
  ///
  ///     try x.assign(row, at: 0)
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func assign<each Index: TensorIndexConvertible>(
    _ value: Tensor, at indices: repeat each Index
  ) throws(XylemError) { try write(value, at: tensorIndices(repeat each indices)) }

  /// Writes one number into a part of the tensor's own storage.
  ///
  ///     try x.assign(5, at: 0)
  ///
  /// - Throws: `runtime.operator`.
  public func assign<each Index: TensorIndexConvertible>(
    _ value: any ScalarConvertible, at indices: repeat each Index
  ) throws(XylemError) { try write(value.scalar, at: tensorIndices(repeat each indices)) }

  func view(of steps: [IndexStep]) throws(XylemError) -> Tensor {
    guard !steps.isEmpty else { return self }
    if let recorder = Recording.current {
      return Tensor(try recorder.recordItem(of: .tensor(self), .list(steps.map(\.value)), type: "Tensor", at: nil))
    }
    var current = self
    for step in steps { current = try step.apply(to: current) }
    return current
  }

  /// A subscript as operators, in the order in which PyTorch applies them.
  func steps(_ indices: [TensorIndex]) throws(XylemError) -> [IndexStep] {
    try checkCount(of: indices)
    var steps: [IndexStep] = []
    var dimension = 0
    var index = TensorIndices()
    var rest = indices[...]
    while let next = rest.popFirst() {
      switch next.kind {
      case .at(let position):
        try index.checkNext()
        steps.append(
          IndexStep(name: "select", op: IndexOperators.select, arguments: [.int(dimension), position.value]))
        // Counted from the end, the next dimension is one closer to it whether or not this one is removed.
        if dimension < 0 { dimension += 1 }
      case .slice(let start, let stop, let step):
        let isWhole = start == nil && stop == nil && step == 1
        if !isWhole || indices.count == 1 {
          try index.checkNext()
          steps.append(
            IndexStep(
              name: "slice", op: IndexOperators.slice,
              arguments: [.int(dimension), start?.value ?? .none, stop?.value ?? .none, .int(step)]))
        }
        dimension += 1
      case .newAxis:
        try index.checkNext()
        steps.append(IndexStep(name: "unsqueeze", op: IndexOperators.unsqueeze, arguments: [.int(dimension)]))
        dimension += 1
      case .ellipsis:
        dimension = try dimensionAfterEllipsis(rest, steps)
        index.endsAtEllipsis()
      case .tensor(let tensor, let covers):
        if tensor.isFlag {
          steps.append(IndexStep(name: "unsqueeze", op: IndexOperators.unsqueeze, arguments: [.int(dimension)]))
          dimension = try index.add(tensor.unsqueeze(dim: 0), covers: 1, at: dimension)
        } else {
          dimension = try index.add(tensor, covers: covers, at: dimension)
        }
      case .positions(let positions):
        dimension = try index.add(Tensor(positions, dtype: .int64), covers: 1, at: dimension)
      case .flags(let flags): dimension = try index.add(Tensor(flags), covers: 1, at: dimension)
      }
    }
    if !index.tensors.isEmpty {
      steps.append(IndexStep(name: "index", op: IndexOperators.index, arguments: [.list(index.tensors)]))
    }
    return steps
  }

  /// Checks that there are no more indices than dimensions, if their number is known.
  private func checkCount(of indices: [TensorIndex]) throws(XylemError) {
    guard indices.count(where: { if case .ellipsis = $0.kind { true } else { false } }) < 2 else {
      throw TensorErrors.twoEllipses()
    }
    guard let sizes = knownSizes else { return }
    let named = indices.reduce(0) { count, index in
      switch index.kind {
      case .newAxis, .ellipsis: count
      case .at, .slice: count + 1
      case .positions, .flags: count + 1
      case .tensor(let tensor, let covers): count + (covers ?? tensor.dimensionsAsIndex ?? 1)
      }
    }
    guard named <= sizes.count else {
      throw RuntimeErrors.failed(
        .runtimeOperator, "a subscript of \(sizes) failed",
        reason: "too many indices for a tensor of \(sizes.count) dimensions: \(named)")
    }
  }

  /// The number of dimensions that an index tensor covers: as many as a mask has, otherwise one. Nil if that is known
  /// only when the traced model runs.
  fileprivate var dimensionsAsIndex: Int? {
    guard let sizes = knownSizes else { return nil }
    return dtype == .bool || dtype == .uint8 ? sizes.count : 1
  }

  /// Whether the tensor is one Boolean, which as an index adds a dimension.
  private var isFlag: Bool { knownSizes == [] && dimensionsAsIndex == 0 }

  /// The dimension of the first index after an ellipsis.
  private func dimensionAfterEllipsis(
    _ rest: ArraySlice<TensorIndex>, _ steps: [IndexStep]
  ) throws(XylemError) -> Int {
    let named = rest.reduce(0) { count, index in
      switch index.kind {
      case .newAxis: count
      case .ellipsis, .at, .slice, .positions, .flags: count + 1
      case .tensor(let tensor, let covers): count + (covers ?? tensor.dimensionsAsIndex ?? 1)
      }
    }
    let changes = steps.reduce(0) { $0 + ($1.name == "select" ? -1 : $1.name == "unsqueeze" ? 1 : 0) }
    if let count = knownSizes?.count { return count + changes - named }
    for index in rest {
      switch index.kind {
      case .at, .slice: continue
      case .newAxis where named == 0: continue
      case .newAxis: throw TensorErrors.unknownDimensions("new dimensions after an ellipsis")
      case .ellipsis, .tensor, .positions, .flags: throw TensorErrors.unknownDimensions("tensors after an ellipsis")
      }
    }
    // Negative dimensions count from the end, for stand-ins with an unknown number of dimensions.
    return -named
  }
}

/// The indices of a tensor's list, one for each dimension up to the last that has one.
private struct TensorIndices {
  private(set) var tensors: [Value] = []
  /// The dimensions that the list covers so far: a mask covers as many as it has.
  private var covered = 0
  /// Whether the dimension of the next index is unknown.
  private var isUnknown = false

  /// Adds an index for a dimension and returns the next dimension.
  mutating func add(
    _ tensor: Tensor, covers: Int?, at dimension: Int
  ) throws(XylemError) -> Int {
    // Neighbours need no padding between them, however many dimensions the first covers.
    if covered < dimension { try checkNext() }
    let own = tensor.dimensionsAsIndex
    if let covers, let own, covers != own {
      throw XylemError(.modelArgument, "an index for \(covers) dimensions was given a tensor that covers \(own)")
    }
    while covered < dimension {
      tensors.append(.none)
      covered += 1
    }
    tensors.append(.tensor(tensor))
    isUnknown = isUnknown || covers == nil && own == nil
    covered += covers ?? own ?? 1
    return dimension + (covers ?? own ?? 1)
  }

  /// Checks that the dimension of the next index is known.
  func checkNext() throws(XylemError) {
    guard isUnknown else { return }
    throw TensorErrors.unknownDimensions(
      "indices after a tensor that may be a mask of several dimensions",
      remedies: [
        "write .positions(index) instead of the tensor if it has positions",
        "write .mask(index, dimensions: 1) instead of the tensor if it is a mask, with the mask's number of dimensions",
      ])
  }

  /// Later dimensions are counted from the end.
  mutating func endsAtEllipsis() { isUnknown = false }
}
