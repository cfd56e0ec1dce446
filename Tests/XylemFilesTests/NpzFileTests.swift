import XylemTestSupport
import Foundation
import Testing
import XylemErrors

@testable import XylemFiles

@Suite struct NpzFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func arrays() throws -> [(name: String, array: HostArray)] {
    [
      ("layer3", try HostArray([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])),
      ("größe", try HostArray([7] as [Int64], shape: [])), ("empty", try HostArray([] as [Double], shape: [0, 4])),
      ("flags", try HostArray([true, false], shape: [2])),
    ]
  }

  @Test func whatIsWrittenIsReadBackAndTheSameBytesEachTime() throws {
    let path = folder("x.npz")
    try NpzFile.write(arrays(), to: path)
    let first = try contents(path)
    let file = try NpzFile(path)
    #expect(file.names == ["layer3", "größe", "empty", "flags"])
    for (name, array) in try arrays() {
      let read = try file.array(name)
      #expect(read == array)
    }
    try NpzFile.write(arrays(), to: path)
    let second = try contents(path)
    #expect(first == second)
  }

  @Test func numpysOwnFilesAreRead() throws {
    for name in ["stored.npz", "compressed.npz"] {
      let file = try NpzFile(Fixtures.path("files/" + name))
      #expect(file.names == ["x", "y"])
      let x = try file.array("x")
      #expect(try x.doubles() == (0..<600).map { Double($0 % 7) } && x.shape == [20, 30])
      #expect(try file.array("y").dtype == .int16)
    }
  }

  @Test func aFileCutShortOrChangedAnywhereIsReadOrAnError() throws {
    let whole = try contents(Fixtures.path("files/compressed.npz"))
    func read(_ bytes: [UInt8]) throws {
      let path = try folder.write(bytes, "y.npz")
      let file = try NpzFile(path)
      for name in file.names { _ = try file.array(name) }
    }
    for count in whole.indices { #expect(throws: XylemError.self, "\(count)") { try read(Array(whole.prefix(count))) } }
    for index in whole.indices {
      for byte in [whole[index] ^ 1, ~whole[index], 0xFF] as [UInt8] {
        var changed = whole
        changed[index] = byte
        do { try read(changed) } catch let error as XylemError {
          #expect([.fileMalformed, .fileUnsupported].contains(error.id), "byte \(index): \(error)")
        }
      }
    }
  }

  @Test func whatNumpyLacksAndNamesThatAreThereTwiceAreErrors() throws {
    let half = try HostArray(dtype: .bfloat16, shape: [1], bytes: [0, 0])
    expectError(.fileUnsupported) { try NpzFile.write([("a", half)], to: folder("z.npz")) }
    let twice = try arrays().prefix(1) + arrays().prefix(1)
    expectError(.fileUnsupported) { try NpzFile.write(Array(twice), to: folder("z.npz")) }
    #expect(try folder.names == [])
  }
}

/// Files that were given for a model.
@Suite struct ForeignFileTests {
  @Test(arguments: [
    ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", ForeignFile.lfsPointer),
    ("<!DOCTYPE html><html><title>Virus scan warning</title></html>", .page), ("\n  <HTML>", .page), ("", .empty),
    ("GGUF....", .other("a GGUF file")), ("%PDF-1.7", .other("a PDF document")),
    ("{\"a\": 1}", .other("a JSON file")), ("hello", .other("not a zip archive")),
    ("\u{8}\u{7}\u{12}\u{7}pytorch", .other("an ONNX model")),
  ])
  func aFileIsRecognisedByItsStart(_ content: String, _ kind: ForeignFile) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(content.utf8), "model.pt")
    #expect(try ForeignFile(path) == kind)
  }

  @Test(arguments: [
    ("bad/state_dict.pt", ForeignFile.stateDict), ("bad/pickle_not_archive.pt", .stateDict),
    ("bad/plain_pickle.pt", .pickle), ("files/tiny.safetensors", .stateDict), ("files/stored.npz", .arrays),
    ("bad/whole_module.pt", .wholeModule("torch.nn.modules.container.Sequential")),
    ("files/float32.npy", .other("a .npy array")), ("images/chelsea.png", .other("a PNG image")),
  ])
  func aFixtureIsRecognised(_ name: String, _ kind: ForeignFile) throws {
    #expect(try ForeignFile(Fixtures.path(name)) == kind)
  }

  @Test(arguments: ["bad/truncated.pt", "bad/bad_code.pt", "constructs/arithmetic.pt"])
  func anArchiveIsLeftToTheRuntimeDamagedOrNot(_ name: String) throws {
    #expect(try ForeignFile(Fixtures.path(name)) == nil)
  }

  @Test func aFolderAndAPipeAreRefusedAndNotWaitedFor() throws {
    let folder = try TemporaryFolder()
    expectError(.fileUnreadable) { _ = try ForeignFile(folder("")) }
    #expect(mkfifo(folder("pipe.pt"), 0o600) == 0)
    expectError(.fileUnreadable) { _ = try ForeignFile(folder("pipe.pt")) }
    expectError(.fileUnreadable) { _ = try NpyFile.read(folder("pipe.pt")) }
  }
}
