public import XylemErrors
public import XylemFiles

/// Elements of a tensor: a number, a Boolean, or arrays of those, nested as deep as the tensor has dimensions.
public protocol TensorContents {
  /// The default element type, as in `torch.tensor`.
  static var defaultDType: DType { get }
  /// The sizes, by the first element of each array.
  var contentsShape: [Int] { get }
  /// Adds the elements row by row. Returns false if sibling arrays differ in length.
  func appendElements(to elements: inout [Double], integers: inout [Int64], shape: ArraySlice<Int>) -> Bool
}

extension TensorContents {
  /// A single number has no sizes.
  public var contentsShape: [Int] { [] }
}

extension Int: TensorContents {
  /// int64.
  public static var defaultDType: DType { .int64 }
  /// Adds the integer.
  public func appendElements(to elements: inout [Double], integers: inout [Int64], shape: ArraySlice<Int>) -> Bool {
    integers.append(Int64(self))
    return shape.isEmpty
  }
}

extension Double: TensorContents {
  /// float32, as in PyTorch.
  public static var defaultDType: DType { .float32 }
  /// Adds the number.
  public func appendElements(to elements: inout [Double], integers: inout [Int64], shape: ArraySlice<Int>) -> Bool {
    elements.append(self)
    return shape.isEmpty
  }
}

extension Float: TensorContents {
  /// float32.
  public static var defaultDType: DType { .float32 }
  /// Adds the number.
  public func appendElements(to elements: inout [Double], integers: inout [Int64], shape: ArraySlice<Int>) -> Bool {
    elements.append(Double(self))
    return shape.isEmpty
  }
}

extension Bool: TensorContents {
  /// bool.
  public static var defaultDType: DType { .bool }
  /// Adds the Boolean.
  public func appendElements(to elements: inout [Double], integers: inout [Int64], shape: ArraySlice<Int>) -> Bool {
    integers.append(self ? 1 : 0)
    return shape.isEmpty
  }
}

extension Array: TensorContents where Element: TensorContents {
  /// The type of the elements.
  public static var defaultDType: DType { Element.defaultDType }
  /// The count, and the sizes of the first element.
  public var contentsShape: [Int] { [count] + (first?.contentsShape ?? []) }
  /// Adds the elements in order.
  public func appendElements(to elements: inout [Double], integers: inout [Int64], shape: ArraySlice<Int>) -> Bool {
    guard shape.first == count else { return false }
    for element in self {
      guard element.appendElements(to: &elements, integers: &integers, shape: shape.dropFirst()) else { return false }
    }
    return true
  }
}

extension Tensor {
  /// Creates a tensor on the CPU from a number, or from arrays of numbers.
  ///
  ///     try Tensor([[1, 2], [3, 4]])          // int64 [2, 2]
  ///     try Tensor(2.5)                       // float32 []
  ///     try Tensor([0.1], dtype: .float64)
  ///
  /// - Throws: `runtime.tensor` if sibling arrays differ in length.
  public init(_ contents: some TensorContents, dtype: DType? = nil) throws(XylemError) {
    let shape = contents.contentsShape
    var numbers: [Double] = []
    var integers: [Int64] = []
    guard contents.appendElements(to: &numbers, integers: &integers, shape: shape[...]) else {
      throw RuntimeErrors.failed(
        .runtimeTensor, "a tensor can't be created from these arrays", reason: "sibling arrays differ in length")
    }
    let own = type(of: contents).defaultDType
    let array: HostArray
    switch own {
    case .bool: array = try HostArray(integers.map { $0 != 0 }, shape: shape)
    case .int64: array = try HostArray(integers, shape: shape)
    default: array = try HostArray(numbers, shape: shape)
    }
    let made = try Tensor(array)
    self = array.dtype == dtype ?? own ? made : try made.converted(to: dtype ?? own)
  }
}

extension Tensor {
  /// The elements in row-major order as float64, converted if necessary.
  ///
  /// - Throws: `runtime.tensor`, `trace.concrete-value` for a stand-in.
  public func doubles() throws -> [Double] { try hostElements(.float64).elements(as: Double.self) }

  /// The elements in row-major order as integers; fractions are truncated.
  ///
  /// - Throws: `runtime.tensor`, `trace.concrete-value` for a stand-in.
  public func integers() throws -> [Int] { try hostElements(.int64).elements(as: Int64.self).map { Int($0) } }

  /// Whether elements, in row-major order, are nonzero.
  ///
  /// - Throws: `runtime.tensor`, `trace.concrete-value` for a stand-in.
  public func bools() throws -> [Bool] { try hostElements(.bool).bytes.map { $0 != 0 } }

  /// The only element as a number.
  ///
  /// - Throws: `runtime.tensor` unless there is exactly one, `trace.concrete-value` for a stand-in.
  public func item() throws -> Double { try onlyElement(doubles()) }

  /// The only element as an integer, exact even if ``item()`` is not; a fraction is truncated.
  ///
  /// - Throws: `runtime.tensor` unless there is exactly one, `trace.concrete-value` for a stand-in.
  public func integerItem() throws -> Int { try onlyElement(integers()) }

  private func hostElements(_ dtype: DType) throws -> HostArray {
    _ = try handle()
    return try converted(to: dtype).hostArray()
  }

  private func onlyElement<Element>(_ elements: [Element]) throws(XylemError) -> Element {
    guard elements.count == 1 else {
      throw RuntimeErrors.failed(
        .runtimeTensor, "the tensor is not a single number", reason: "it has \(elements.count) elements")
    }
    return elements[0]
  }
}
