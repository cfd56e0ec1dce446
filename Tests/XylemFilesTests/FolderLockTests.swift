import Foundation
import Synchronization
import Testing
import XylemErrors
import XylemFiles

@Suite struct FolderLockTests {
  private func inFolder(_ body: (String) async throws -> Void) async throws {
    let path = NSTemporaryDirectory() + "xylem-lock-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
  }

  @Test func `nothing is lost when several threads add to a file`() async throws {
    try await inFolder { folder in
      let file = folder + "/list.txt"
      try "".write(toFile: file, atomically: true, encoding: .utf8)
      DispatchQueue.concurrentPerform(iterations: 64) { number in
        do {
          try FolderLock.withLock(on: file) { isLocked in
            #expect(isLocked)
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try AtomicFile.write(text + "\(number)\n", to: file)
          }
        } catch { Issue.record(error) }
      }
      let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap { Int($0) }
      #expect(lines.sorted() == Array(0..<64))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["list.txt"])
    }
  }

  @Test func `a link and its file have one lock`() async throws {
    try await inFolder { folder in
      let (inner, link) = (folder + "/inner", folder + "/link.txt")
      try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
      try "".write(toFile: inner + "/list.txt", atomically: true, encoding: .utf8)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "inner/list.txt")
      let inside = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: 16) { number in
        do {
          try FolderLock.withLock(on: number % 2 == 0 ? link : inner + "/list.txt") { _ in
            #expect(inside.add(1, ordering: .sequentiallyConsistent).newValue == 1)
            usleep(200)
            inside.subtract(1, ordering: .sequentiallyConsistent)
          }
        } catch { Issue.record(error) }
      }
    }
  }

  @Test func `an error of the body is rethrown, and the lock is released`() async throws {
    try await inFolder { folder in
      struct Stop: Error {}
      #expect(throws: Stop.self) { try FolderLock.withLock(on: folder + "/a") { _ in throw Stop() } }
      let isFree = try FolderLock.withLock(on: folder + "/a") { $0 }
      #expect(isFree)
    }
  }

  @Test func `a folder that is missing is an error`() throws {
    let error = #expect(throws: XylemError.self) { try FolderLock.withLock(on: "/no/such/folder/file") { _ in } }
    #expect(error?.id == .fileUnwritable)
  }
}
