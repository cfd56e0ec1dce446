public import XylemErrors
internal import XylemFiles
internal import XylemGraph

/// An index for one dimension of a tensor, as in `x[.all, 0, .range(1..<3)]`.
public struct TensorIndex: Sendable, ExpressibleByIntegerLiteral {
  package enum Kind: Sendable {
    case at(Size)
    case slice(start: Size?, stop: Size?, step: Int)
    case newAxis
    case ellipsis
    case tensor(Tensor)
  }

  package let kind: Kind

  init(_ kind: Kind) { self.kind = kind }

  /// One position; negative positions count from the end. The dimension is removed.
  public init(integerLiteral value: Int) { kind = .at(Size(value)) }

  /// Everything.
  public static let all = TensorIndex(.slice(start: nil, stop: nil, step: 1))
  /// A new dimension of size 1.
  public static let newAxis = TensorIndex(.newAxis)
  /// Everything in all dimensions that are not listed.
  public static let ellipsis = TensorIndex(.ellipsis)

  /// One position; negative positions count from the end. The dimension is removed.
  public static func at(_ position: Size) -> TensorIndex { TensorIndex(.at(position)) }

  /// From one position to another, exclusive, in steps; negative positions count from the end.
  public static func slice(_ start: Size? = nil, _ stop: Size? = nil, step: Int = 1) -> TensorIndex {
    TensorIndex(.slice(start: start, stop: stop, step: step))
  }

  /// The elements at positions, or those where a mask is true.
  public static func tensor(_ tensor: Tensor) -> TensorIndex { TensorIndex(.tensor(tensor)) }
}

extension TensorIndex {
  /// The positions of a range.
  public static func range(_ range: Range<Int>) -> TensorIndex {
    .slice(Size(range.lowerBound), Size(range.upperBound))
  }
}

private enum IndexOperators {
  static let select = OperatorReference("aten::select", "int")
  static let slice = OperatorReference("aten::slice", "Tensor")
  static let unsqueeze = OperatorReference("aten::unsqueeze")
  static let index = OperatorReference("aten::index", "Tensor")
  static let indexPut = OperatorReference("aten::index_put_")
  static let copy = OperatorReference("aten::copy_")
  static let fill = OperatorReference("aten::fill_", "Scalar")
}

/// One step of a subscript, applied to the result of the previous step.
private struct IndexStep {
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
  ///     try x[0]            // the first of the outermost dimension
  ///     try x[.all, .range(1..<3)]
  ///     try x[.ellipsis, 0]
  ///     try x[.tensor(mask)]
  ///
  /// - Throws: `runtime.operator` for positions that do not exist, `model.argument` for an ellipsis before dimensions
  ///   of a tensor whose number of dimensions is known only when the traced model runs.
  public subscript(indices: TensorIndex...) -> Tensor {
    get throws(XylemError) {
      let steps = try steps(indices)
      return try view(of: steps)
    }
  }

  /// A view of a range of the outermost dimension, as in `x[1..<3]`; positions beyond the end are ignored.
  ///
  /// - Throws: `runtime.operator` for a single number.
  public subscript(range: Range<Int>) -> Tensor {
    get throws(XylemError) { try self[.range(range)] }
  }

  /// Writes into a part of the tensor's own storage; the value is broadcast.
  ///
  ///     try x.assign(row, at: 0)
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func assign(_ value: Tensor, at indices: TensorIndex...) throws(XylemError) {
    let all = try steps(indices)
    guard let last = all.last, last.name == "index" else {
      _ = try IndexOperators.copy.tensor([.tensor(view(of: all)), .tensor(value)])
      return
    }
    let target = try view(of: Array(all.dropLast()))
    _ = try IndexOperators.indexPut.tensor([.tensor(target), last.arguments[0], .tensor(value)])
  }

  /// Writes one number into a part of the tensor's own storage.
  ///
  ///     try x.assign(5, at: 0)
  ///
  /// - Throws: `runtime.operator`.
  public func assign(_ value: Scalar, at indices: TensorIndex...) throws(XylemError) {
    let all = try steps(indices)
    guard let last = all.last, last.name == "index" else {
      _ = try IndexOperators.fill.tensor([.tensor(view(of: all)), value.value])
      return
    }
    let target = try view(of: Array(all.dropLast()))
    // Elements are written from a tensor of the same type, which for a stand-in is known only when the traced model
    // runs.
    let number = try Tensor.full([], value).typeAs(self)
    _ = try IndexOperators.indexPut.tensor([.tensor(target), last.arguments[0], .tensor(number)])
  }

  private func view(of steps: [IndexStep]) throws(XylemError) -> Tensor {
    guard !steps.isEmpty else { return self }
    if let recorder = Recording.current {
      return Tensor(try recorder.recordItem(of: .tensor(self), .list(steps.map(\.value)), type: "Tensor", at: nil))
    }
    var current = self
    for step in steps { current = try step.apply(to: current) }
    return current
  }

  /// A subscript as operators, in the order in which PyTorch applies them.
  private func steps(_ indices: [TensorIndex]) throws(XylemError) -> [IndexStep] {
    try checkCount(of: indices)
    var steps: [IndexStep] = []
    var dimension = 0
    var tensors: [Value] = []
    var rest = indices[...]
    while let index = rest.popFirst() {
      switch index.kind {
      case .at(let position):
        steps.append(
          IndexStep(name: "select", op: IndexOperators.select, arguments: [.int(dimension), position.value]))
        // Counted from the end, the next dimension is one closer to it whether or not this one is removed.
        if dimension < 0 { dimension += 1 }
      case .slice(let start, let stop, let step):
        let isWhole = start == nil && stop == nil && step == 1
        if !isWhole || indices.count == 1 {
          steps.append(
            IndexStep(
              name: "slice", op: IndexOperators.slice,
              arguments: [.int(dimension), start?.value ?? .none, stop?.value ?? .none, .int(step)]))
        }
        dimension += 1
      case .newAxis:
        steps.append(IndexStep(name: "unsqueeze", op: IndexOperators.unsqueeze, arguments: [.int(dimension)]))
        dimension += 1
      case .ellipsis: dimension = try dimensionAfterEllipsis(rest, steps)
      case .tensor(let tensor):
        while tensors.count < dimension { tensors.append(.none) }
        tensors.append(.tensor(tensor))
        dimension += Swift.max(1, tensor.dimensionsAsIndex)
      }
    }
    if !tensors.isEmpty {
      steps.append(IndexStep(name: "index", op: IndexOperators.index, arguments: [.list(tensors)]))
    }
    return steps
  }

  /// Checks that there are no more indices than dimensions, if their number is known.
  private func checkCount(of indices: [TensorIndex]) throws(XylemError) {
    guard let sizes = knownSizes else { return }
    let named = indices.reduce(0) { count, index in
      switch index.kind {
      case .newAxis, .ellipsis: count
      case .at, .slice: count + 1
      case .tensor(let tensor): count + tensor.dimensionsAsIndex
      }
    }
    guard named <= sizes.count else {
      throw RuntimeErrors.failed(
        .runtimeOperator, "a subscript of \(sizes) failed",
        reason: "too many indices for a tensor of \(sizes.count) dimensions: \(named)")
    }
  }

  /// The number of dimensions that an index tensor covers: as many as a mask has, otherwise one.
  private var dimensionsAsIndex: Int {
    guard let sizes = knownSizes, dtype == .bool || dtype == .uint8 else { return 1 }
    return sizes.count
  }

  /// The dimension of the first index after an ellipsis.
  private func dimensionAfterEllipsis(
    _ rest: ArraySlice<TensorIndex>, _ steps: [IndexStep]
  ) throws(XylemError) -> Int {
    let named = rest.count { if case .newAxis = $0.kind { false } else { true } }
    let changes = steps.reduce(0) { $0 + ($1.name == "select" ? -1 : $1.name == "unsqueeze" ? 1 : 0) }
    if let count = knownSizes?.count { return count + changes - named }
    guard named == 0 || rest.count == named else {
      throw XylemError(.modelArgument, "new dimensions after an ellipsis need a known number of dimensions")
    }
    // Negative dimensions count from the end, for stand-ins with an unknown number of dimensions.
    return -named
  }
}
