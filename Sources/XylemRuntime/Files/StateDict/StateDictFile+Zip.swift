import XylemErrors

extension StateDictFile {
  static func readZip(_ path: String) throws(XylemError) -> [(key: String, tensor: Tensor)] {
    let records = try ArchiveRecords(path)
    if records.names.contains("constants.pkl"), records.names.contains(where: { $0.hasPrefix("code/") }) {
      return try ScriptArchive(path: path).stateDict()
    }
    guard records.names.contains("data.pkl") else { throw XylemError.malformed(path, .foreignZip) }
    if records.names.contains("byteorder"), try bytes(records.read("byteorder")) == Array("big".utf8) {
      throw XylemError.unsupported(path, .bigEndian)
    }
    let pickle = try PickleReader.read(bytes(records.read("data.pkl")), path: path)
    var storages: [ExactText: Tensor] = [:]
    var entries: [(key: String, tensor: Tensor)] = []
    for (key, tensor) in try StateDictPickle.entries(pickle, path: path) {
      let storage = try storage(of: tensor, key: key, records, &storages, path: path)
      let found = try records.tensor(
        over: storage, tensor.dtype, sizes: tensor.sizes, strides: tensor.strides, offset: tensor.offset, key: key)
      entries.append((key, try resolved(found, tensor)))
    }
    return entries
  }

  private static func bytes(_ record: Tensor) throws(XylemError) -> [UInt8] {
    try typed("a record can't be read") { try record.hostArray().bytes }
  }

  /// The bytes of a tensor's storage, read where they are needed for the first time.
  private static func storage(
    of tensor: PickleTensor, key: String, _ records: ArchiveRecords, _ known: inout [ExactText: Tensor], path: String
  ) throws(XylemError) -> Tensor {
    let storage = tensor.storage
    guard let needed = storage.byteCount else { throw XylemError.malformed(path, .outside(of: key)) }
    let name = ExactText(storage.key)
    let found: Tensor
    if let read = known[name] {
      found = read
    } else if needed == 0 {
      return try Tensor([] as [Float], shape: [0]).converted(to: .uint8)  // may have no record
    } else {
      found = try records.read("data/" + storage.key, for: key)
      known[name] = found
    }
    guard found.count >= needed else {
      throw XylemError.malformed(path, .shortRecord(of: key, bytes: found.count, needed: needed))
    }
    return found
  }

  /// The tensor with its values as they are to be taken, and not as they are stored.
  private static func resolved(_ tensor: Tensor, _ description: PickleTensor) throws(XylemError) -> Tensor {
    var tensor = tensor
    if description.isConjugated { tensor = try TensorOperator.call("aten::conj_physical", [.tensor(tensor)]) }
    if description.isNegated { tensor = try TensorOperator.call("aten::neg", [.tensor(tensor)]) }
    return tensor
  }

  /// Memory that a tensor covers.
  private struct Region: Hashable {
    let address: UInt
    let dtype: DType
    let shape: [Int]
    let strides: [Int]
  }

  static func writeZip(_ entries: [(key: String, tensor: Tensor)], to path: String) throws(XylemError) {
    var writer = PickleWriter()
    var known: [Region: Int] = [:]
    var stored: [(key: String, tensor: Tensor)] = []
    for (key, tensor) in entries {
      guard let dtype = tensor.dtype else { throw XylemError.unsupported(path, .dtype(of: key)) }
      let shape = try tensor.sizes
      var number = stored.count
      // A complex tensor may be another one's conjugate in the same memory.
      if let address = tensor.dataAddress, tensor.count > 0, !dtype.isComplex {
        let region = Region(address: address, dtype: dtype, shape: shape, strides: tensor.strides)
        number = known[region] ?? number
        known[region] = number
      }
      if number == stored.count { stored.append((key, tensor)) }
      writer.append(key: key, dtype: dtype, shape: shape, count: tensor.count, storage: "\(number)")
    }
    let pickle = writer.finish()
    try AtomicFile.write(path) { (file) throws(XylemError) in
      try unsafe withUnsafeMutablePointer(to: &file) { (file) throws(XylemError) in
        let archive = try unsafe ArchiveRecordWriter(file, path: path)
        try add("data.pkl", pickle, to: archive)
        try add("byteorder", Array("little".utf8), to: archive)
        for (number, (key, tensor)) in stored.enumerated() {
          try typed("'\(key.printable)' can't be read") {
            unsafe try tensor.withUnsafeBytes { unsafe try archive.add("data/\(number)", $0) }
          }
        }
        try archive.finish()
      }
    }
  }

  private static func add(
    _ name: String, _ bytes: [UInt8], to archive: borrowing ArchiveRecordWriter
  ) throws(XylemError) {
    let result: Result<Void, XylemError> = unsafe bytes.withUnsafeBytes { bytes in
      do throws(XylemError) { return .success(unsafe try archive.add(name, bytes)) } catch { return .failure(error) }
    }
    try result.get()
  }
}
