internal import XylemGraph

/// A hash that is the same in every process and on every machine: FNV-1a over 64 bits, with a final mix.
///
/// Swift's `Hasher` has a different seed in each process, so persistent values must not depend on it.
struct StableHash {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Adds one byte.
  mutating func combine(byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

  /// Adds a number.
  mutating func combine(_ number: UInt64) {
    // Word by word: there are many constants, and their bits are mixed at the end.
    state = (state ^ number) &* 0x0000_0100_0000_01b3
    state ^= state >> 29
  }

  /// Adds a string with its end, so that different lists of strings never add the same bytes.
  mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(byte: byte) }
    combine(byte: 0xff)
  }

  /// Adds an argument's constants and its structure. All nodes are equal.
  mutating func combine(_ argument: NodeInput) {
    switch argument {
    case .literal(let literal): combine(literal)
    case .node: combine(byte: 9)
    case .list(let elements): combine(tag: 10, elements)
    case .tuple(let elements, let names):
      combine(tag: 11, elements)
      for name in names ?? [] { combine(name) }
    case .dictionary(let entries):
      combine(tag: 12, UInt64(entries.count))
      for entry in entries {
        combine(entry.key)
        combine(entry.value)
      }
    case .module(let path): combine(tag: 13, path)
    case .constant(let code):
      combine(tag: 14, NormalName.function(code.function))
      combine(UInt64(bitPattern: Int64(code.statement)))
    }
  }

  private mutating func combine(_ literal: Literal) {
    switch literal {
    case .none: combine(byte: 1)
    case .bool(let value): combine(byte: value ? 3 : 2)
    case .int(let value): combine(tag: 4, UInt64(bitPattern: Int64(value)))
    case .float(let value): combine(tag: 5, value.bitPattern)
    case .complex(let real, let imaginary):
      combine(tag: 6, real.bitPattern)
      combine(imaginary.bitPattern)
    case .string(let text): combine(tag: 7, text)
    case .device(let text): combine(tag: 8, text)
    }
  }

  private mutating func combine(tag: UInt8, _ number: UInt64) {
    combine(byte: tag)
    combine(number)
  }

  private mutating func combine(tag: UInt8, _ text: String) {
    combine(byte: tag)
    combine(text)
  }

  private mutating func combine(tag: UInt8, _ elements: [NodeInput]) {
    combine(tag: tag, UInt64(elements.count))
    for element in elements { combine(element) }
  }

  /// Adds which parts of an argument are nodes and which are constants.
  mutating func combineShape(_ argument: NodeInput) {
    switch argument {
    case .node: combine(byte: 1)
    case .list(let elements): combineShapes(2, elements)
    case .tuple(let elements, _): combineShapes(3, elements)
    case .dictionary(let entries): combineShapes(4, entries.map(\.value))
    default: combine(byte: 5)
    }
  }

  private mutating func combineShapes(_ tag: UInt8, _ elements: [NodeInput]) {
    combine(tag: tag, UInt64(elements.count))
    for element in elements { combineShape(element) }
  }

  /// The hash of everything that was added.
  var value: UInt64 {
    var mixed = state
    mixed = (mixed ^ (mixed >> 33)) &* 0xff51_afd7_ed55_8ccd
    mixed = (mixed ^ (mixed >> 33)) &* 0xc4ce_b9fe_1a85_ec53
    return mixed ^ (mixed >> 33)
  }
}
