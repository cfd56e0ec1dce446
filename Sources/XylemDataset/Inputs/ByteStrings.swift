/// Many byte strings in order, such as paths, in little memory.
///
/// Each string is kept as the length of the beginning that it shares with the one before it, and the rest; every
/// sixteenth one is whole. Sorted paths of some 60 bytes take about 15. Reading one costs at most sixteen steps.
struct ByteStrings: Sendable {
  private static let blockSize = 16

  private var storage: [UInt8] = []
  /// Where each block of sixteen begins.
  private var blocks: [Int] = []
  private var last: [UInt8] = []
  private(set) var count = 0

  /// Adds a string at the end.
  mutating func append(_ bytes: [UInt8]) {
    var shared = 0
    if count % Self.blockSize == 0 {
      blocks.append(storage.count)
    } else {
      let limit = min(last.count, bytes.count)
      while shared < limit, last[shared] == bytes[shared] { shared += 1 }
    }
    Self.write(shared, to: &storage)
    Self.write(bytes.count - shared, to: &storage)
    storage += bytes[shared...]
    last = bytes
    count += 1
  }

  /// The string at a position.
  subscript(index: Int) -> [UInt8] {
    precondition((0..<count).contains(index), "the index is not that of a string")
    var position = blocks[index / Self.blockSize]
    var bytes: [UInt8] = []
    for _ in 0...index % Self.blockSize {
      let shared = read(&position)
      let rest = read(&position)
      bytes.removeLast(bytes.count - shared)
      bytes += storage[position..<position + rest]
      position += rest
    }
    return bytes
  }

  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  private static func write(_ number: Int, to storage: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    storage.append(UInt8(rest))
  }

  private func read(_ position: inout Int) -> Int {
    var (number, shift) = (0, 0)
    while true {
      let byte = storage[position]
      position += 1
      number |= Int(byte & 0x7F) << shift
      guard byte & 0x80 != 0 else { return number }
      shift += 7
    }
  }
}
