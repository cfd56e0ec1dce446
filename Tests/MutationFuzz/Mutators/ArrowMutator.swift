import Foundation

/// Damages Arrow files and streams: integers at the places where FlatBuffers have them, and any other bytes.
enum ArrowMutator {
  private static let extremes: [UInt64] = [
    0, 1, 2, 3, 4, 7, 8, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF8, 0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFF8, 0xFFFF_FFFF_FFFF_FFFF,
  ]

  /// The files that are damaged.
  static func originals() throws -> [[UInt8]] {
    let folder = Checkout.path("Fixtures/arrow")
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0)))
    }
  }

  /// Damages a file, and gives its bytes.
  static func mutate(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
    guard numbers.chance(80) else { return PickleMutator.flipped(bytes, &numbers) }
    var bytes = bytes
    for _ in 0..<numbers.count(upTo: 8) {
      let size = numbers.pick([1, 2, 4, 4, 4, 8])
      guard bytes.count > 8 * size else { break }
      let at = numbers.below(bytes.count / size - 1) * size
      let old = (0..<size).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64(bytes[at + $1]) }
      let new = numbers.chance(50) ? numbers.pick(extremes) : old &+ UInt64(bitPattern: Int64(numbers.below(65) - 32))
      for byte in 0..<size { bytes[at + byte] = UInt8(truncatingIfNeeded: new >> (8 * UInt64(byte))) }
    }
    return bytes
  }
}
