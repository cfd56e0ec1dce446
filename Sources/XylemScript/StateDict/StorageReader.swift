import XylemErrors
internal import XylemFiles
internal import XylemTensor

/// Creates tensors from their descriptions in a pickle, reading each storage once.
final class StorageReader {
  private let path: String
  private let read: (_ key: String, _ storage: String) throws(XylemError) -> Tensor
  private var known: [ExactText: Tensor] = [:]

  /// - Parameter read: returns a storage's bytes, for the tensor with the key, which errors name.
  init(path: String, _ read: @escaping (_ key: String, _ storage: String) throws(XylemError) -> Tensor) {
    self.path = path
    self.read = read
  }

  /// The tensor, with pending conjugation and negation applied.
  ///
  /// - Throws: `file.malformed`, `file.unreadable`, `runtime.…`.
  func tensor(_ found: (key: String, tensor: PickleTensor)) throws(XylemError) -> Tensor {
    let description = found.tensor
    let bytes = try storage(description.storage, for: found.key)
    let (offset, overflow) = description.offset.addingReportingOverflow(description.storage.viewOffset)
    guard !overflow else { throw XylemError.malformed(path, .outside(of: found.key)) }
    var tensor = try ArchiveRecords.tensor(
      over: bytes, description.dtype, sizes: description.sizes, strides: description.strides, offset: offset,
      key: found.key, path: path)
    if description.isConjugated { tensor = try TensorOperator.call("aten::conj_physical", [.tensor(tensor)]) }
    if description.isNegated { tensor = try TensorOperator.call("aten::neg", [.tensor(tensor)]) }
    return tensor
  }

  private func storage(_ storage: PickleStorage, for key: String) throws(XylemError) -> Tensor {
    guard let needed = storage.byteCount else { throw XylemError.malformed(path, .outside(of: key)) }
    let name = ExactText(storage.key)
    let found: Tensor
    if let read = known[name] {
      found = read
    } else if needed == 0 {
      return try Tensor([] as [Float], shape: [0]).converted(to: .uint8)  // may have no record
    } else {
      found = try read(key, storage.key)
      known[name] = found
    }
    let count = try found.count
    guard count >= needed else {
      throw XylemError.malformed(path, .shortRecord(of: key, bytes: count, needed: needed))
    }
    return found
  }
}
