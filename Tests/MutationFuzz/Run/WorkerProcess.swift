import CMutationFuzz
import CXylemGuard
import Foundation
import Glibc
import XylemTensor

/// What processes take of the machine.
enum ProcessMemory {
  /// The memory that a process has, 0 where the system does not say.
  static func bytes(of process: pid_t) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .ascii) else { return 0 }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(CInt(_SC_PAGESIZE)) : 0
  }

  /// The seconds of processor time that it has had.
  static func seconds(of process: pid_t) -> Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// A worker from outside: its messages, and an eye on what it takes.
struct WorkerProcess {
  /// Why a worker was ended.
  enum Excess: Hashable {
    case time, memory
  }

  let process: pid_t
  private let reader: CInt
  private var rest: [UInt8] = []

  /// Starts a worker; nil where that can't be done.
  init?(_ kind: FuzzKind, seed: UInt64, range: Range<Int>, folder: String) {
    guard let program = OwnProcess.executable else { return nil }
    var ends: [CInt] = [0, 0]
    guard xylem_pipe(&ends) == 0 else { return nil }
    let words = [
      program, Worker.word, kind.rawValue, String(seed), String(range.lowerBound), String(range.upperBound), folder,
    ]
    var environment = ProcessInfo.processInfo.environment
    // The command line tells its stages to whoever supervises it.
    environment["XYLEM_SUPERVISED"] = String(Worker.descriptor)
    environment["OMP_NUM_THREADS"] = "1"
    environment["TMPDIR"] = folder
    var arguments = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var started: CInt = 0
    let code = fuzz_spawn(program, &arguments, &variables, ends[1], &started)
    close(ends[1])
    guard code == 0 else {
      close(ends[0])
      return nil
    }
    process = started
    reader = ends[0]
  }

  /// The messages that came within some milliseconds; nil at the end of the pipe.
  mutating func messages(waiting milliseconds: CInt) -> [Message]? {
    var watched = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    guard poll(&watched, 1, milliseconds) > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(reader, &buffer, buffer.count)
    guard count > 0 else { return count < 0 && [EINTR, EAGAIN].contains(errno) ? [] : nil }
    rest += buffer[..<count]
    var found: [Message] = []
    var start = rest.startIndex
    while let end = rest[start...].firstIndex(of: 0) {
      if let message = Message(rest[start..<end]) { found.append(message) }
      start = end + 1
    }
    rest.removeSubrange(..<start)
    return found
  }

  /// Waits for the end, and returns the signal that ended it, 0 for none, and the exit code.
  func finish() -> (signal: CInt, code: CInt) {
    close(reader)
    var state: CInt = 0
    while waitpid(process, &state, 0) < 0, errno == EINTR {}
    return (state & 0x7F, state >> 8 & 0xFF)
  }
}
