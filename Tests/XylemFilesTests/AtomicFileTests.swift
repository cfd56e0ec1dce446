import XylemTestSupport
import Foundation
import Testing
import XylemErrors

@testable import XylemFiles

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func permissions(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? -1
  }

  @Test func aNewFileHoldsWhatWasAppended() throws {
    let big = [UInt8](repeating: 7, count: 200_000)
    try AtomicFile.write(folder("x")) { (file) throws(XylemError) in
      try file.append("häuser\n")
      try file.append([])
      try file.append(big)
      try file.append([1, 2, 3])
    }
    #expect(try contents(folder("x")) == Array("häuser\n".utf8) + big + [1, 2, 3])
    #expect(try folder.names == ["x"])
  }

  @Test func aNewFileHasThePermissionsThatTheUmaskLeaves() throws {
    try AtomicFile.write("", to: folder("x"))
    #expect(FileManager.default.createFile(atPath: folder("y"), contents: nil))
    let descriptor = open(folder("z"), O_CREAT | O_WRONLY, 0o666)
    close(descriptor)
    #expect(try permissions(folder("x")) == permissions(folder("z")))
  }

  @Test func anErrorInTheBodyLeavesTheTargetAndNothingElse() throws {
    try AtomicFile.write("old", to: folder("x"))
    for name in ["x", "new"] {
      let error = expectError(.usage) {
        try AtomicFile.write(folder(name)) { (file) throws(XylemError) in
          try file.append([UInt8](repeating: 0, count: 100_000))
          throw XylemError(.usage, "thrown by the body")
        }
      }
      #expect(error?.message == "thrown by the body")
    }
    #expect(try folder.names == ["x"])
    #expect(try contents(folder("x")) == Array("old".utf8))
  }

  @Test func anExistingFileKeepsItsPermissions() throws {
    for mode in [0o600, 0o640, 0o755] {
      try AtomicFile.write("old", to: folder("x"))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder("x"))
      try AtomicFile.write("new", to: folder("x"))
      #expect(try permissions(folder("x")) == mode)
      #expect(try contents(folder("x")) == Array("new".utf8))
    }
  }

  @Test func aLinkStaysAndWhatItLeadsToIsReplaced() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: folder("sub"), withIntermediateDirectories: false)
    try AtomicFile.write("old", to: folder("sub/x"))
    try files.createSymbolicLink(atPath: folder("sub/near"), withDestinationPath: "x")
    try files.createSymbolicLink(atPath: folder("link"), withDestinationPath: "sub/near")
    try AtomicFile.write("new", to: folder("link"))
    #expect(try contents(folder("sub/x")) == Array("new".utf8))
    #expect(try files.destinationOfSymbolicLink(atPath: folder("link")) == "sub/near")
    #expect(try files.contentsOfDirectory(atPath: folder("sub")).sorted() == ["near", "x"])
    try files.createSymbolicLink(atPath: folder("dangling"), withDestinationPath: folder("sub/made"))
    try AtomicFile.write("made", to: folder("dangling"))
    #expect(try contents(folder("sub/made")) == Array("made".utf8))
    try files.createSymbolicLink(atPath: folder("circle"), withDestinationPath: "circle")
    let error = expectError(.fileUnwritable) { try AtomicFile.write("", to: folder("circle")) }
    #expect(error?.message == "the file can't be written: its links form a cycle")
  }

  @Test func aRelativePathIsTakenFromTheWorkingFolder() throws {
    let name = "xylem-test-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: name) }
    try AtomicFile.write("here", to: name)
    #expect(try contents(FileManager.default.currentDirectoryPath + "/" + name) == Array("here".utf8))
  }

  @Test func aNameAsLongAsTheSystemAllowsIsWritten() throws {
    let name = String(repeating: "n", count: 255)
    try AtomicFile.write("x", to: folder(name))
    #expect(try folder.names == [name])
    let error = expectError(.fileUnwritable) { try AtomicFile.write("x", to: folder(name + "n")) }
    #expect(error?.message == "the file can't be written: its name is too long")
  }

  @Test func aMissingFolderIsNamedWithTheWayOut() throws {
    let error = expectError(.fileUnwritable) { try AtomicFile.write("x", to: folder("it's/no/x")) }
    let missing = folder("it's/no")
    #expect(error?.message == "the file can't be written: the folder '\(missing)' does not exist")
    #expect(error?.remedies == ["mkdir -p '\(folder("it"))'\\''s/no'"])
    #expect(error?.place.file == folder("it's/no/x"))
  }

  @Test func aFolderThatIsAFileAndAFileThatIsAFolderAreErrors() throws {
    try AtomicFile.write("x", to: folder("x"))
    let inFile = expectError(.fileUnwritable) { try AtomicFile.write("x", to: folder("x/y")) }
    #expect(inFile?.message == "the file can't be written: '\(folder("x"))' is not a folder")
    for path in [folder.path, folder.path + "/", ".", "/"] {
      let error = expectError(.fileUnwritable) { try AtomicFile.write("x", to: path) }
      #expect(error?.message == "the file can't be written: a folder has that name")
    }
    expectError(.fileUnwritable) { try AtomicFile.write("x", to: folder("new/")) }
    expectError(.fileUnwritable) { try AtomicFile.write("x", to: "") }
    expectError(.fileUnwritable) { try AtomicFile.write("x", to: folder("a\0b")) }
    #expect(try folder.names == ["x"])
  }

  @Test func aPipeGetsTheBytesAndStaysAPipe() throws {
    let pipe = Pipe()
    try AtomicFile.write("through", to: "/dev/fd/\(pipe.fileHandleForWriting.fileDescriptor)")
    try pipe.fileHandleForWriting.close()
    #expect(try pipe.fileHandleForReading.readToEnd() == Data("through".utf8))
  }

  @Test func anOpenFileIsWrittenOnWhereItStands() throws {
    let descriptor = open(folder("log"), O_CREAT | O_WRONLY | O_APPEND, 0o600)
    defer { close(descriptor) }
    try AtomicFile.write("one ", to: "/dev/fd/\(descriptor)")
    try AtomicFile.write("two", to: "/proc/self/fd/\(descriptor)")
    #expect(try contents(folder("log")) == Array("one two".utf8))
    #expect(try folder.names == ["log"])
  }

  @Test func aDeviceIsWrittenToDirectly() throws {
    try AtomicFile.write("gone", to: "/dev/null")
    let error = expectError(.fileUnwritable) { try AtomicFile.write("x", to: "/dev/full") }
    #expect(error?.message == "the file can't be written: the disk is full")
    #expect(error?.description.contains("cause: write: No space left on device (errno 28)") == true)
  }
}
