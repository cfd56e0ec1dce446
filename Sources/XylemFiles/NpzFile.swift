public import XylemErrors

/// Reads and writes npz files, NumPy's format for several arrays: a zip file of npy files.
///
///     try NpzFile.write([("layer3", features)], to: "features.npz")
///     try NpzFile("features.npz").array("layer3").shape  // [1, 256, 14, 14]
public final class NpzFile: NamedArrayFile {
  /// The path the file was opened with.
  public let path: String
  /// The names of the arrays, without `.npy`, in the file's order.
  public let names: [String]
  private let archive: ZipFile
  private let entries: [ExactText: ZipFile.Entry]

  /// Opens the file at `path` and reads its list of arrays.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `file.malformed` if it is not a zip file, is damaged, or has a
  ///   duplicate name; `file.unsupported` if it contains anything other than arrays.
  public init(_ path: String) throws(XylemError) {
    self.path = path
    archive = try ZipFile(path)
    var names: [String] = []
    var entries: [ExactText: ZipFile.Entry] = [:]
    for entry in archive.entries {
      guard entry.name.hasSuffix(".npy") else { throw XylemError.unsupported(path, .npzEntry(entry.name)) }
      let name = String(entry.name.dropLast(4))
      guard entries.updateValue(entry, forKey: ExactText(name)) == nil else {
        throw XylemError.malformed(path, .duplicateKey(name))
      }
      names.append(name)
    }
    self.names = names
    self.entries = entries
  }

  /// The elements of an array.
  ///
  /// - Throws: `runtime.tensor` if there is no array with that name; `file.malformed`; `file.unsupported` for elements
  ///   that are not numbers.
  public func array(_ name: String) throws(XylemError) -> HostArray {
    guard let entry = entries[ExactText(name)] else { throw XylemError.unknownTensor(name, in: path, names: names) }
    return try NpyFile.array(in: archive.read(entry), path: path)
  }

  /// Writes arrays to `path`, completely or not at all (see ``AtomicFile``), uncompressed, as `numpy.savez` does. The
  /// same content gives the same bytes.
  ///
  /// - Throws: `file.unsupported` for bfloat16 and the 8-bit floating-point types, which NumPy lacks, for a duplicate
  ///   name, and for more than 4 GiB; `file.unwritable`.
  public static func write(_ arrays: [(name: String, array: HostArray)], to path: String) throws(XylemError) {
    var seen: Set<ExactText> = []
    var directory: [UInt8] = []
    var headers: [(local: [UInt8], npy: [UInt8])] = []
    var offset = 0
    for (name, array) in arrays {
      guard seen.insert(ExactText(name)).inserted else { throw XylemError.unsupported(path, .duplicateName(name)) }
      guard let description = array.dtype.npyDescription else {
        throw XylemError.unsupported(path, .npyHolds(array.dtype))
      }
      let npy = NpyHeader.bytes(description: description, shape: array.shape)
      let size = npy.count + array.byteCount
      let fileName = Array((name + ".npy").utf8)
      guard fileName.count <= Int(UInt16.max), offset + size + fileName.count + 30 <= Int(UInt32.max) else {
        throw XylemError.unsupported(path, .npzTooLarge)
      }
      let checksum = ZipFile.checksum(array.bytes, after: ZipFile.checksum(npy))
      // Version 2.0, names in UTF-8, stored, dated 1 January 1980.
      let facts =
        little(20, 2) + little(0x0800, 2) + little(0, 2) + little(0, 2) + little(0x21, 2) + little(Int(checksum), 4)
        + little(size, 4) + little(size, 4) + little(fileName.count, 2) + little(0, 2)
      headers.append((little(0x0403_4B50, 4) + facts + fileName, npy))
      directory +=
        little(0x0201_4B50, 4) + little(20, 2) + facts + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4)
        + little(offset, 4) + fileName
      offset += 30 + fileName.count + size
    }
    guard arrays.count < 0xFFFF, offset + directory.count <= Int(UInt32.max) else {
      throw XylemError.unsupported(path, .npzTooLarge)
    }
    let end =
      little(0x0605_4B50, 4) + little(0, 4) + little(arrays.count, 2) + little(arrays.count, 2)
      + little(directory.count, 4) + little(offset, 4) + little(0, 2)
    try AtomicFile.write(path) { (file) throws(XylemError) in
      for ((local, npy), (_, array)) in Swift.zip(headers, arrays) {
        try file.append(local)
        try file.append(npy)
        try file.append(array.bytes)
      }
      try file.append(directory)
      try file.append(end)
    }
  }

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}

/// A file of named arrays.
public protocol NamedArrayFile {
  /// The path the file was opened with.
  var path: String { get }
  /// The names of the arrays.
  var names: [String] { get }
  /// The elements of an array.
  ///
  /// - Throws: `runtime.tensor` if there is none with that name; `file.malformed`, `file.unsupported`,
  ///   `file.unreadable`.
  func array(_ name: String) throws(XylemError) -> HostArray
}

extension SafetensorsFile: NamedArrayFile {}
