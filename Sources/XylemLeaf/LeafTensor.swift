internal import CXylem

/// A tensor on the CPU: an argument, a parameter, or a result.
///
/// The host lends arguments until the call returns, and a module's tensors until the module is destroyed. Later access
/// throws (and does not read freed memory, unless another thread is reading at that moment). Copy elements that you
/// keep: ``elements(of:)``. A tensor of the module is the model's own memory and has the current values.
///
/// A tensor created here can be a result once. If it is returned again, the host gets a copy.
///
///     let x = try inputs.tensor(0)
///     return try x.map { (element: Float) in max(element, 0) }
public struct LeafTensor: Sendable {
  /// The sizes of its dimensions. Empty for a single number.
  public let shape: [Int]
  /// The strides in elements, by dimension.
  public let strides: [Int]
  /// The element type.
  public let dataType: LeafDataType
  let storage: LeafStorage

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Whether the elements are contiguous in row-major order.
  public var isCompact: Bool {
    var stride = 1
    for (size, own) in zip(shape.reversed(), strides.reversed()) {
      if size != 1 && own != stride { return false }
      stride *= size
    }
    return true
  }

  /// Creates a tensor that the host lends.
  init(_ lent: UnsafePointer<DLManagedTensorVersioned>, for lease: Lease, ofModule: Bool = false) throws(LeafError) {
    guard unsafe lent.pointee.version.major == 1 else {
      throw unsafe LeafError("the host's tensors are of DLPack \(lent.pointee.version.major); 1 is expected")
    }
    let tensor = unsafe lent.pointee.dl_tensor
    guard unsafe tensor.device.device_type == 1 else {
      throw unsafe LeafError("the tensor is on DLPack's device \(tensor.device.device_type); the CPU is expected")
    }
    let dimensions = unsafe Int(tensor.ndim)
    let shape = (0..<dimensions).map { unsafe Int(tensor.shape[$0]) }
    self.shape = shape
    if let strides = unsafe tensor.strides {
      self.strides = (0..<dimensions).map { unsafe Int(strides[$0]) }
    } else {
      strides = Self.compactStrides(shape)
    }
    dataType = unsafe LeafDataType(code: tensor.dtype.code, bits: tensor.dtype.bits, lanes: tensor.dtype.lanes)
    storage = unsafe LeafStorage(
      lent: tensor.data.map { unsafe $0 + Int(tensor.byte_offset) }, for: lease,
      by: ofModule ? .module : .argument(lent))
  }

  /// Creates a contiguous tensor of zeros.
  private static func zeros(_ shape: [Int], of dataType: LeafDataType) throws(LeafError) -> LeafTensor {
    guard let bytes = bytes(shape, dataType) else { throw LeafError.negativeShape(shape) }
    guard let storage = LeafStorage(bytes: bytes) else { throw LeafError.memory(shape) }
    return LeafTensor(shape: shape, strides: compactStrides(shape), dataType: dataType, storage: storage)
  }

  init(shape: [Int], strides: [Int], dataType: LeafDataType, storage: LeafStorage) {
    self.shape = shape
    self.strides = strides
    self.dataType = dataType
    self.storage = storage
  }

  /// Nil for a negative size, and on overflow.
  private static func bytes(_ shape: [Int], _ dataType: LeafDataType) -> Int? {
    var bytes = (Int(dataType.bits) * Int(dataType.lanes) + 7) / 8
    for size in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { return nil }
      bytes = product
    }
    return bytes
  }

  static func compactStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for i in shape.indices.reversed().dropFirst() { strides[i] = strides[i + 1] &* shape[i + 1] }
    return strides
  }
}

// MARK: - Making

extension LeafTensor {
  /// Creates a contiguous tensor from elements in row-major order.
  ///
  /// - Throws: ``LeafError`` if the number of elements does not match the shape.
  public init<Element: LeafElement>(_ elements: [Element], shape: [Int]) throws(LeafError) {
    guard let bytes = Self.bytes(shape, Element.dataType) else { throw LeafError.negativeShape(shape) }
    guard bytes == elements.count * MemoryLayout<Element>.stride else {
      throw LeafError.shape(shape, elements: elements.count)
    }
    self = try Self.zeros(shape, of: Element.dataType)
    if let start = unsafe storage.start {
      unsafe elements.withUnsafeBytes { bytes in
        if let source = bytes.baseAddress { unsafe start.copyMemory(from: source, byteCount: bytes.count) }
      }
    }
  }

  /// Creates a contiguous tensor that a closure fills. Its elements, in row-major order, are initially zero.
  ///
  ///     try LeafTensor(shape: [3], of: Float.self) { elements in
  ///       for i in elements.indices { elements[i] = Float(i) }
  ///     }
  ///
  /// - Throws: ``LeafError`` for a negative size or if there is not enough memory; the errors of the closure.
  public init<Element: LeafElement>(
    shape: [Int], of type: Element.Type, fill: (inout MutableSpan<Element>) throws -> Void
  ) throws {
    self = try Self.zeros(shape, of: Element.dataType)
    guard let start = unsafe storage.start, count > 0 else { return }
    let buffer = unsafe UnsafeMutableBufferPointer(start: start.assumingMemoryBound(to: Element.self), count: count)
    var span = unsafe buffer.mutableSpan
    try fill(&span)
  }
}

// MARK: - Reading

extension LeafTensor {
  /// The address of the first element. Null for an empty tensor.
  func address<Element: LeafElement>(of type: Element.Type) throws(LeafError) -> UnsafeMutablePointer<Element>? {
    try storage.requireLent()
    guard dataType == Element.dataType else { throw LeafError.dataType(dataType, expected: Element.dataType) }
    return unsafe storage.start?.assumingMemoryBound(to: Element.self)
  }

  /// A copy of the elements in row-major order, whatever the strides.
  ///
  /// - Throws: ``LeafError`` if the elements have another type, or if the host no longer lends the tensor.
  public func elements<Element: LeafElement>(of type: Element.Type = Element.self) throws(LeafError) -> [Element] {
    let start = unsafe try address(of: Element.self)
    guard let start = unsafe start, count > 0 else { return [] }
    if isCompact { return unsafe Array(UnsafeBufferPointer(start: start, count: count)) }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    forEachOffset { unsafe elements.append(start[$0]) }
    return elements
  }

  /// Runs a closure over the elements in row-major order. They are copied only if they are not contiguous.
  ///
  /// - Throws: ``LeafError`` if the elements have another type, or if the host no longer lends the tensor; the errors
  ///   of the closure.
  public func withElements<Element: LeafElement, Result>(
    of type: Element.Type, _ body: (Span<Element>) throws -> Result
  ) throws -> Result {
    let start = unsafe try address(of: Element.self)
    guard isCompact else {
      let copy = try elements(of: Element.self)
      return try body(copy.span)
    }
    let buffer = unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
    return try body(unsafe buffer.span)
  }

  /// One element: `try x[0, 3, as: Float.self]`.
  ///
  /// - Throws: ``LeafError`` for an index outside of the tensor, another type, and a tensor that the host no longer lends.
  public subscript<Element: LeafElement>(indices: Int..., as type: Element.Type) -> Element {
    get throws {
      let start = unsafe try address(of: Element.self)
      guard indices.count == shape.count, indices.indices.allSatisfy({ shape[$0] > indices[$0] && indices[$0] >= 0 }),
        let start = unsafe start
      else { throw LeafError("there is no element \(indices) in a tensor of shape \(shape)") }
      return unsafe start[indices.indices.reduce(0) { $0 + indices[$1] * strides[$1] }]
    }
  }

  /// A contiguous tensor of the same shape, computed element by element.
  ///
  /// - Throws: as ``elements(of:)``; the errors of the closure.
  public func map<Element: LeafElement, Other: LeafElement>(_ transform: (Element) throws -> Other) throws -> LeafTensor
  {
    try withElements(of: Element.self) { elements in
      try LeafTensor(shape: shape, of: Other.self) { results in
        for i in elements.indices { results[i] = try transform(elements[i]) }
      }
    }
  }

  /// Offsets of the elements, in row-major order, with at least one offset.
  func forEachOffset(_ body: (Int) -> Void) {
    var index = [Int](repeating: 0, count: shape.count)
    var offset = 0
    while true {
      body(offset)
      var dimension = shape.count - 1
      while dimension >= 0 {
        index[dimension] += 1
        offset += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        offset -= index[dimension] * strides[dimension]
        index[dimension] = 0
        dimension -= 1
      }
      if dimension < 0 { return }
    }
  }
}
