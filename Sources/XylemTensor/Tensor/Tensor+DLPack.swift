internal import CXylem
public import XylemErrors

/// A tensor in the form that other libraries use, owned until it is passed on.
///
/// The pointer is a `DLManagedTensorVersioned` of DLPack 1.x. The tensor's deleter runs once: when this value is
/// released, or by the new owner.
@safe public final class DLPackTensor {
  private var pointer: UnsafeMutablePointer<DLManagedTensorVersioned>?

  init(_ pointer: UnsafeMutablePointer<DLManagedTensorVersioned>) { unsafe self.pointer = unsafe pointer }

  deinit { if let pointer = unsafe pointer { unsafe pointer.pointee.deleter?(pointer) } }

  /// The address of the `DLManagedTensorVersioned`, valid as long as this value lives.
  public var address: UnsafeMutableRawPointer? { unsafe pointer.map { UnsafeMutableRawPointer($0) } }

  /// Transfers ownership: the receiver calls the deleter.
  public func release() -> UnsafeMutableRawPointer? {
    defer { unsafe pointer = nil }
    return unsafe address
  }
}

extension Tensor {
  /// The tensor as DLPack, sharing storage, without its gradient history.
  ///
  /// - Throws: `runtime.tensor` for layouts and dtypes that DLPack lacks.
  public func dlpack() throws(XylemError) -> DLPackTensor {
    let handle = try handle()
    var out: UnsafeMutablePointer<DLManagedTensorVersioned>?
    try unsafe check(.runtimeTensor, "the tensor can't be exported as DLPack") {
      unsafe handle.library.capture?.pointee.read()
      return unsafe handle.library.table.pointee.tensor_to_dlpack(&handle.raw, &out, $0)
    }
    guard let pointer = unsafe out else {
      throw RuntimeErrors.failed(
        .runtimeTensor, "the tensor can't be exported as DLPack", reason: "no tensor was returned")
    }
    return unsafe DLPackTensor(pointer)
  }

  /// Creates a tensor that shares the storage of a `DLManagedTensorVersioned`, and takes ownership: its deleter runs
  /// once, also if this throws.
  ///
  /// - Throws: `runtime.tensor` for another major version, an unknown dtype or a malformed tensor.
  public init(dlpack address: UnsafeMutableRawPointer) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    let pointer = unsafe address.assumingMemoryBound(to: DLManagedTensorVersioned.self)
    var out = unsafe xylem_value()
    try unsafe check(.runtimeTensor, "the DLPack tensor can't be imported") {
      unsafe library.table.pointee.tensor_from_dlpack(pointer, &out, $0)
    }
    unsafe self.init(RuntimeObject(adopting: out, library: library))
  }
}
