public import XylemErrors

private enum ShapeOperators {
  static let reshape = OperatorReference("aten::reshape")
  static let view = OperatorReference("aten::view")
  static let flatten = OperatorReference("aten::flatten", "using_ints")
  static let permute = OperatorReference("aten::permute")
  static let transpose = OperatorReference("aten::transpose", "int")
  static let expand = OperatorReference("aten::expand")
  static let squeeze = OperatorReference("aten::squeeze", "dim")
  static let squeezeAll = OperatorReference("aten::squeeze")
  static let unsqueeze = OperatorReference("aten::unsqueeze")
  static let cat = OperatorReference("aten::cat")
  static let stack = OperatorReference("aten::stack")
  static let ndim = OperatorReference("aten::dim", torchvisionName: "getattr", resultType: "int")
}

extension Tensor {
  /// The elements in another shape, which one size of -1 completes; a view where that is possible.
  ///
  /// - Throws: `runtime.operator` where the counts differ.
  public func reshape(_ shape: Shape, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.reshape.tensor([.tensor(self), shape.value], at: CallSite(file, line))
  }

  /// A view in another shape.
  ///
  /// - Throws: `runtime.operator` where there is no such view.
  public func view(_ shape: Shape, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.view.tensor([.tensor(self), shape.value], at: CallSite(file, line))
  }

  /// The dimensions from one to another, both included, joined to one.
  ///
  /// - Throws: `runtime.operator`.
  public func flatten(
    startDim: Int = 0, endDim: Int = -1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ShapeOperators.flatten.tensor([.tensor(self), .int(startDim), .int(endDim)], at: CallSite(file, line))
  }

  /// A view with the dimensions in another order.
  ///
  /// - Throws: `runtime.operator`.
  public func permute(_ dims: Int..., file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.permute.tensor([.tensor(self), .list(dims.map { .int($0) })], at: CallSite(file, line))
  }

  /// A view with two dimensions exchanged.
  ///
  /// - Throws: `runtime.operator`.
  public func transpose(
    _ first: Int, _ second: Int, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ShapeOperators.transpose.tensor([.tensor(self), .int(first), .int(second)], at: CallSite(file, line))
  }

  /// A view in which dimensions of size 1 are as large as asked for; -1 keeps a size.
  ///
  /// - Throws: `runtime.operator`.
  public func expand(_ shape: Shape, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.expand.tensor([.tensor(self), shape.value], at: CallSite(file, line))
  }

  /// A view without a dimension of size 1; without all of them where none is named.
  ///
  /// - Throws: `runtime.operator`.
  public func squeeze(dim: Int? = nil, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    guard let dim else { return try ShapeOperators.squeezeAll.tensor([.tensor(self)], at: CallSite(file, line)) }
    return try ShapeOperators.squeeze.tensor([.tensor(self), .int(dim)], at: CallSite(file, line))
  }

  /// A view with a further dimension of size 1.
  ///
  /// - Throws: `runtime.operator`.
  public func unsqueeze(dim: Int, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.unsqueeze.tensor([.tensor(self), .int(dim)], at: CallSite(file, line))
  }

  /// Tensors one after another along a dimension.
  ///
  /// - Throws: `runtime.operator` with the shapes where they don't fit.
  public static func cat(
    _ tensors: [Tensor], dim: Int = 0, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ShapeOperators.cat.tensor([.list(tensors.map { .tensor($0) }), .int(dim)], at: CallSite(file, line))
  }

  /// Tensors of one shape beside each other along a new dimension.
  ///
  /// - Throws: `runtime.operator` with the shapes where they differ.
  public static func stack(
    _ tensors: [Tensor], dim: Int = 0, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ShapeOperators.stack.tensor([.list(tensors.map { .tensor($0) }), .int(dim)], at: CallSite(file, line))
  }

  /// The number of dimensions: PyTorch's property `ndim`.
  ///
  /// - Throws: what the tracer throws.
  public var ndim: Size {
    get throws(XylemError) {
      if let sizes = knownSizes { return Size(sizes.count) }
      return try Size(ShapeOperators.ndim.results([.tensor(self)]).first)
    }
  }
}
