internal import XylemErrors
package import XylemFiles

/// A tensor of an archive of torch.export: where its data is, and its form.
package struct ExportedPayload: Sendable {
  /// The key in the model's state dict, or the name of a constant.
  package let key: String
  /// The entry of the archive that has the data.
  package let record: String
  package let dtype: DType
  package let sizes: [Int]
  /// The strides in elements.
  package let strides: [Int]
  /// The first element, in elements from the start of the data.
  package let offset: Int
  package let requiresGrad: Bool
  /// Whether it is a parameter, and not a buffer or a constant.
  package let isParameter: Bool
  /// The size and checksum of the data. Entries with equal ones have the same data.
  package let contents: Contents

  /// What identifies data without reading it.
  package struct Contents: Sendable, Hashable {
    let byteCount: Int
    let checksum: UInt32
  }

  /// Whether another payload is the same tensor, by its form and the identity of its data.
  package func isSame(as other: ExportedPayload) -> Bool {
    contents == other.contents && dtype == other.dtype && sizes == other.sizes && strides == other.strides
      && offset == other.offset
  }

  /// Reads a tensor's description and checks it against the size of its data.
  ///
  /// - Parameter entry: returns the entry of the archive with a name relative to the folder of the data.
  /// - Throws: `archive.unreadable`, `archive.pickled`, `archive.bad-tensor`, `file.unsupported`.
  init(
    _ json: ExportedJSON, key: String, path: String, entry: (String) -> ZipFile.Entry?
  ) throws(XylemError) {
    guard try json.optional("use_pickle")?.bool() != true, let meta = try json.optional("tensor_meta") else {
      throw ExportedErrors.pickled(path, key)
    }
    guard let dtype = ExportedCodes.dtype(try meta.member("dtype").int()),
      try meta.member("layout").int() == ExportedCodes.strided
    else { throw ExportedErrors.unknownType(path, key) }
    let name = try json.member("path_name").string()
    guard let found = entry(name) else {
      throw ExportedErrors.outOfRange(path, key, "the archive has no entry '\(name.printable)' for it")
    }
    self.key = key
    self.dtype = dtype
    record = found.name
    sizes = try Self.numbers(meta.member("sizes"))
    strides = try Self.numbers(meta.member("strides"))
    offset = try Self.number(meta.member("storage_offset"))
    isParameter = try json.member("is_param").bool()
    requiresGrad = try meta.member("requires_grad").bool()
    contents = Contents(byteCount: found.byteCount, checksum: found.checksum)
    guard let needed = Self.byteCount(dtype, sizes: sizes, strides: strides, offset: offset) else {
      throw ExportedErrors.outOfRange(
        path, key, "its sizes \(sizes.prefix(16)), strides \(strides.prefix(16)) and offset \(offset) are invalid")
    }
    guard needed <= found.byteCount else {
      throw ExportedErrors.outOfRange(path, key, "it needs \(needed) bytes, and there are \(found.byteCount)")
    }
  }

  private static func numbers(_ json: ExportedJSON) throws(XylemError) -> [Int] {
    var numbers: [Int] = []
    for element in try json.array() { numbers.append(try number(element)) }
    return numbers
  }

  private static func number(_ json: ExportedJSON) throws(XylemError) -> Int {
    guard case .fixed(let number) = try ExportedSize(json) else { throw json.fault("number") }
    return number
  }

  /// The bytes up to the end of the last element. Nil for impossible sizes. None if there are no elements.
  private static func byteCount(_ dtype: DType, sizes: [Int], strides: [Int], offset: Int) -> Int? {
    guard sizes.count == strides.count, sizes.count <= 64, offset >= 0, (sizes + strides).allSatisfy({ $0 >= 0 }),
      HostArray.byteCount(of: dtype, shape: sizes) != nil
    else { return nil }
    guard !sizes.contains(0) else { return 0 }
    var last = offset
    for (size, stride) in zip(sizes, strides) {
      let (step, overflows) = (size - 1).multipliedReportingOverflow(by: stride)
      let (next, carries) = last.addingReportingOverflow(step)
      guard !overflows, !carries else { return nil }
      last = next
    }
    let (bytes, overflows) = last.multipliedReportingOverflow(by: dtype.byteCount)
    return overflows || bytes > Int.max - dtype.byteCount ? nil : bytes + dtype.byteCount
  }
}
