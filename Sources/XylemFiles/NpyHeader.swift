import XylemErrors

/// The contents of an npy file's header: the element type, the order and the shape.
///
/// The format: NumPy's NEP 1 and `numpy.lib.format`, versions 1.0 to 3.0.
struct NpyHeader: Equatable {
  /// The bytes at the start of every npy file.
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The maximum length of a header, in bytes. NumPy itself stops at 10,000.
  static let byteLimit = 1 << 20
  /// The data of a written file starts at a multiple of this.
  private static let alignment = 64

  let dtype: DType
  let isBigEndian: Bool
  let isColumnMajor: Bool
  let shape: [Int]
}

extension NpyHeader {
  /// Reads the header and leaves the file at the start of the data.
  ///
  /// - Throws: `file.malformed`, `file.unsupported`, `file.unreadable`.
  init<Source: ByteSource & ~Copyable>(_ file: inout Source) throws(XylemError) {
    let path = file.path
    guard try file.read(6, "the start of an npy file") == Self.magic else {
      throw XylemError.malformed(path, .npyMagic)
    }
    let version = try file.read(2, "the version")
    guard (1...3).contains(version[0]), version[1] == 0 else {
      throw XylemError.unsupported(path, .npyVersion(major: version[0], minor: version[1]))
    }
    let length = try file.read(version[0] == 1 ? 2 : 4, "the header's length").reversed().reduce(0) {
      $0 << 8 | Int($1)
    }
    guard length <= Self.byteLimit else {
      throw XylemError.malformed(path, .headerTooLong(UInt64(length), limit: Self.byteLimit))
    }
    let origin = file.position
    var reader = PythonLiteralReader(try file.read(length, "the header"), path: path, origin: origin)
    guard case .dictionary(let members) = try reader.literal() else {
      throw XylemError.malformed(path, .syntax(expected: "dictionary", offset: origin))
    }
    try self.init(members, path: path)
  }

  private init(_ members: [(key: String, value: PythonLiteral)], path: String) throws(XylemError) {
    var fields: [String: PythonLiteral] = [:]
    for (key, value) in members {
      guard ["descr", "fortran_order", "shape"].contains(key) else { throw XylemError.malformed(path, .npyKey(key)) }
      guard fields.updateValue(value, forKey: key) == nil else { throw XylemError.malformed(path, .duplicateKey(key)) }
    }
    guard case .bool(let isColumnMajor) = fields["fortran_order"] else {
      throw XylemError.malformed(path, .npyField("fortran_order", expected: "True or False"))
    }
    guard case .tuple(let sizes) = fields["shape"] else {
      throw XylemError.malformed(path, .npyField("shape", expected: "a tuple"))
    }
    var shape: [Int] = []
    for size in sizes {
      guard case .integer(let size?) = size, size >= 0 else {
        throw XylemError.malformed(path, .npyField("shape", expected: "a tuple of sizes"))
      }
      shape.append(size)
    }
    (dtype, isBigEndian) = try Self.elements(fields["descr"], path: path)
    self.isColumnMajor = isColumnMajor
    self.shape = shape
  }

  private static func elements(
    _ description: PythonLiteral?, path: String
  ) throws(XylemError) -> (DType, isBigEndian: Bool) {
    switch description {
    case .string(let text):
      let hasOrder = text.first.map { "<>=|".contains($0) } ?? false
      guard let dtype = DType(npyCode: hasOrder ? String(text.dropFirst()) : text) else {
        throw XylemError.unsupported(path, .npyDescription(text))
      }
      return (dtype, text.hasPrefix(">"))
    case .list, .tuple: throw XylemError.unsupported(path, .npyStructured)
    default: throw XylemError.malformed(path, .npyField("descr", expected: "a description of the elements"))
    }
  }

  /// The bytes of a file before its data, as `numpy.save` writes them: version 1.0, or 2.0 if the header is too long
  /// for it.
  ///
  /// - Parameter description: the `descr`, as in `<f4`.
  package static func bytes(description: String, shape: [Int]) -> [UInt8] {
    let sizes = shape.map { "\($0)" }
    let tuple = sizes.count == 1 ? "(\(sizes[0]),)" : "(\(sizes.joined(separator: ", ")))"
    // NumPy reserves space for the first size to grow in place to 21 digits.
    let growth = String(repeating: " ", count: sizes.first.map { max(0, 21 - $0.utf8.count) } ?? 0)
    let text = Array("{'descr': '\(description)', 'fortran_order': False, 'shape': \(tuple), }\(growth)".utf8)
    for (version, lengthBytes) in [(UInt8(1), 2), (UInt8(2), 4)] {
      let start = magic.count + 2 + lengthBytes
      // One more byte for the newline; NumPy pads by a whole unit if no padding would be needed.
      let padding = alignment - (start + text.count + 1) % alignment
      let length = text.count + padding + 1
      guard version == 2 || length <= Int(UInt16.max) else { continue }
      let prefix = magic + [version, 0] + (0..<lengthBytes).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
      return prefix + text + [UInt8](repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
    }
    return []
  }
}
