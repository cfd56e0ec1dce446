import XylemTestSupport
import Testing
import XylemErrors

@testable import XylemFiles

@Suite struct SafetensorsHostileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ bytes: [UInt8]) throws {
    let file = try SafetensorsFile(folder.write(bytes, "x.safetensors"))
    for name in file.names { _ = try file.array(name) }
  }

  @Test func aFileCutShortAnywhereIsMalformed() throws {
    for name in ["tiny.safetensors", "torch.safetensors"] {
      let whole = try Fixtures.bytes("files/" + name)
      for count in 0..<whole.count {
        expectError(.fileMalformed, "\(name) cut at \(count)") { try open(Array(whole.prefix(count))) }
      }
    }
  }

  @Test func aFileWithAnyByteChangedOpensOrIsAnError() throws {
    let whole = try Fixtures.bytes("files/tiny.safetensors")
    for index in whole.indices {
      for byte in [0, 0x22, 0x2D, 0x39, 0x5B, 0x7B, 0x7F, 0x80, 0xFF, whole[index] ^ 1] as [UInt8] {
        var changed = whole
        changed[index] = byte
        do {
          try open(changed)
        } catch let error as XylemError {
          #expect([.fileMalformed, .fileUnsupported].contains(error.id), "byte \(index) as \(byte): \(error)")
        }
      }
    }
  }

  @Test(arguments: [UInt64(1) << 63, .max, 100_000_001, UInt64(Int64.max)])
  func aHeaderLengthAboveTheLimitIsMalformed(_ length: UInt64) throws {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + Array("{}".utf8)
    let error = expectError(.fileMalformed) { try open(bytes) }
    #expect(error?.message == "the header claims \(length) bytes; more than 100000000 are not accepted")
  }

  @Test func aHeaderLongerThanTheFileIsMalformed() throws {
    let error = expectError(.fileMalformed) { try open([100, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)) }
    #expect(error?.message == "the header claims 100 bytes, but the file has 10 in total")
  }

  /// Headers, the bytes of data after them, and a part of what is said of them.
  static let malformed: [(header: String, data: Int, says: String)] = [
    ("", 0, "does not start with '{'"),
    (" {}", 0, "does not start with '{'"),
    ("[]", 0, "does not start with '{'"),
    ("{", 0, "has no '\"' at byte 9"),
    ("{}x", 0, "has no end at byte 10"),
    ("{}", 1, "has 1 byte after the last element"),
    (#"{"a":1}"#, 0, "has no '{' at byte 13"),
    (#"{"a":{}}"#, 0, "'a' has no 'dtype'"),
    (#"{"a":{"dtype":"U8"}}"#, 0, "'a' has no 'shape'"),
    (#"{"a":{"dtype":"U8","shape":[0]}}"#, 0, "'a' has no 'data_offsets'"),
    (tensor(offsets: "[]"), 1, "'a' has no 'data_offsets'"),
    (tensor(offsets: "[0]"), 1, "'a' has no 'data_offsets'"),
    (tensor(offsets: "[0,1,1]"), 1, "'a' has no 'data_offsets'"),
    (tensor(offsets: "[-1,0]"), 1, "integer from 0"),
    (tensor(offsets: "[0,1.0]"), 1, "integer from 0"),
    (tensor(offsets: "[0,1e0]"), 1, "integer from 0"),
    (tensor(offsets: "[0,NaN]"), 1, "integer from 0"),
    (tensor(offsets: "[0,Infinity]"), 1, "integer from 0"),
    (tensor(offsets: "[0,01]"), 1, "integer from 0"),
    (tensor(offsets: #"["0","1"]"#), 1, "integer from 0"),
    (tensor(offsets: "[0,null]"), 1, "integer from 0"),
    (tensor(offsets: "[0,[1]]"), 1, "integer from 0"),
    (tensor(offsets: "null"), 1, "has no '['"),
    (tensor(offsets: "[0,9223372036854775808]"), 1, "integer of at most 63 bits"),
    (tensor(offsets: "[0,99999999999999999999999999]"), 1, "integer of at most 63 bits"),
    (tensor(offsets: "[0,9223372036854775807]"), 1, "its shape needs 1"),
    (tensor(offsets: "[9223372036854775806,9223372036854775807]"), 1, "extends beyond the end"),
    (tensor(offsets: "[1,0]"), 1, "ends before it begins"),
    (tensor(offsets: "[0,2]"), 2, "has 2 bytes; its shape needs 1"),
    (tensor(offsets: "[1,2]"), 2, "no tensor uses the 1 byte before 'a'"),
    (tensor(offsets: "[0,1]"), 0, "extends beyond the end"),
    (tensor(offsets: "[0,1]"), 2, "has 1 byte after the last element"),
    (tensor(shape: "[-1]", offsets: "[0,1]"), 1, "integer from 0"),
    (tensor(shape: "[4294967296,4294967296]", offsets: "[0,0]"), 0, "is invalid"),
    (tensor(shape: "[0,4294967296,4294967296]", offsets: "[0,0]"), 0, "is invalid"),
    (tensor(shape: "[9223372036854775807]", offsets: "[0,9223372036854775807]"), 0, "extends beyond the end"),
    (tensor(shape: "[1],\"shape\":[1]", offsets: "[0,1]"), 1, "the key 'shape' twice"),
    (
      #"{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"#
        + #""a":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}"#, 2, "the key 'a' twice"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"#
        + #""\u0061":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}"#, 2, "the key 'a' twice"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
        + #""b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3, "another tensor overlaps 'b' by 1 byte"
    ),
    (#"{"__metadata__":{"k":1}}"#, 0, "has no '\"'"),
    (#"{"__metadata__":{"k":"1","k":"2"}}"#, 0, "the key 'k' twice"),
    (#"{"__metadata__":{},"__metadata__":{}}"#, 0, "the key '__metadata__' twice"),
    (#"{"__metadata__":[]}"#, 0, "has no '{'"),
    (#"{"__metadata__":{"k":"\ud800"}}"#, 0, "complete surrogate pair"),
    (#"{"__metadata__":{"k":"\udc00"}}"#, 0, "complete surrogate pair"),
    (#"{"__metadata__":{"k":"\ud800\u0041"}}"#, 0, "second half of a surrogate pair"),
    (#"{"__metadata__":{"k":"\u00g0"}}"#, 0, "four hexadecimal digits"),
    (#"{"__metadata__":{"k":"\u00"#, 0, "four hexadecimal digits"),
    (#"{"__metadata__":{"k":"\x"}}"#, 0, "known escape"),
    ("{\"__metadata__\":{\"k\":\"\n\"}}", 0, "printable character"),
    (#"{"__metadata__":{"k":"v",}}"#, 0, "has no '\"'"),
    (#"{"__metadata__":{"k" "v"}}"#, 0, "has no ':'"),
  ]

  static func tensor(shape: String = "[1]", offsets: String) -> String {
    #"{"a":{"dtype":"U8","shape":\#(shape),"data_offsets":\#(offsets)}}"#
  }

  @Test func headersThatBreakTheFormatAreMalformedAndSayWhy() throws {
    for (header, data, says) in Self.malformed {
      let error = expectError(.fileMalformed, "\(header)") {
        try open(framed(header) + [UInt8](repeating: 0, count: data))
      }
      #expect(error?.message.contains(says) == true, "\(header): \(error?.message ?? "")")
      #expect(error?.place.file == folder("x.safetensors"))
    }
  }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
  func textThatIsNotUTF8IsMalformed(_ text: [UInt8]) throws {
    let header = Array(#"{"__metadata__":{"k":""#.utf8) + text + Array("\"}}".utf8)
    let error = expectError(.fileMalformed) { try open(framed(header)) }
    #expect(error?.message == "the header's string at byte 30 of the file is not valid UTF-8")
  }

  @Test(arguments: ["[", "{\"k\":"])
  func deepNestingIsMalformed(_ opening: String) throws {
    let header = #"{"a":{"x":"# + String(repeating: opening, count: 100_000)
    let error = expectError(.fileMalformed) { try open(framed(header)) }
    #expect(error?.message.contains("is nested deeper than 128") == true)
  }

  @Test func whatTheReferenceAcceptsIsAccepted() throws {
    try open(framed(#"{"__metadata__":null}"#))
    try open(framed("{ \"a\" : {\"shape\":[ ],\r\n\t\"data_offsets\":[0 ,1],\"dtype\":\"U8\"} }  ") + [1])
    try open(
      framed(#"{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"more":[{"x":-1.5e+3},true,false,null,"s"]}}"#) + [1])
    // Neither sorted nor aligned.
    try open(
      framed(
        #"{"b":{"dtype":"F32","shape":[],"data_offsets":[1,5]},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#)
        + [1, 0, 0, 0, 0])
  }

  @Test func namesInErrorsAreShortAndPlain() throws {
    let name = #"\u001b[2J\n"# + String(repeating: "x", count: 1_000_000)
    let header = #"{"\#(name)":{"dtype":"U8","shape":[1],"data_offsets":[0,2]}}"#
    let error = expectError(.fileMalformed) { try open(framed(header) + [0, 0]) }
    let shown = #"\u{1B}[2J\u{A}"# + String(repeating: "x", count: 115) + "…"
    #expect(error?.message == "'\(shown)' has 2 bytes; its shape needs 1")
    let sizes = [String](repeating: "2", count: 100_000).joined(separator: ",")
    let long = expectError(.fileMalformed) {
      try open(framed(Self.tensor(shape: "[\(sizes)]", offsets: "[0,1]")) + [0])
    }
    #expect(
      long?.message == "the shape [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, …] of 'a', uint8, is invalid")
  }

  @Test func anElementTypeThatIsNotKnownIsUnsupported() throws {
    let header = #"{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#
    let error = expectError(.fileUnsupported) { try open(framed(header) + [0]) }
    #expect(error?.message == "'a' has elements of type F4, which are not supported")
  }
}
