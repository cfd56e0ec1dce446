public import XylemErrors

/// The sizes of a tensor's dimensions, outermost first.
///
/// For a real tensor these are numbers. For a stand-in, while a model is traced, they are symbolic: each size that is
/// read is a node, and even their number is unknown.
///
///     try x.shape[0]                       // a Size
///     let (n, c, h, w) = try x.shape.four  // four of them
public struct Shape: Sendable, ExpressibleByArrayLiteral {
  package enum Storage: Sendable {
    case known([Size])
    case standIn(StandIn)
  }

  package let storage: Storage

  /// Creates a shape from sizes.
  public init(_ sizes: [Size]) { storage = .known(sizes) }

  /// Creates a shape from numbers.
  public init(_ sizes: [Int]) { storage = .known(sizes.map { Size($0) }) }

  /// Creates a shape from sizes and numbers: `[n, 3, -1]`.
  public init(arrayLiteral sizes: any SizeConvertible...) { storage = .known(sizes.map(\.size)) }

  /// Creates a shape from sizes and numbers.
  package init(of sizes: [any SizeConvertible]) { storage = .known(sizes.map(\.size)) }

  package init(_ standIn: StandIn) { storage = .standIn(standIn) }

  /// The shape as an operator's argument.
  package var value: Value {
    switch storage {
    case .known(let sizes): .list(sizes.map(\.value))
    case .standIn(let standIn): .standIn(standIn)
    }
  }

  /// The size of a dimension. Negative positions count from the end.
  ///
  /// - Throws: `runtime.tensor` if a real tensor has no such dimension.
  public subscript(position: Int, file: String = #fileID, line: Int = #line) -> Size {
    get throws(XylemError) { try size(position, at: CallSite(file, line)) }
  }

  package func size(_ position: Int, at site: CallSite?) throws(XylemError) -> Size {
    switch storage {
    case .known(let sizes):
      let index = position < 0 ? position + sizes.count : position
      guard sizes.indices.contains(index) else {
        throw RuntimeErrors.failed(
          .runtimeTensor, "there is no dimension \(position)", reason: "the shape is \(self)")
      }
      return sizes[index]
    case .standIn(let standIn):
      return Size(try standIn.recorder.recordItem(of: .standIn(standIn), .int(position), type: "int", at: site))
    }
  }

  private func all(_ count: Int) throws(XylemError) -> [Size] {
    if case .known(let sizes) = storage, sizes.count != count {
      throw RuntimeErrors.failed(
        .runtimeTensor, "a shape of \(count) dimensions was expected", reason: "the shape is \(self)")
    }
    var found: [Size] = []
    for position in 0..<count { found.append(try size(position, at: nil)) }
    return found
  }

  /// Both sizes of a matrix.
  ///
  /// - Throws: `runtime.tensor` if a real tensor has a different number of dimensions.
  public var two: (Size, Size) {
    get throws(XylemError) {
      let all = try all(2)
      return (all[0], all[1])
    }
  }

  /// Three sizes, as of a batch of sequences.
  ///
  /// - Throws: `runtime.tensor` if a real tensor has a different number of dimensions.
  public var three: (Size, Size, Size) {
    get throws(XylemError) {
      let all = try all(3)
      return (all[0], all[1], all[2])
    }
  }

  /// Four sizes, as of a batch of images: `[N, C, H, W]`.
  ///
  /// - Throws: `runtime.tensor` if a real tensor has a different number of dimensions.
  public var four: (Size, Size, Size, Size) {
    get throws(XylemError) {
      let all = try all(4)
      return (all[0], all[1], all[2], all[3])
    }
  }

  /// Five sizes, as of a batch of clips: `[N, C, T, H, W]`.
  ///
  /// - Throws: `runtime.tensor` if a real tensor has a different number of dimensions.
  public var five: (Size, Size, Size, Size, Size) {
    get throws(XylemError) {
      let all = try all(5)
      return (all[0], all[1], all[2], all[3], all[4])
    }
  }

  /// The sizes as numbers.
  ///
  /// - Throws: `trace.concrete-value` if they depend on the input of a model that is being traced.
  public func numbers(file: String = #fileID, line: Int = #line) throws(XylemError) -> [Int] {
    switch storage {
    case .known(let sizes):
      var found: [Int] = []
      for size in sizes { found.append(try Int(size, file: file, line: line)) }
      return found
    case .standIn(let standIn):
      let site = CallSite(file, line)
      if let sizes = try standIn.recorder.decidedIntegers(standIn, at: site) { return sizes }
      throw standIn.needed("the sizes are needed as numbers", at: site)
    }
  }

  /// The sizes, of which some may be symbolic. Nil if even their number is known only when the traced model runs.
  package var listed: [Size]? {
    guard case .known(let sizes) = storage else { return nil }
    return sizes
  }

  /// The sizes, if all are known without running a model.
  package var known: [Int]? {
    guard case .known(let sizes) = storage else { return nil }
    let numbers = sizes.compactMap(\.known)
    return numbers.count == sizes.count ? numbers : nil
  }
}

extension Shape: CustomStringConvertible {
  /// As in `[1, 3, 224, 224]`. A shape that depends on the input is a node in braces.
  public var description: String {
    switch storage {
    case .known(let sizes): "[" + sizes.map(\.description).joined(separator: ", ") + "]"
    case .standIn(let standIn): "{\(standIn.recorder.name(of: standIn))}"
    }
  }
}

extension Tensor {
  private static let sizeOperator = OperatorReference("aten::size", torchvisionName: "getattr", resultType: "List[int]")
  private static let sizeCallOperator = OperatorReference("aten::size", resultType: "List[int]")
  private static let dimOperator = OperatorReference("aten::dim", resultType: "int")

  /// The sizes, outermost dimension first; symbolic while a model is traced.
  ///
  /// For the sizes of a real tensor as numbers see ``sizes``.
  ///
  /// - Throws: the tracer's errors.
  public var shape: Shape {
    get throws(XylemError) {
      if let sizes = knownSizes { return Shape(sizes) }
      guard case .standIn(let sizes)? = try Self.sizeOperator.results([.tensor(self)]).first else {
        throw RuntimeErrors.failed(.runtimeOperator, "the shape can't be read", reason: "the result is not a list")
      }
      return Shape(sizes)
    }
  }

  /// The sizes, as ``shape`` has them: PyTorch's `size()`, which traces with torchvision's naming name differently.
  ///
  /// - Throws: the tracer's errors.
  public func size(file: String = #fileID, line: Int = #line) throws(XylemError) -> Shape {
    if let sizes = knownSizes { return Shape(sizes) }
    let results = try Self.sizeCallOperator.results([.tensor(self)], at: CallSite(file, line))
    guard case .standIn(let sizes)? = results.first else {
      throw RuntimeErrors.failed(.runtimeOperator, "the shape can't be read", reason: "the result is not a list")
    }
    return Shape(sizes)
  }

  /// The number of dimensions: PyTorch's `dim()`.
  ///
  /// - Throws: the tracer's errors.
  public func dim(file: String = #fileID, line: Int = #line) throws(XylemError) -> Size {
    if let sizes = knownSizes { return Size(sizes.count) }
    return try Size(Self.dimOperator.results([.tensor(self)], at: CallSite(file, line)).first)
  }
}
