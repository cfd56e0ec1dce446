import XylemTestSupport
import Foundation
import Testing
import XylemErrors

@testable import XylemFiles

/// Conditions that only the superuser can set up (a small disk), or that do not hold for the superuser (permissions).
@Suite struct AtomicFilePrivilegeTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aWriteProtectedFolderAndFileAreErrors() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: folder("locked"), withIntermediateDirectories: false)
    try AtomicFile.write("old", to: folder("file"))
    try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder("locked"))
    try files.setAttributes([.posixPermissions: 0o444], ofItemAtPath: folder("file"))
    try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    try AtomicFile.write("secret", to: folder("secret"))
    try files.setAttributes([.posixPermissions: 0o000], ofItemAtPath: folder("secret"))
    try withoutPrivileges {
      for name in ["locked/x", "file"] {
        let error = expectError(.fileUnwritable, "\(name)") { try AtomicFile.write("new", to: folder(name)) }
        #expect(error?.message == "the file can't be written: no permission")
      }
      let unreadable = expectError(.fileUnreadable) { _ = try NpyFile.read(folder("secret")) }
      #expect(unreadable?.message == "the file can't be read: no permission")
    }
    #expect(try contents(folder("file")) == Array("old".utf8))
    #expect(try files.contentsOfDirectory(atPath: folder("locked")).isEmpty)
    #expect(try folder.names == ["file", "locked", "secret"])
  }

  @Test(.enabled(if: geteuid() == 0)) func aFullDiskLeavesTheTargetAndNothingElse() throws {
    guard let disk = SmallDisk(at: folder.path, byteCount: 65_536) else {
      try Test.cancel("this process may not mount a file system")
    }
    defer { disk.unmount() }
    try AtomicFile.write("old", to: folder("x"))
    for name in ["x", "new"] {
      let array = try HostArray([Float](repeating: 1, count: 100_000), shape: [100_000])
      let error = expectError(.fileUnwritable) { try SafetensorsWriter.write([("a", array)], to: folder(name)) }
      #expect(error?.message == "the file can't be written: the disk is full")
    }
    #expect(try folder.names == ["x"])
    #expect(try contents(folder("x")) == Array("old".utf8))
  }

  /// Runs `body` as nobody where the process is the superuser. Holds for the calling thread alone.
  private func withoutPrivileges(_ body: () throws -> Void) throws {
    typealias SetUser = @convention(c) (uid_t) -> CInt
    guard geteuid() == 0 else { return try body() }
    let symbol = try #require(dlsym(nil, "setfsuid"))
    let setUser = unsafeBitCast(symbol, to: SetUser.self)
    _ = setUser(65_534)
    defer { _ = setUser(0) }
    try body()
  }
}

/// A file system in memory with room for little.
private struct SmallDisk {
  private let path: String

  /// Nil where the process may not mount.
  init?(at path: String, byteCount: Int) {
    typealias Mount =
      @convention(c) (
        UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, CUnsignedLong, UnsafeRawPointer?
      ) -> CInt
    guard geteuid() == 0, let symbol = dlsym(nil, "mount") else { return nil }
    guard unsafeBitCast(symbol, to: Mount.self)("tmpfs", path, "tmpfs", 0, "size=\(byteCount)") == 0 else { return nil }
    self.path = path
  }

  func unmount() {
    typealias Unmount = @convention(c) (UnsafePointer<CChar>?, CInt) -> CInt
    guard let symbol = dlsym(nil, "umount2") else { return }
    _ = unsafeBitCast(symbol, to: Unmount.self)(path, 2)
  }
}
