/// Conversions of the order of bytes and of elements.
enum ElementOrder {
  /// Converts big-endian words to little-endian ones and back, in place.
  static func swapBytes(_ bytes: inout [UInt8], wordByteCount: Int) {
    switch wordByteCount {
    case 2: swapWords(&bytes, UInt16.self)
    case 4: swapWords(&bytes, UInt32.self)
    case 8: swapWords(&bytes, UInt64.self)
    default: break
    }
  }

  /// The elements of a column-major array (the first dimension varies fastest) in row-major order.
  ///
  /// - Parameter bytes: as many as the shape requires.
  static func rowMajor(_ bytes: [UInt8], shape: [Int], elementByteCount: Int) -> [UInt8] {
    guard shape.count > 1, !bytes.isEmpty else { return bytes }
    switch elementByteCount {
    case 1: return rowMajor(bytes, shape, UInt8.self)
    case 2: return rowMajor(bytes, shape, UInt16.self)
    case 4: return rowMajor(bytes, shape, UInt32.self)
    case 8: return rowMajor(bytes, shape, UInt64.self)
    default: return rowMajor(bytes, shape, UInt128.self)
    }
  }

  private static func swapWords<Word: FixedWidthInteger & BitwiseCopyable>(_ bytes: inout [UInt8], _ type: Word.Type) {
    unsafe bytes.withUnsafeMutableBytes { (buffer) in
      for offset in stride(from: 0, to: buffer.count, by: MemoryLayout<Word>.size) {
        let word = unsafe buffer.loadUnaligned(fromByteOffset: offset, as: type)
        unsafe buffer.storeBytes(of: word.byteSwapped, toByteOffset: offset, as: type)
      }
    }
  }

  /// Walks the result in its own order and updates the source's offset like an odometer.
  private static func rowMajor<Word: BitwiseCopyable>(_ bytes: [UInt8], _ shape: [Int], _ type: Word.Type) -> [UInt8] {
    let size = MemoryLayout<Word>.size
    var strides: [Int] = []
    for (dimension, _) in shape.enumerated() {
      strides.append(dimension == 0 ? size : strides[dimension - 1] * shape[dimension - 1])
    }
    let last = shape.count - 1
    return unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { (buffer, filled) in
      let target = UnsafeMutableRawBufferPointer(buffer)
      unsafe bytes.withUnsafeBytes { (source) in
        var index = [Int](repeating: 0, count: shape.count)
        var row = 0
        while filled < bytes.count {
          for column in 0..<shape[last] {
            let word = unsafe source.loadUnaligned(fromByteOffset: row + column * strides[last], as: type)
            unsafe target.storeBytes(of: word, toByteOffset: filled, as: type)
            filled += size
          }
          var dimension = last - 1
          while dimension >= 0 {
            index[dimension] += 1
            row += strides[dimension]
            guard index[dimension] == shape[dimension] else { break }
            row -= strides[dimension] * shape[dimension]
            index[dimension] = 0
            dimension -= 1
          }
        }
      }
    }
  }
}
