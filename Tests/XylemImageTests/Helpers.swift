import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemImage

/// The 64-bit FNV-1a hash, in hexadecimal.
func fnv1a(_ bytes: some Sequence<UInt8>) -> String {
  var value: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  let text = String(value, radix: 16)
  return String(repeating: "0", count: 16 - text.count) + text
}

/// The bytes of floats, lowest first.
func littleEndianBytes(_ values: [Float]) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(values.count * 4)
  for value in values {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
    }
  }
  return bytes
}

extension PixelImage {
  /// The levels of one pixel.
  func color(x: Int, y: Int) -> PixelColor {
    let index = (y * width + x) * 3
    return PixelColor(pixels[index], pixels[index + 1], pixels[index + 2])
  }
}
