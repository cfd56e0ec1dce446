internal import CXylem
public import XylemErrors
public import XylemFiles

/// An n-dimensional array in the tensor runtime.
///
/// A reference type: copies of a `Tensor` share storage, as in PyTorch. Reading from several threads is safe; writing
/// in place while other threads read is not.
///
/// While a model written in Swift is traced, a tensor that depends on the model's input is a stand-in: operations on it
/// are recorded and not run, its ``shape`` is symbolic, and access to its elements throws `trace.concrete-value`. An
/// unused parameter is a tensor too: its elements are created on first use.
public struct Tensor: Sendable {
  package enum Storage: Sendable {
    /// A tensor of the runtime.
    case object(RuntimeObject)
    /// Created on first use.
    case lazy(LazyTensor)
    /// Known only when the traced model runs.
    case standIn(StandIn)
  }

  package let storage: Storage

  package init(_ object: RuntimeObject) { storage = .object(object) }

  package init(_ lazy: LazyTensor) { storage = .lazy(lazy) }

  package init(_ standIn: StandIn) { storage = .standIn(standIn) }

  /// The runtime's tensor, created if necessary.
  ///
  /// - Throws: `trace.concrete-value` for a stand-in; the errors of creating a lazy tensor.
  package func handle() throws(XylemError) -> RuntimeObject {
    switch storage {
    case .object(let object): return object
    case .lazy(let lazy): return try lazy.object()
    case .standIn(let standIn): throw standIn.needed("the tensor's elements are needed")
    }
  }

  /// The stand-in, if the tensor is one.
  package var standIn: StandIn? {
    if case .standIn(let standIn) = storage { return standIn }
    return nil
  }

  /// Creates a tensor on the CPU with a copy of row-major, little-endian bytes.
  ///
  /// - Parameters:
  ///   - shape: the sizes; `[]` for a scalar, zeros allowed.
  ///   - bytes: as many as the shape and the dtype require.
  /// - Throws: `runtime.not-found`, `runtime.tensor` if the number of bytes is wrong or there is not enough memory.
  public init(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    let sizes = shape.map(Int64.init)
    var out = unsafe xylem_value()
    // An empty buffer has no address, and a null address means uninitialised.
    var nothing: UInt8 = 0
    try unsafe check(.runtimeTensor, "a tensor of shape \(shape) can't be created") { error in
      unsafe withUnsafePointer(to: &nothing) { placeholder in
        unsafe library.table.pointee.tensor_make(
          dtype.runtimeCode, sizes, sizes.count, bytes.baseAddress ?? UnsafeRawPointer(placeholder), bytes.count, &out,
          error)
      }
    }
    unsafe self.init(RuntimeObject(adopting: out, library: library))
  }

  /// Creates a float32 tensor on the CPU with a copy of row-major values.
  ///
  /// - Throws: `runtime.not-found`, `runtime.tensor` if the number of values is wrong.
  public init(_ values: [Float], shape: [Int]) throws(XylemError) {
    try self.init(HostArray(values, shape: shape))
  }

  /// Creates a tensor on the CPU with a copy of an array's contents.
  ///
  /// - Throws: `runtime.not-found`, `runtime.tensor`.
  public init(_ array: HostArray) throws(XylemError) {
    let result: Result<Tensor, XylemError> = unsafe array.bytes.withUnsafeBytes { bytes in
      do throws(XylemError) {
        return .success(unsafe try Tensor(bytes: bytes, shape: array.shape, dtype: array.dtype))
      } catch { return .failure(error) }
    }
    self = try result.get()
  }

  /// The known facts about the tensor, without creating or running anything.
  @safe private enum Facts {
    case real(xylem_tensor_info)
    case lazy(LazyTensor)
    case standIn(StandIn)
  }

  private var facts: Facts {
    switch storage {
    case .object(let object): return unsafe .real(Self.info(object))
    case .lazy(let lazy):
      guard let made = lazy.made else { return .lazy(lazy) }
      return unsafe .real(Self.info(made))
    case .standIn(let standIn): return .standIn(standIn)
    }
  }

  static func info(_ object: RuntimeObject) -> xylem_tensor_info {
    var info = unsafe xylem_tensor_info()
    var error = unsafe xylem_error()
    if unsafe object.library.table.pointee.tensor_info(&object.raw, &info, &error) != XYLEM_OK {
      _ = unsafe takeMessage(&error)
    }
    return unsafe info
  }

  private static func sizes(_ info: xylem_tensor_info) -> [Int] {
    unsafe (0..<Int(info.dimensions)).map { unsafe Int(info.sizes[$0]) }
  }

  /// The sizes as numbers; `[]` for a scalar.
  ///
  /// - Throws: `trace.concrete-value` for a stand-in, whose sizes are symbolic: see ``shape``.
  public var sizes: [Int] {
    get throws(XylemError) {
      switch facts {
      case .real(let info): return unsafe Self.sizes(info)
      case .lazy(let lazy): return lazy.shape
      case .standIn(let standIn):
        guard try standIn.recorder.example(of: standIn) != nil else {
          throw standIn.needed("the tensor's sizes are needed as numbers")
        }
        return try shape.numbers()
      }
    }
  }

  /// The sizes, if they are known without running a model. Nil for a stand-in.
  package var knownSizes: [Int]? {
    switch facts {
    case .real(let info): unsafe Self.sizes(info)
    case .lazy(let lazy): lazy.shape
    case .standIn: nil
    }
  }

  /// The strides in elements. Empty for a scalar and for layouts without strides.
  ///
  /// - Throws: `trace.concrete-value` for a stand-in.
  public var strides: [Int] {
    get throws(XylemError) {
      switch facts {
      case .real(let info):
        guard let strides = unsafe info.strides else { return [] }
        return unsafe (0..<Int(info.dimensions)).map { unsafe Int(strides[$0]) }
      case .lazy(let lazy): return try lazy.strides
      case .standIn(let standIn): throw standIn.needed("the tensor's strides are needed")
      }
    }
  }

  /// The element type. Nil for a type that Xylem does not know, such as a quantised type.
  public var dtype: DType? {
    switch facts {
    case .real(let info): return unsafe DType(runtimeCode: info.dtype)
    case .lazy(let lazy): return lazy.dtype
    case .standIn(let standIn): return standIn.poisoned("the tensor's dtype is needed", nil)
    }
  }

  /// The number of elements.
  ///
  /// - Throws: `trace.concrete-value` for a stand-in: see ``numel(file:line:)``.
  public var count: Int {
    get throws(XylemError) {
      switch facts {
      case .real(let info): return unsafe Int(info.count)
      case .lazy(let lazy): return try lazy.count
      case .standIn(let standIn): throw standIn.needed("the number of elements is needed")
      }
    }
  }

  /// The device, as in `cpu` or `cuda:0`.
  ///
  /// - Throws: `trace.concrete-value` for a stand-in.
  public var device: String {
    get throws(XylemError) {
      switch facts {
      case .real(let info):
        let names = [0: "cpu", 1: "cuda", 9: "xla", 12: "xpu", 13: "mps", 14: "meta", 15: "hpu"]
        let name = unsafe names[Int(info.device_type)] ?? "device\(info.device_type)"
        return unsafe info.device_index >= 0 ? "\(name):\(info.device_index)" : name
      case .lazy: return "cpu"
      case .standIn(let standIn): throw standIn.needed("the tensor's device is needed")
      }
    }
  }

  /// Whether operations on the tensor are recorded for gradients.
  public var requiresGrad: Bool {
    switch facts {
    case .real(let info): return unsafe info.requires_grad != 0
    case .lazy(let lazy): return lazy.requiresGrad
    case .standIn(let standIn): return standIn.poisoned("whether the tensor requires gradients is needed", false)
    }
  }

  /// The address of the tensor's first element. Nil if it has no storage, or none yet. For distinguishing tensors.
  public var dataAddress: UInt? {
    switch facts {
    case .real(let info): return unsafe info.data.map { UInt(bitPattern: $0) }
    case .lazy: return nil
    case .standIn(let standIn): return standIn.poisoned("the tensor's address is needed", nil)
    }
  }
}

extension Tensor {
  /// Calls `body` with the elements as row-major bytes: in place if the tensor is stored that way in the CPU's memory,
  /// otherwise a copy. The bytes are valid during the call.
  ///
  /// - Throws: `runtime.tensor` for layouts without storage, `trace.concrete-value` for a stand-in, and the errors of
  ///   `body`.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    let dense = try rowMajorOnCPU()
    let handle = try dense.handle()
    let info = unsafe Self.info(handle)
    let itemSize = dense.dtype?.byteCount ?? 0
    guard unsafe info.count == 0 || info.data != nil, itemSize > 0 else {
      throw RuntimeErrors.failed(
        .runtimeTensor, "the tensor's elements can't be read", reason: "its layout or dtype has no plain storage")
    }
    let buffer = unsafe UnsafeRawBufferPointer(start: info.data, count: Int(info.count) * itemSize)
    unsafe handle.library.capture?.pointee.read()
    return try withExtendedLifetime(handle) { try unsafe body(buffer) }
  }

  /// The tensor itself if it is row-major on the CPU and stored directly, otherwise a copy that is; detached.
  private func rowMajorOnCPU() throws(XylemError) -> Tensor {
    let info = unsafe Self.info(try handle())
    let isPlain = unsafe info.device_type == 0 && info.is_contiguous != 0
    if isPlain, dtype?.isComplex != true { return self }
    var dense = try TensorOperator.call("aten::detach", [.tensor(self)])
    if dtype?.isComplex == true { dense = try TensorOperator.call("aten::resolve_conj", [.tensor(dense)]) }
    if unsafe info.device_type != 0 {
      dense = try TensorOperator.call(
        "aten::to", overload: "device",
        [
          .tensor(dense), .device("cpu"), .int(Int(unsafe info.dtype)),
        ])
    }
    return try TensorOperator.call("aten::contiguous", [.tensor(dense)])
  }

  /// A copy of the elements, shape and dtype.
  ///
  /// - Throws: `runtime.tensor` for quantized, sparse and similar tensors: see ``dense()``.
  public func hostArray() throws -> HostArray {
    if let form = try specialForm { throw RuntimeErrors.notPlain(form) }
    // While a model is traced, this throws the right error.
    let shape = try sizes
    guard let dtype else { throw RuntimeErrors.failed(.runtimeTensor, "the tensor has no dtype", reason: "") }
    return try unsafe withUnsafeBytes { bytes in
      try HostArray(dtype: dtype, shape: shape, bytes: unsafe [UInt8](bytes))
    }
  }

  /// The elements in row-major order as float32, converted if necessary.
  ///
  /// - Throws: `runtime.tensor`.
  public func floats() throws -> [Float] {
    let converted = dtype == .float32 ? self : try self.converted(to: .float32)
    return try unsafe converted.withUnsafeBytes { unsafe Array($0.bindMemory(to: Float.self)) }
  }

  /// The tensor converted to another element type, or itself if it already has that type.
  ///
  /// - Throws: `runtime.operator`.
  public func converted(to dtype: DType) throws(XylemError) -> Tensor {
    if standIn != nil { return try to(dtype) }
    return try TensorOperator.call("aten::to", overload: "dtype", [.tensor(self), .int(Int(dtype.runtimeCode))])
  }
}
