internal import CXylemGuard
internal import Glibc
internal import XylemErrors

/// A child process for code that may crash or hang. It runs in its own process group, is watched, and is stopped at its
/// time limit.
///
/// Its output is read while it runs, up to a limit for each stream, so it can't block on a full pipe. swift-subprocess is not used: it is
/// only async, while plugins are loaded synchronously; it passes on no descriptor other than the standard streams, which the child's
/// code may write to and which the report must not share; and output over its limit ends the call instead of being dropped.
struct ChildProcess {
  /// The outcome of a process.
  struct Ending: Sendable {
    /// The output on descriptor 3.
    var report: [UInt8] = []
    /// The output on standard output.
    var output: [UInt8] = []
    /// The output on standard error.
    var errors: [UInt8] = []
    /// How the process ended.
    var cause: Cause = .timedOut
  }

  /// How a process ended.
  enum Cause: Sendable, Hashable {
    case exited(CInt)
    case signalled(CInt)
    /// It was stopped at its time limit.
    case timedOut
  }

  /// The maximum number of bytes kept of a stream; the rest is read and dropped.
  private static let streamLimit = 1 << 20

  private let process: pid_t
  private var streams: [CInt]

  /// Runs a program to its end.
  ///
  /// - Throws: `plugin.scanner-not-found` if it can't be started.
  static func run(_ program: String, _ argument: String, timeLimit: Duration) throws(XylemError) -> Ending {
    var child = try ChildProcess(program, argument)
    return child.watch(until: ContinuousClock.now + timeLimit)
  }

  private init(_ program: String, _ argument: String) throws(XylemError) {
    var (readers, writers): ([CInt], [CInt]) = ([], [])
    defer { for end in writers { close(end) } }
    var (started, code): (pid_t, CInt) = (0, 0)
    for _ in 0..<3 where code == 0 {
      var ends: [CInt] = [-1, -1]
      code = unsafe xylem_pipe(&ends)
      guard code == 0 else { break }
      readers.append(ends[0])
      writers.append(ends[1])
    }
    if code == 0 { code = unsafe xylem_spawn(program, argument, writers, &started) }
    guard code == 0 else {
      for end in readers { close(end) }
      throw ScanErrors.notStarted(program, code: code)
    }
    process = started
    streams = readers
  }

  /// Reads until the process ends or its time is over. No process of its group is left then.
  private mutating func watch(until deadline: ContinuousClock.Instant) -> Ending {
    var ending = Ending()
    var state: CInt = 0
    var isRunning = true
    while isRunning {
      let left = deadline - .now
      guard left > .zero else { break }
      // If no stream is open, the end is noticed at the next poll.
      var watched = streams.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      unsafe _ = poll(&watched, nfds_t(watched.count), CInt(left < .milliseconds(10) ? 1 : 10))
      drain(into: &ending)
      // It is not reaped yet, so its number still identifies its group until the group is stopped too.
      var info = unsafe siginfo_t()
      isRunning = unsafe waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == 0
    }
    kill(-process, SIGKILL)
    while unsafe waitpid(process, &state, 0) < 0, errno == EINTR {}
    if !isRunning {
      ending.cause = state & 0x7f == 0 ? .exited(state >> 8 & 0xff) : .signalled(state & 0x7f)
    }
    drain(into: &ending)
    for stream in streams where stream >= 0 { close(stream) }
    return ending
  }

  private mutating func drain(into ending: inout Ending) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    for index in streams.indices where streams[index] >= 0 {
      for _ in 0..<64 {  // a process that writes endlessly must still be stopped in time
        let got = unsafe read(streams[index], &buffer, buffer.count)
        if got > 0 {
          let target: WritableKeyPath<Ending, [UInt8]> = [\.output, \.errors, \.report][index]
          let room = Self.streamLimit - ending[keyPath: target].count
          ending[keyPath: target] += buffer[..<min(got, max(room, 0))]
        } else if got == 0 {
          close(streams[index])
          streams[index] = -1
          break
        } else if errno != EINTR {
          break
        }
      }
    }
  }
}
