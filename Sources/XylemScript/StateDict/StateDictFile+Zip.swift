import XylemErrors
internal import XylemFiles
internal import XylemTensor

extension StateDictFile {
  /// The memory that a tensor covers.
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
      // A complex tensor may be the conjugate of another in the same memory.
      if let address = tensor.dataAddress, try tensor.count > 0, !dtype.isComplex {
        let region = Region(address: address, dtype: dtype, shape: shape, strides: try tensor.strides)
        number = known[region] ?? number
        known[region] = number
      }
      if number == stored.count { stored.append((key, tensor)) }
      writer.append(key: key, dtype: dtype, shape: shape, count: try tensor.count, storage: "\(number)")
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
