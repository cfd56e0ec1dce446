import Testing

@testable import XylemExtract

/// The wire format of protocol buffers, byte for byte.
@Suite("Protocol buffers") struct ProtobufMessageTests {
  /// The bytes of one message.
  private func bytes(_ body: (inout ProtobufMessage) -> Void) -> [UInt8] {
    var message = ProtobufMessage()
    body(&message)
    return message.bytes
  }

  @Test("an integer takes seven bits a byte") func integers() {
    #expect(bytes { $0.add(1, 0) } == [0x08, 0x00])
    #expect(bytes { $0.add(1, 127) } == [0x08, 0x7F])
    #expect(bytes { $0.add(1, 150) } == [0x08, 0x96, 0x01])
    #expect(bytes { $0.add(1, Int.max) } == [0x08] + Array(repeating: 0xFF, count: 8) + [0x7F])
  }

  @Test("a negative integer takes ten bytes") func negative() {
    #expect(bytes { $0.add(8, -1) } == [0x40] + Array(repeating: 0xFF, count: 9) + [0x01])
  }

  @Test("a field above 15 has a tag of two bytes") func tags() {
    #expect(bytes { $0.add(20, 1) } == [0xA0, 0x01, 0x01])
  }

  @Test("a number of 32 bits is little-endian") func floats() {
    #expect(bytes { $0.add(2, Float(1)) } == [0x15, 0x00, 0x00, 0x80, 0x3F])
  }

  @Test("strings, bytes and messages have their length before them") func lengths() {
    #expect(bytes { $0.add(2, "né") } == [0x12, 0x03, 0x6E, 0xC3, 0xA9])
    #expect(bytes { $0.add(2, [UInt8]()) } == [0x12, 0x00])
    #expect(bytes { $0.addLength(9, 300) } == [0x4A, 0xAC, 0x02])
    var inner = ProtobufMessage()
    inner.add(1, 150)
    #expect(bytes { $0.add(3, inner) } == [0x1A, 0x03, 0x08, 0x96, 0x01])
  }
}
