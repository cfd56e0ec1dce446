import XylemTestSupport
import Testing
import XylemErrors

@testable import XylemFiles

@Suite struct NpyHostileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ bytes: [UInt8]) throws -> HostArray { try NpyFile.read(folder.write(bytes, "x.npy")) }

  @Test func aFileCutShortAnywhereIsMalformed() throws {
    for name in ["float32.npy", "version2.npy", "fortran_int16.npy", "scalar.npy"] {
      let whole = try Fixtures.bytes("files/" + name)
      for count in 0..<whole.count {
        expectError(.fileMalformed, "\(name) cut at \(count)") { _ = try read(Array(whole.prefix(count))) }
      }
    }
  }

  @Test func aFileWithAnyByteChangedIsReadOrAnError() throws {
    let whole = try Fixtures.bytes("files/fortran_int16.npy")
    for index in whole.indices {
      for byte in [0, 0x27, 0x28, 0x2C, 0x2D, 0x39, 0x5B, 0x7B, 0x80, 0xFF, whole[index] ^ 1] as [UInt8] {
        var changed = whole
        changed[index] = byte
        do {
          _ = try read(changed)
        } catch let error as XylemError {
          #expect([.fileMalformed, .fileUnsupported].contains(error.id), "byte \(index) as \(byte): \(error)")
        }
      }
    }
  }

  static let malformed: [(header: String, says: String)] = [
    ("", "has no value at byte 11"),
    ("{", "has no value at byte 12"),
    ("()", "has no dictionary"),
    ("{}", "'fortran_order' in the header is not True or False"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (), }", "'fortran_order' in the header is not"),
    ("{'descr': '<f4', 'fortran_order': False, }", "'shape' in the header is not a tuple"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1), }", "'shape' in the header is not a tuple"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': [1], }", "'shape' in the header is not a tuple"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "not a tuple of sizes"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (True,), }", "not a tuple of sizes"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808,), }", "not a tuple of sizes"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,), }", "has no integer"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1e3,), }", "has no integer"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (nan,), }", "has no value"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2**3,), }", "has no ')'"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (,), }", "has no value"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "is invalid"),
    ("{'descr': '<f4', 'fortran_order': True, 'shape': (0, 4294967296, 4294967296), }", "is invalid"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }", "the array needs 4000000000000 bytes"),
    ("{'descr': 1, 'fortran_order': False, 'shape': (), }", "'descr' in the header is not a description"),
    ("{'fortran_order': False, 'shape': (), }", "'descr' in the header is not a description"),
    ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (), }", "the key 'descr' twice"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1, }", "the unknown key 'more'"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (), } x", "has no end"),
    ("{'descr': '<f4, 'fortran_order': False, 'shape': (), }", "has no '}'"),
    ("{'descr': '<f4\\x', 'fortran_order': False, 'shape': (), }", "known escape"),
    ("{'descr", "has no closing quote"),
    ("{1: 2}", "has no string as a key"),
    ("__import__('os')", "has no value"),
    (String(repeating: "(", count: 60_000), "is nested deeper than 32"),
    (String(repeating: "{'a':", count: 12_000), "is nested deeper than 32"),
  ]

  @Test func headersThatBreakTheFormatAreMalformedAndSayWhy() throws {
    for (header, says) in Self.malformed {
      let error = expectError(.fileMalformed, "\(header.prefix(99))") { _ = try read(npy(header)) }
      #expect(error?.message.contains(says) == true, "\(header.prefix(99)): \(error?.message ?? "")")
    }
  }

  @Test func bytesAfterTheArrayAreMalformed() throws {
    let error = expectError(.fileMalformed) { _ = try NpyFile.read(Fixtures.path("files/bad_two_arrays.npy")) }
    #expect(error?.message == "the file has 140 bytes after the last element")
  }

  @Test func otherMagicAndVersionsAreRefused() throws {
    let whole = try Fixtures.bytes("files/float32.npy")
    var other = whole
    other[0] = 0x94
    expectError(.fileMalformed) { _ = try read(other) }
    for version: [UInt8] in [[0, 0], [4, 0], [1, 1], [255, 255]] {
      other = whole
      other.replaceSubrange(6..<8, with: version)
      let error = expectError(.fileUnsupported) { _ = try read(other) }
      #expect(error?.message == "npy files of version \(version[0]).\(version[1]) are not supported")
    }
  }

  @Test func aHeaderOfFourGigabytesIsMalformed() throws {
    let error = expectError(.fileMalformed) { _ = try read(NpyHeader.magic + [2, 0, 255, 255, 255, 255]) }
    #expect(error?.message == "the header claims 4294967295 bytes; more than 1048576 are not accepted")
  }

  @Test func descriptionsWithoutAByteOrderAreTheMachines() throws {
    for description in ["f4", "=f4", "|f4"] {
      let header = "{\"shape\": (1,), 'fortran_order': False, 'descr': '\(description)'}"
      #expect(try read(npy(header, [0, 0, 0x80, 0x3F])).floats() == [1])
    }
    expectError(.fileUnsupported) { _ = try read(npy("{'descr': '', 'fortran_order': False, 'shape': ()}")) }
    expectError(.fileUnsupported) { _ = try read(npy("{'descr': '<', 'fortran_order': False, 'shape': ()}")) }
    expectError(.fileUnsupported) { _ = try read(npy("{'descr': '<f16', 'fortran_order': False, 'shape': ()}")) }
  }
}
