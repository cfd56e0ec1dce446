import Glibc
import Testing
import XylemErrors
import XylemTensor
import XylemTestSupport

@testable import XylemFiles
@testable import XylemScript

extension RuntimeTests {
  /// Files that were damaged, or made to do harm. A crash ends the test process.
  @Suite struct StateDictHostileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Reads a file and touches every element of what is in it.
    private func read(_ bytes: [UInt8]) throws {
      // Foundation waits for the disk after each file, and this is done thousands of times.
      let path = folder("x.pth")
      let file = try #require(fopen(path, "w"))
      #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
      #expect(fclose(file) == 0)
      defer { unlink(path) }
      for (_, tensor) in try StateDictFile.read(path) where try tensor.count < 1 << 20 { _ = try tensor.hostArray() }
    }

    @Test(arguments: ["dict.pth", "legacy_types.pth", "legacy_python2.pth", "legacy_checkpoint.pth"])
    func aFileCutShortAnywhereIsAnError(_ name: String) throws {
      let whole = try contents(Fixtures.path("states/" + name))
      for count in whole.indices {
        #expect(throws: XylemError.self, "cut at \(count)") { try read(Array(whole.prefix(count))) }
      }
    }

    @Test(arguments: ["dict.pth", "deflated.pth", "protocol_4.pth", "legacy_types.pth", "legacy_python2.pth"])
    func aFileWithAnyByteChangedIsReadOrAnError(_ name: String) throws {
      let whole = try contents(Fixtures.path("states/" + name))
      let ids: Set<ErrorID> = [.fileMalformed, .fileUnsupported, .fileUnreadable]
      for index in whole.indices {
        for byte in [whole[index] ^ 1, ~whole[index], 0x72] as [UInt8] {
          var changed = whole
          changed[index] = byte
          do { try read(changed) } catch let error as XylemError {
            #expect(ids.contains(error.id), "byte \(index) as \(byte): \(error)")
          }
        }
      }
    }

    /// A zip file of `torch.save` around a pickle, with a record of 16 bytes as `data/0`.
    private func archive(_ pickle: [UInt8]) throws -> [UInt8] {
      let path = folder("made.pth")
      try AtomicFile.write(path) { (file) throws(XylemError) in
        try withUnsafeMutablePointer(to: &file) { (file) throws(XylemError) in
          let writer = try ArchiveRecordWriter(file, path: path)
          for (name, bytes) in [("data.pkl", pickle), ("data/0", [UInt8](repeating: 1, count: 16))] {
            let result: Result<Void, XylemError> = bytes.withUnsafeBytes { bytes in
              do throws(XylemError) { return .success(try writer.add(name, bytes)) } catch { return .failure(error) }
            }
            try result.get()
          }
          try writer.finish()
        }
      }
      return try contents(path)
    }

    /// The pickle of a dictionary with one float32 tensor of the given pieces.
    private func pickle(
      count: String = "K\u{04}", offset: String = "K\u{00}", sizes: String = "K\u{04}\u{85}",
      strides: String = "K\u{01}\u{85}"
    ) -> [UInt8] {
      let text =
        "\u{80}\u{02}}X\u{01}\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\u{07}\0\0\0storagectorch\nFloatStorage\n"
        + "X\u{01}\0\0\u{00}0X\u{03}\0\0\0cpu\(count)tQ\(offset)\(sizes)\(strides)\u{89})tRs."
      return text.unicodeScalars.map { UInt8($0.value) }
    }

    @Test func aTensorOfImpossibleNumbersIsAnError() throws {
      try read(archive(pickle()))
      try read(archive(pickle(count: "K\u{03}", sizes: "K\u{02}\u{85}")))
      let huge = "\u{8A}\u{08}\0\0\0\0\0\0\0\u{40}"
      let negative = "J\u{FF}\u{FF}\u{FF}\u{FF}"
      let bad: [[UInt8]] = [
        pickle(count: "K\u{05}"), pickle(count: huge), pickle(count: negative), pickle(offset: "K\u{01}"),
        pickle(offset: huge), pickle(offset: negative), pickle(sizes: "K\u{05}\u{85}"), pickle(sizes: huge + "\u{85}"),
        pickle(sizes: negative + "\u{85}"), pickle(strides: "K\u{02}\u{85}"), pickle(strides: huge + "\u{85}"),
        pickle(strides: negative + "\u{85}"), pickle(strides: ")"), pickle(sizes: ")"),
        pickle(sizes: huge + huge + "\u{86}", strides: "K\0K\0\u{86}"),
        pickle(sizes: "K\0" + huge + huge + "\u{87}", strides: "K\0K\0K\0\u{87}"), pickle(sizes: "N\u{85}"),
      ]
      for (index, bytes) in bad.enumerated() {
        expectError(.fileMalformed, "case \(index)") { try read(archive(bytes)) }
      }
    }

    /// A file of the format before PyTorch 1.6 with one storage of four float32 numbers.
    private func legacy(_ pickle: [UInt8], keys: String = "]q\0X\u{01}\0\0\u{00}0a.", count: Int = 4) -> [UInt8] {
      func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }
      var file: [UInt8] =
        [0x80, 2] + [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19] + bytes(".")
      file += [0x80, 2] + bytes("M\u{E9}\u{03}.") + [0x80, 2] + bytes("}.") + pickle + [0x80, 2] + bytes(keys)
      return file + (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + [UInt8](repeating: 1, count: 16)
    }

    @Test func aStorageOfTheOldFormatThatClaimsMoreThanTheFileHasIsAnError() throws {
      try read(legacy(pickle()))
      for count in [5, 1 << 20, 1 << 61, Int.max, -1] {
        expectError(.fileMalformed, "\(count)") { try read(legacy(pickle(), count: count)) }
      }
      expectError(.fileMalformed) { try read(legacy(pickle(), count: 3)) }
      expectError(.fileMalformed) { try read(legacy(pickle(), keys: "].")) }
      expectError(.fileMalformed) { try read(legacy(pickle(), keys: "}.")) }
      expectError(.fileMalformed) { try read(legacy(pickle(), keys: "]q\0X\u{01}\0\0\u{00}9a.")) }
      expectError(.fileMalformed) { try read(legacy(pickle(count: "K\u{05}"))) }
    }

    @Test func dictionariesThatHoldEachOtherEnd() throws {
      // d0 = {"w": tensor}; d1 = {"a": d0, "b": d0}; … : two to the power of the depth paths, of which each dictionary gets one.
      func nested(_ depth: Int) throws -> String {
        var bytes = Array(pickle().dropLast())
        for _ in 0..<depth {
          bytes += [UInt8(ascii: "q"), 9] + Array("}(X\u{01}\0\0\0ah\u{09}X\u{01}\0\0\0bh\u{09}u".utf8)
        }
        return try folder.write(archive(bytes + Array(".".utf8)), "x.pth")
      }
      let file = try StateDictReader(nested(15))
      #expect(file.entries.map(\.key) == [String(repeating: "a.", count: 15) + "w"])
      #expect(file.dictionaries.count == 15 && file.others.count == 15)
      // The tensor lies deeper than dictionaries are gone through.
      expectError(.fileUnsupported) { _ = try StateDictReader(nested(60)) }
    }

    @Test func aTensorSavedFromAnotherDeviceIsReadToTheCPU() throws {
      let cpu = Array("X\u{03}\0\0\0cpu".utf8)
      let bytes = pickle().split(separator: cpu).joined(separator: Array("X\u{06}\0\0\0cuda:0".utf8))
      let entries = try StateDictFile.read(folder.write(archive(Array(bytes)), "x.pth"))
      #expect(try entries.map { try $0.tensor.device } == ["cpu"])
      #expect(try entries[0].tensor.hostArray().bytes == [UInt8](repeating: 1, count: 16))
    }

    @Test func aTensorWithoutStepsMayBeLargerThanItsRecord() throws {
      let path = try folder.write(
        archive(pickle(sizes: "\u{8A}\u{06}\0\0\0\0\0\u{01}\u{85}", strides: "K\0\u{85}")), "x.pth")
      let entries = try StateDictFile.read(path)
      #expect(try entries.map { try $0.tensor.sizes } == [[1 << 40]])
      expectError(.runtimeOperator) { try StateDictFile.write(entries, to: folder("y.pth")) }
    }

    @Test func picklesThatAskForMuchAreErrorsOrSmall() throws {
      let nested = [0x80, 2, UInt8(ascii: ")")] + [UInt8](repeating: 0x85, count: 1_000_000) + Array(".".utf8)
      expectError(.fileUnsupported) { try read(archive(nested)) }
      let memo = [0x80, 2, UInt8(ascii: "}"), UInt8(ascii: "r"), 0xFF, 0xFF, 0xFF, 0xFF] + Array(".".utf8)
      try read(archive(memo))
      let text = [0x80, 2, UInt8(ascii: "X"), 0xFF, 0xFF, 0xFF, 0xFF] + Array("abc.".utf8)
      expectError(.fileMalformed) { try read(archive(text)) }
      let long = [0x80, 4, 0x8D] + [UInt8](repeating: 0xFF, count: 8) + Array("abc.".utf8)
      expectError(.fileMalformed) { try read(archive(long)) }
      let itself = [0x80, 2] + Array("}q\0X\u{01}\0\0\0ah\0s.".utf8)
      expectError(.fileUnsupported) { try read(archive(itself)) }
    }

    @Test func nothingThatAPickleNamesIsCalled() throws {
      let call = [0x80, 2] + Array("cos\nsystem\n(X\u{05}\0\0\0falsetR.".utf8)
      let error = expectError(.fileUnsupported) { try read(archive(call)) }
      #expect(
        error?.message == "the file holds an object of the class os.system, which only Python can load")
    }

    @Test(arguments: 0..<64)
    func picklesOfRandomInstructionsAreErrorsOrRead(_ seed: Int) throws {
      var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
      let codes =
        Array("(()]}tlaesu0012NKKKqhcRQb.".utf8) + [0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x92, 0x93, 0x94]
      for _ in 0..<500 {
        var bytes: [UInt8] = [0x80, 2]
        for _ in 0..<40 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          bytes.append(codes[Int(state >> 33) % codes.count])
          if [UInt8(ascii: "K"), UInt8(ascii: "q"), UInt8(ascii: "h")].contains(bytes[bytes.count - 1]) {
            bytes.append(UInt8(state >> 60 & 3))
          }
        }
        do throws(XylemError) {
          _ = try StateDictPickle(PickleReader.read(bytes, path: "x"), path: "x")
        } catch {
          #expect([.fileMalformed, .fileUnsupported].contains(error.id))
        }
      }
    }
  }
}
