/// A message in the wire format of protocol buffers, written field by field.
///
/// It knows nothing of schemas: the caller gives field numbers. Fields may come in any order and repeat. Values of zero are
/// written like any other.
struct ProtobufMessage {
  /// The encoded fields so far.
  private(set) var bytes: [UInt8] = []

  private enum WireType: UInt64 {
    case varint = 0
    case lengthDelimited = 2
    case fixed32 = 5
  }

  /// Adds an integer, an enumeration's case or a Boolean. A negative integer takes ten bytes.
  mutating func add(_ field: Int, _ value: Int) {
    addTag(field, .varint)
    Self.append(UInt64(bitPattern: Int64(value)), to: &bytes)
  }

  /// Adds a 32-bit floating-point number.
  mutating func add(_ field: Int, _ value: Float) {
    addTag(field, .fixed32)
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift)) }
  }

  /// Adds a string as UTF-8.
  mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  /// Adds bytes.
  mutating func add(_ field: Int, _ contents: [UInt8]) {
    addLength(field, contents.count)
    bytes += contents
  }

  /// Adds a nested message.
  mutating func add(_ field: Int, _ message: ProtobufMessage) { add(field, message.bytes) }

  /// Adds the tag and the length of bytes that the caller writes itself, right after this message.
  mutating func addLength(_ field: Int, _ count: Int) {
    addTag(field, .lengthDelimited)
    Self.append(UInt64(count), to: &bytes)
  }

  private mutating func addTag(_ field: Int, _ type: WireType) {
    Self.append(UInt64(field) << 3 | type.rawValue, to: &bytes)
  }

  /// Seven bits a byte, lowest first; the highest bit says that more follow.
  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
