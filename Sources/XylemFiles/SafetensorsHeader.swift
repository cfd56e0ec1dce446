import XylemErrors

/// The checked contents of a safetensors file's header.
///
/// The format: <https://github.com/huggingface/safetensors#format>.
struct SafetensorsHeader {
  /// The maximum length of a header, in bytes: the reference implementation's limit.
  static let byteLimit = 100_000_000
  /// The key that no tensor can have.
  static let metadataKey = "__metadata__"

  /// The tensors in the order of their data. Names that share an offset are in the header's order.
  private(set) var tensors: [(name: String, entry: SafetensorsFile.Entry)] = []
  private(set) var metadata: [String: String] = [:]
  private let path: String

  /// Reads the header and checks it against the size of the file. Reads no data.
  ///
  /// - Throws: `file.malformed`, `file.unsupported` for element types without a ``DType``, `file.unreadable`.
  init(_ file: inout InputFile, fileBytes: Int) throws(XylemError) {
    path = file.path
    let prefix = try file.read(8, "the header's length")
    let claimed = prefix.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    guard claimed <= UInt64(Self.byteLimit) else {
      throw XylemError.malformed(path, .headerTooLong(claimed, limit: Self.byteLimit))
    }
    let length = Int(claimed)
    guard length <= fileBytes - 8 else {
      throw XylemError.malformed(path, .headerBeyondEnd(length: length, fileBytes: fileBytes))
    }
    let bytes = try file.read(length, "the header")
    guard bytes.first == UInt8(ascii: "{") else { throw XylemError.malformed(path, .headerStart) }
    try read(bytes, dataStart: 8 + length)
    try checkLayout(dataStart: 8 + length, fileBytes: fileBytes)
  }

  private mutating func read(_ bytes: [UInt8], dataStart: Int) throws(XylemError) {
    var reader = JSONReader(bytes, path: path, origin: 8)
    var tensors: [(name: String, entry: SafetensorsFile.Entry)] = []
    var metadata: [String: String] = [:]
    try reader.object { [path] (reader, key) throws(XylemError) in
      guard key == Self.metadataKey else {
        tensors.append((key, try Self.entry(&reader, key, dataStart: dataStart, path: path)))
        return
      }
      guard try !reader.null() else { return }
      try reader.object { (reader, key) throws(XylemError) in
        guard metadata.updateValue(try reader.string(), forKey: key) == nil else {
          throw XylemError.malformed(path, .duplicateKey(key))
        }
      }
    }
    try reader.end()
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads the object that describes one tensor. Unknown fields are ignored.
  private static func entry(
    _ reader: inout JSONReader, _ name: String, dataStart: Int, path: String
  ) throws(XylemError) -> SafetensorsFile.Entry {
    var typeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try reader.object { (reader, key) throws(XylemError) in
      switch key {
      case "dtype": typeName = try reader.string()
      case "shape": shape = try sizes(&reader)
      case "data_offsets": offsets = try sizes(&reader)
      default: try reader.skip()
      }
    }
    guard let typeName else { throw XylemError.malformed(path, .missingField("dtype", of: name)) }
    guard let shape else { throw XylemError.malformed(path, .missingField("shape", of: name)) }
    guard let offsets, offsets.count == 2 else {
      throw XylemError.malformed(path, .missingField("data_offsets", of: name))
    }
    guard let dtype = DType(safetensorsName: typeName) else {
      throw XylemError.unsupported(path, .safetensorsDType(typeName, of: name))
    }
    guard let needed = HostArray.byteCount(of: dtype, shape: shape) else {
      throw XylemError.malformed(path, .shapeTooLarge(shape, dtype, of: name))
    }
    guard offsets[0] <= offsets[1] else { throw XylemError.malformed(path, .reversedOffsets(of: name)) }
    guard offsets[1] - offsets[0] == needed else {
      throw XylemError.malformed(path, .wrongSize(of: name, bytes: offsets[1] - offsets[0], needed: needed))
    }
    guard offsets[1] <= Int.max - dataStart else {
      throw XylemError.malformed(path, .outside(of: name))
    }
    return SafetensorsFile.Entry(
      dtype: dtype, shape: shape, byteRange: (dataStart + offsets[0])..<(dataStart + offsets[1]))
  }

  private static func sizes(_ reader: inout JSONReader) throws(XylemError) -> [Int] {
    var sizes: [Int] = []
    try reader.array { (reader) throws(XylemError) in sizes.append(try reader.size()) }
    return sizes
  }

  /// Sorts the tensors by their data and checks that they cover the rest of the file, each byte once.
  private mutating func checkLayout(dataStart: Int, fileBytes: Int) throws(XylemError) {
    let order = tensors.indices.sorted { (a, b) in
      let (x, y) = (tensors[a].entry.byteRange, tensors[b].entry.byteRange)
      return (x.lowerBound, x.upperBound, a) < (y.lowerBound, y.upperBound, b)
    }
    tensors = order.map { tensors[$0] }
    var end = dataStart
    for (name, entry) in tensors {
      let start = entry.byteRange.lowerBound
      guard start <= end else { throw XylemError.malformed(path, .gap(before: name, bytes: start - end)) }
      guard start == end else { throw XylemError.malformed(path, .overlap(of: name, bytes: end - start)) }
      end = entry.byteRange.upperBound
      guard end <= fileBytes else { throw XylemError.malformed(path, .outside(of: name)) }
    }
    guard end == fileBytes else { throw XylemError.malformed(path, .trailing(bytes: fileBytes - end)) }
  }
}
