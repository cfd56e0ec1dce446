internal import CFFI
internal import CXylem
internal import Synchronization
internal import XylemErrors

/// The calling convention of a signature: libffi's description of the types, and the layout of the arguments during a
/// call.
///
/// Created once per signature and process, and never changed or freed, so any number of threads may use it.
@safe
final class CallInterface: Sendable {
  /// libffi's description. libffi declares it as mutable, but only reads it.
  nonisolated(unsafe) let cif: UnsafeMutablePointer<ffi_cif>
  /// The parameters' types, then the result's, if only numbers and Booleans cross; otherwise nil.
  let numbers: [Signature.Number]?
  /// For each parameter, the offset of its part of the frame, in bytes.
  let offsets: [Int]
  /// The size of the frame in bytes: all parts, without the addresses of the arguments.
  let frameSize: Int

  static let tensorSize = unsafe MemoryLayout<DLManagedTensorVersioned>.stride
  fileprivate static let listSize = unsafe MemoryLayout<xylem_i64_list>.stride

  private static let prepared = Mutex<[Signature: CallInterface]>([:])

  /// Returns the interface of a signature, and prepares it if necessary.
  ///
  /// - Throws: `plugin.signature` if libffi refuses it.
  static func of(_ signature: Signature) throws(XylemError) -> CallInterface {
    let result: Result<CallInterface, XylemError> = prepared.withLock { known in
      if let found = known[signature] { return .success(found) }
      do throws(XylemError) {
        let fresh = try CallInterface(signature)
        known[signature] = fresh
        return .success(fresh)
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  private init(_ signature: Signature) throws(XylemError) {
    let count = signature.parameters.count
    let types = UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>.allocate(capacity: max(count, 1))
    for (index, parameter) in signature.parameters.enumerated() {
      unsafe (types + index).initialize(to: parameter.foreignType)
    }
    let cif = UnsafeMutablePointer<ffi_cif>.allocate(capacity: 1)
    unsafe cif.initialize(to: ffi_cif())
    let result = unsafe signature.result?.foreignType ?? xylem_ffi_void()
    let status = unsafe ffi_prep_cif(cif, FFI_DEFAULT_ABI, UInt32(count), result, types)
    guard status == FFI_OK else {
      unsafe cif.deallocate()
      unsafe types.deallocate()
      throw CallErrors.interface(signature, status: status.rawValue)
    }
    unsafe self.cif = unsafe cif
    numbers = Self.numbers(signature)
    var offsets: [Int] = []
    var size = 0
    for parameter in signature.parameters {
      offsets.append(size)
      size += parameter.frameSize
    }
    self.offsets = offsets
    frameSize = size
  }

  private static func numbers(_ signature: Signature) -> [Signature.Number]? {
    var numbers: [Signature.Number] = []
    for type in signature.parameters + [signature.result].compactMap(\.self) {
      guard case .plain(.number(let number)) = type else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}

extension Signature.ValueType {
  fileprivate var foreignType: UnsafeMutablePointer<ffi_type> {
    guard case .plain(.number(let number)) = self else { return unsafe xylem_ffi_pointer() }
    switch number {
    case .i8: return unsafe xylem_ffi_sint8()
    case .i16: return unsafe xylem_ffi_sint16()
    case .i32: return unsafe xylem_ffi_sint32()
    case .i64: return unsafe xylem_ffi_sint64()
    case .u8, .bool: return unsafe xylem_ffi_uint8()
    case .u16: return unsafe xylem_ffi_uint16()
    case .u32: return unsafe xylem_ffi_uint32()
    case .u64: return unsafe xylem_ffi_uint64()
    case .f32: return unsafe xylem_ffi_float()
    case .f64: return unsafe xylem_ffi_double()
    }
  }

  /// The size in bytes of an argument's part of the frame: the word that is passed, then what it may point to. A
  /// multiple of eight.
  fileprivate var frameSize: Int {
    switch content {
    case .number: isOptional ? 16 : 8
    case .text, .pointer: 8
    case .tensor, .writtenTensor: 8 + CallInterface.tensorSize
    case .list, .tensors: 8 + CallInterface.listSize
    }
  }
}
