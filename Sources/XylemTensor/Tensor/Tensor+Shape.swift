public import XylemErrors

private enum ShapeOperators {
  static let reshape = OperatorReference("aten::reshape")
  static let view = OperatorReference("aten::view")
  static let flatten = OperatorReference("aten::flatten", "using_ints")
  static let unflatten = OperatorReference("aten::unflatten", "int")
  static let permute = OperatorReference("aten::permute")
  static let transpose = OperatorReference("aten::transpose", "int")
  static let t = OperatorReference("aten::t")
  static let movedim = OperatorReference("aten::movedim", "int")
  static let movedims = OperatorReference("aten::movedim", "intlist")
  static let expand = OperatorReference("aten::expand")
  static let expandAs = OperatorReference("aten::expand_as")
  static let broadcastTo = OperatorReference("aten::broadcast_to")
  static let squeeze = OperatorReference("aten::squeeze", "dim")
  static let squeezeAll = OperatorReference("aten::squeeze")
  static let unsqueeze = OperatorReference("aten::unsqueeze")
  static let cat = OperatorReference("aten::cat")
  static let stack = OperatorReference("aten::stack")
  static let ndim = OperatorReference("aten::dim", torchvisionName: "getattr", resultType: "int")
}

extension Tensor {
  /// The elements in another shape, in which one size may be -1; a view if possible.
  ///
  /// - Throws: `runtime.operator` if the element counts differ.
  public func reshape(_ shape: Shape, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.reshape(self, shape, at: CallSite(file, line))
  }

  /// A view in another shape.
  ///
  /// - Throws: `runtime.operator` if there is no such view.
  public func view(_ shape: Shape, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.view(self, shape, at: CallSite(file, line))
  }

  /// The dimensions from one to another, inclusive, flattened into one.
  ///
  /// - Throws: `runtime.operator`.
  public func flatten(startDim: Int = 0, endDim: Int = -1, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ShapeOperators.flatten(self, startDim, endDim, at: CallSite(file, line))
  }

  /// A dimension split into several, of which one size may be -1.
  ///
  /// - Throws: `runtime.operator`.
  public func unflatten(dim: Int, sizes: Shape, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor
  {
    try ShapeOperators.unflatten(self, dim, sizes, at: CallSite(file, line))
  }

  /// A view with permuted dimensions.
  ///
  /// - Throws: `runtime.operator`.
  public func permute(_ dims: Int..., file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.permute(self, dims, at: CallSite(file, line))
  }

  /// A view with two dimensions swapped.
  ///
  /// - Throws: `runtime.operator`.
  public func transpose(_ first: Int, _ second: Int, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ShapeOperators.transpose(self, first, second, at: CallSite(file, line))
  }

  /// A view of a matrix with rows and columns swapped.
  ///
  /// - Throws: `runtime.operator` for more than two dimensions.
  public func t(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.t(self, at: CallSite(file, line))
  }

  /// A view with one dimension moved, the others in their order.
  ///
  /// - Throws: `runtime.operator`.
  public func movedim(_ source: Int, _ destination: Int, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ShapeOperators.movedim(self, source, destination, at: CallSite(file, line))
  }

  /// A view with dimensions moved, the others in their order.
  ///
  /// - Throws: `runtime.operator`.
  public func movedim(_ source: [Int], _ destination: [Int], file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ShapeOperators.movedims(self, source, destination, at: CallSite(file, line))
  }

  /// A view in which dimensions of size 1 are expanded to the given sizes; -1 keeps a size.
  ///
  /// - Throws: `runtime.operator`.
  public func expand(_ shape: Shape, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.expand(self, shape, at: CallSite(file, line))
  }

  /// A view with another tensor's shape, by repeating dimensions of size 1.
  ///
  /// - Throws: `runtime.operator`.
  public func expandAs(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.expandAs(self, other, at: CallSite(file, line))
  }

  /// A view with a shape, by repeating dimensions of size 1.
  ///
  /// - Throws: `runtime.operator`.
  public func broadcastTo(_ shape: Shape, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.broadcastTo(self, shape, at: CallSite(file, line))
  }

  /// A view without a dimension of size 1, or without all of them if none is given.
  ///
  /// - Throws: `runtime.operator`.
  public func squeeze(dim: Int? = nil, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    guard let dim else { return try ShapeOperators.squeezeAll(self, at: CallSite(file, line)) }
    return try ShapeOperators.squeeze(self, dim, at: CallSite(file, line))
  }

  /// A view with an additional dimension of size 1.
  ///
  /// - Throws: `runtime.operator`.
  public func unsqueeze(dim: Int, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShapeOperators.unsqueeze(self, dim, at: CallSite(file, line))
  }

  /// Tensors concatenated along a dimension.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func cat(_ tensors: [Tensor], dim: Int = 0, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ShapeOperators.cat(tensors, dim, at: CallSite(file, line))
  }

  /// Tensors of one shape stacked along a new dimension.
  ///
  /// - Throws: `runtime.operator` with the shapes if they differ.
  public static func stack(_ tensors: [Tensor], dim: Int = 0, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ShapeOperators.stack(tensors, dim, at: CallSite(file, line))
  }

  /// The number of dimensions: PyTorch's property `ndim`.
  ///
  /// - Throws: the tracer's errors.
  public var ndim: Size {
    get throws(XylemError) {
      if let sizes = knownSizes { return Size(sizes.count) }
      return try Size(ShapeOperators.ndim.value(self, at: nil))
    }
  }
}
