public import XylemErrors

/// Reads and writes npy files, NumPy's format for one array.
///
///     let image = try NpyFile.read("image.npy")   // float32 [3, 224, 224]
///     try NpyFile.write(image, to: "copy.npy")
public enum NpyFile {
  /// Reads an array, whatever its byte order and dimension order, as row-major and little-endian.
  ///
  /// Supports versions 1.0, 2.0 and 3.0, regular files and streams. Needs the array's own memory, and twice that for a
  /// file in column-major (Fortran) order.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed` (also if bytes follow the array),
  ///   `file.unsupported` for records, objects, strings, dates and other versions.
  public static func read(_ path: String) throws(XylemError) -> HostArray {
    var file = try InputFile(path, regularOnly: false)
    return try array(from: &file)
  }

  /// Reads an array from the bytes of an npy file that are part of the file at `path`.
  ///
  /// - Throws: as ``read(_:)``.
  package static func array(in bytes: [UInt8], path: String) throws(XylemError) -> HostArray {
    var source = MemoryInput(bytes, path: path)
    return try array(from: &source)
  }

  private static func array<Source: ByteSource & ~Copyable>(from file: inout Source) throws(XylemError) -> HostArray {
    let path = file.path
    let header = try NpyHeader(&file)
    guard let byteCount = HostArray.byteCount(of: header.dtype, shape: header.shape) else {
      throw XylemError.malformed(path, .shapeTooLarge(header.shape, header.dtype, of: "shape"))
    }
    var bytes = try file.read(byteCount, "the array")
    let rest = try file.remaining()
    guard rest == 0 else { throw XylemError.malformed(path, .trailing(bytes: rest)) }
    if header.isBigEndian { ElementOrder.swapBytes(&bytes, wordByteCount: header.dtype.wordByteCount) }
    if header.isColumnMajor {
      bytes = ElementOrder.rowMajor(bytes, shape: header.shape, elementByteCount: header.dtype.byteCount)
    }
    return HostArray(checked: header.dtype, shape: header.shape, bytes: bytes)
  }

  /// Writes an array to `path`, completely or not at all; see ``AtomicFile``. The bytes are those of `numpy.save`.
  ///
  /// - Throws: `file.unsupported` for bfloat16 and the 8-bit floating-point types, which NumPy lacks;
  ///   `file.unwritable`.
  public static func write(_ array: HostArray, to path: String) throws(XylemError) {
    guard let description = array.dtype.npyDescription else {
      throw XylemError.unsupported(path, .npyHolds(array.dtype))
    }
    try AtomicFile.write(path) { (file) throws(XylemError) in
      try file.append(NpyHeader.bytes(description: description, shape: array.shape))
      try file.append(array.bytes)
    }
  }

  /// The bytes before the first element of a file, for files that are written in pieces. Nil for a type that NumPy lacks.
  package static func start(dtype: DType, shape: [Int]) -> [UInt8]? {
    dtype.npyDescription.map { NpyHeader.bytes(description: $0, shape: shape) }
  }
}
