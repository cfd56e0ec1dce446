import XylemTestSupport
import Foundation
import Testing

@testable import XylemFiles

@Suite struct AbandonedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ name: String, age: TimeInterval = 0) throws {
    #expect(FileManager.default.createFile(atPath: folder(name), contents: Data("x".utf8)))
    try FileManager.default.setAttributes(
      [.modificationDate: Date().addingTimeInterval(-age)], ofItemAtPath: folder(name))
  }

  /// The number of a process that is gone.
  private func goneProcess() throws -> pid_t {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/true")
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  @Test func whatAKilledProcessLeftIsRemovedAtTheNextWrite() throws {
    let gone = try goneProcess()
    let machine = TemporaryName.machine
    let other = String(machine.reversed()) == machine ? "0000000a" : String(machine.reversed())
    let kept = [
      ".xylem-\(machine)-\(getpid())-1.tmp", ".xylem-\(other)-\(gone)-2.tmp", ".xylem-abc.tmp",
      ".xylem-\(machine)-\(gone)-.tmp", ".xylem-\(machine)-\(gone)-4.txt", "xylem-\(machine)-\(gone)-5.tmp",
      ".xylem-\(machine)--6.tmp", ".xylem-\(machine)-\(gone)-7-8.tmp",
    ]
    for name in kept { try make(name) }
    try make(".xylem-\(machine)-\(gone)-9.tmp")
    try make(".xylem-\(other)-\(gone)-10.tmp", age: 100_000)
    try FileManager.default.createDirectory(
      atPath: folder(".xylem-\(machine)-\(gone)-11.tmp"), withIntermediateDirectories: false)
    try AtomicFile.write("new", to: folder("x"))
    #expect(try folder.names.sorted() == (kept + [".xylem-\(machine)-\(gone)-11.tmp", "x"]).sorted())
  }

  @Test func aNameIsReadBack() {
    let name = TemporaryName()
    #expect(TemporaryName(name.text) == name)
    #expect(name.process == getpid() && name.machine.count == 8)
  }
}
