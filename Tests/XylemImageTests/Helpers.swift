import Testing
import XylemErrors

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

/// Expects that `body` throws a `XylemError` with one of `ids`, and returns it.
@discardableResult
func expectError(
  _ ids: ErrorID..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> XylemError? {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as XylemError {
    #expect(ids.contains(error.id), "\(error)", sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
  return nil
}

/// Random numbers that are the same on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension PixelImage {
  /// The levels of one pixel.
  func color(x: Int, y: Int) -> PixelColor {
    let index = (y * width + x) * 3
    return PixelColor(pixels[index], pixels[index + 1], pixels[index + 2])
  }
}
