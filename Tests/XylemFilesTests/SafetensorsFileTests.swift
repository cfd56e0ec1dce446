import XylemTestSupport
import Foundation
import Testing
import XylemErrors

@testable import XylemFiles

@Suite struct SafetensorsFileTests {
  @Test func tensorsThatNumpyWroteAreRead() throws {
    let file = try SafetensorsFile(Fixtures.path("files/numpy.safetensors"))
    #expect(Set(file.names.map { Array($0.utf8) }) == Set(try GoldenTensors.numpy.map { Array($0.name.utf8) }))
    for (name, array) in try GoldenTensors.numpy {
      #expect(try file.array(name) == array, "\(name)")
      #expect(file.entry(name)?.dtype == array.dtype)
      #expect(file.entry(name)?.shape == array.shape)
    }
    #expect(file.metadata == GoldenTensors.numpyMetadata)
  }

  @Test func tensorsThatTorchWroteAreRead() throws {
    let file = try SafetensorsFile(Fixtures.path("files/torch.safetensors"))
    #expect(file.names == ["c64", "f32", "bf16", "u16", "e4m3", "e5m2"])
    for (name, array) in try GoldenTensors.torch { #expect(try file.array(name) == array, "\(name)") }
    #expect(file.metadata == ["format": "pt"])
  }

  @Test func aFileWithoutTensorsIsAFile() throws {
    let file = try SafetensorsFile(Fixtures.path("files/nothing.safetensors"))
    #expect(file.names.isEmpty)
    #expect(file.metadata.isEmpty)
  }

  @Test func namesThatOnlyLookTheSameAreDistinct() throws {
    let file = try SafetensorsFile(Fixtures.path("files/numpy.safetensors"))
    #expect(try file.array("e\u{301}").shape == [1])
    #expect(try file.array("\u{E9}").shape == [2])
  }

  @Test func lentBytesAreTheTensors() throws {
    let file = try SafetensorsFile(Fixtures.path("files/torch.safetensors"))
    for name in file.names {
      let lent = try file.withBytes(of: name) { span in
        (0..<span.byteCount).map { span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
      }
      #expect(try lent == file.array(name).bytes)
    }
    let empty = try SafetensorsFile(Fixtures.path("files/numpy.safetensors")).withBytes(of: "empty") { $0.byteCount }
    #expect(empty == 0)
  }

  @Test func anUnknownNameOffersTheNearest() throws {
    let file = try SafetensorsFile(Fixtures.path("files/numpy.safetensors"))
    #expect(file.entry("scalr") == nil)
    let error = expectError(.runtimeTensor) { _ = try file.array("scalr") }
    #expect(error?.message == "the file has no tensor 'scalr'")
    #expect(error?.remedies == ["use 'scalar'"])
    expectError(.runtimeTensor) { try file.withBytes(of: "") { _ in } }
  }

  @Test func missingFilesAndFoldersAreErrors() throws {
    let folder = try TemporaryFolder()
    expectError(.fileNotFound) { _ = try SafetensorsFile(folder("none.safetensors")) }
    expectError(.fileNotFound) { _ = try SafetensorsFile(Fixtures.path("files/tiny.safetensors/x")) }
    expectError(.fileNotFound) { _ = try SafetensorsFile("") }
    expectError(.fileUnreadable) { _ = try SafetensorsFile(folder.path) }
    expectError(.fileUnreadable) { _ = try SafetensorsFile("/dev/null") }
    expectError(.fileUnreadable) { _ = try SafetensorsFile("a\0b") }
    #expect(mkfifo(folder("pipe"), 0o600) == 0)
    expectError(.fileUnreadable, "a pipe must not be waited for") { _ = try SafetensorsFile(folder("pipe")) }
  }

  @Test func aFileCutShortAfterOpeningIsAnErrorAndNoSignal() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Fixtures.bytes("files/tiny.safetensors"), "x.safetensors")
    let file = try SafetensorsFile(path)
    #expect(truncate(path, 10) == 0)
    expectError(.fileMalformed) { _ = try file.array("x") }
  }

  @Test func aHugeFileOpensAtOnceAndOneTensorIsReadAlone() throws {
    let folder = try TemporaryFolder()
    let size = 1 << 31
    let header = """
      {"big":{"dtype":"U8","shape":[\(size)],"data_offsets":[0,\(size)]},\
      "last":{"dtype":"F32","shape":[2],"data_offsets":[\(size),\(size + 8)]}}
      """
    let path = try folder.write(framed(header), "huge.safetensors")
    #expect(truncate(path, 8 + header.utf8.count + size + 8) == 0)
    let clock = ContinuousClock()
    let time = try clock.measure {
      let file = try SafetensorsFile(path)
      #expect(file.names == ["big", "last"])
      #expect(try file.array("last").floats() == [0, 0])
      #expect(try file.withBytes(of: "big") { $0.byteCount } == size)
    }
    #expect(time < .seconds(1))
  }
}

/// A header with its length before it.
func framed(_ header: String) -> [UInt8] { framed(Array(header.utf8)) }

/// A header with its length before it.
func framed(_ header: [UInt8]) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) } + header
}
