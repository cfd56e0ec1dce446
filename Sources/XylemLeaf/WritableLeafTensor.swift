internal import CXylem

/// An argument that the leaf writes in place: `tensor!` in a signature, a bit of `writes` in a module's declaration.
public struct WritableLeafTensor: Sendable {
  /// The same tensor, for reading.
  public let tensor: LeafTensor

  /// - Throws: ``LeafError`` if the host forbids writing.
  init(_ lent: UnsafePointer<DLManagedTensorVersioned>, for lease: Lease) throws(LeafError) {
    guard unsafe lent.pointee.flags & UInt64(XYLEM_TENSOR_READ_ONLY) == 0 else {
      throw LeafError("the tensor is read-only; the leaf's declaration must list it as written")
    }
    tensor = unsafe try LeafTensor(lent, for: lease)
  }

  /// Runs a closure that changes the elements, in row-major order. If they are not contiguous, it gets a copy, which is
  /// written back.
  ///
  /// - Throws: ``LeafError`` if the elements have another type, or if the host no longer lends the tensor; the errors
  ///   of the closure, after which non-contiguous elements are unchanged.
  public func withMutableElements<Element: LeafElement>(
    of type: Element.Type, _ body: (inout MutableSpan<Element>) throws -> Void
  ) throws {
    let start = unsafe try tensor.address(of: Element.self)
    guard let start = unsafe start, tensor.count > 0 else { return }
    if tensor.isCompact {
      let buffer = unsafe UnsafeMutableBufferPointer(start: start, count: tensor.count)
      var span = unsafe buffer.mutableSpan
      return try body(&span)
    }
    var elements = try tensor.elements(of: Element.self)
    var span = elements.mutableSpan
    try body(&span)
    var next = 0
    tensor.forEachOffset {
      unsafe start[$0] = elements[next]
      next += 1
    }
  }
}
