import Foundation
import Glibc
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemPlugins

@Suite struct ChildProcessTests {
  /// Runs a script as the program.
  private func run(_ script: String, limit: Duration = .seconds(20)) throws -> ChildProcess.Ending {
    try withTemporaryFolder { folder in
      let path = folder + "/program"
      try ("#!/bin/sh\n" + script).write(toFile: path, atomically: true, encoding: .utf8)
      #expect(unsafe chmod(path, 0o700) == 0)
      return try ChildProcess.run(path, "the argument", timeLimit: limit)
    }
  }

  @Test func `each stream arrives whole, and the argument goes in`() throws {
    let ending = try run("echo out; echo err >&2; echo \"$1\" >&3; cat; exit 7\n")
    #expect(ending.cause == .exited(7))
    #expect(
      [ending.output, ending.errors, ending.report].map { String(decoding: $0, as: UTF8.self) } == [
        "out\n", "err\n", "the argument\n",
      ])
  }

  @Test func `one that writes more than is kept is not blocked, and more is dropped`() throws {
    let ending = try run("dd if=/dev/zero bs=65536 count=200 2>/dev/null\n")
    #expect(ending.cause == .exited(0))
    #expect(ending.output.count == 1 << 20)
  }

  @Test func `one that writes without end is ended in time`() throws {
    let ending = try run("exec cat /dev/zero\n", limit: .milliseconds(500))
    #expect(ending.cause == .timedOut)
  }

  @Test func `a signal is distinguished from an exit`() throws {
    #expect(try run("kill -SEGV $$\n").cause == .signalled(SIGSEGV))
    #expect(ChildProcess.Cause.signalled(SIGSEGV).words == "was terminated by SIGSEGV (Segmentation fault)")
  }

  @Test func `those that it started are ended with it, in time or not`() throws {
    for script in ["sleep 1000 & echo $! >&3; exit 0\n", "sleep 1000 & echo $! >&3; sleep 1000\n"] {
      let ending = try run(script, limit: .seconds(2))
      let process = try #require(pid_t(String(decoding: ending.report, as: UTF8.self).dropLast()))
      // Ended means gone, or a zombie that nobody collected.
      var isGone = false
      for _ in 0..<100 where !isGone {
        let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        isGone = status.map { $0.contains(") Z ") } ?? true
        if !isGone { usleep(20_000) }
      }
      #expect(isGone)
    }
  }

  @Test func `descriptors of this process are not the other's`() throws {
    let own = unsafe open("/dev/null", O_RDONLY)
    defer { close(own) }
    let ending = try run("ls /proc/self/fd >&3\n")
    let open = String(decoding: ending.report, as: UTF8.self).split(separator: "\n").compactMap { Int($0) }
    // The one beyond is that of the listing itself.
    #expect(open.filter { $0 <= 3 } == [0, 1, 2, 3] && open.count <= 5)
  }

  @Test func `a program that is not there is an error`() {
    let error = #expect(throws: XylemError.self) { _ = try ChildProcess.run("/nowhere", "", timeLimit: .seconds(1)) }
    #expect(error?.id == .pluginScannerNotFound)
  }

  @Test func `the program of scans is started by xylem alone`() throws {
    let scanner = try Scanner(timeLimit: .seconds(5))
    let ending = try ChildProcess.run(scanner.program, "not a request", timeLimit: .seconds(5))
    #expect(ending.cause == .exited(64) && ending.report.isEmpty)
  }

  @Test func `a report that makes no sense is an error, and no crash`() {
    #expect(throws: XylemError.self) { _ = try ScanReport(Array("hello\n".utf8), path: "p.so") }
    #expect(throws: XylemError.self) { _ = try ScanReport([0xff, 0xfe, 0x0a], path: "p.so") }
  }

  @Test func `a truncated line is ignored, and the lines before it are read`() throws {
    let report = try ScanReport(Array("{\"begin\":{\"_0\":{\"opening\":{}}}}\n{\"begin\":{\"_0".utf8), path: "p.so")
    #expect(report.step == .opening && !report.isDone)
  }
}
