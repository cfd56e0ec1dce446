internal import CXylemGuard
internal import Glibc
internal import XylemErrors
internal import XylemTensor

/// Runs a command in a child process, so that a crash of the child becomes an error with an identifier and leaves no
/// files behind.
///
/// The child is this program with the same arguments. It has this process's streams, working folder and terminal, so
/// nothing else differs. Signals are passed on to it. Starting it takes a few milliseconds.
struct Supervisor {
  /// If this variable is 0, commands run in the original process, for debuggers.
  static let variable = "XYLEM_SUPERVISOR"

  private let process: pid_t
  private let reader: CInt
  private var reports = ChildReports()
  private var watchdog = LoadingWatchdog()
  /// How an engine ended the child, if it did.
  private var engineCrash: String?

  /// Whether a command line runs in a child: if it reads a file of the user's, writes a file, or computes.
  ///
  /// Listing a built-in model is not worth a process.
  static func isNeeded(for arguments: [String]) -> Bool {
    if let value = getenv(variable), String(cString: value) == "0" { return false }
    guard let command = arguments.first, !command.hasPrefix("-"), command != "help" else { return false }
    if ["extract", "bench", "run", "worker"].contains(command) { return true }
    let writing = ["-o", "--output", "--save", "--images", "--witness", "--accept"]
    return arguments.dropFirst().contains { argument in
      let name = argument.prefix { $0 != "=" }
      if argument.hasPrefix("-"), writing.contains(String(name)) { return true }
      let value = argument.hasPrefix("-") ? String(argument.dropFirst(name.count + 1)) : argument
      return !value.isEmpty && access(value, F_OK) == 0
    }
  }

  /// Runs this program again, in a child. If an engine crashes it before anything is printed, it runs once more without
  /// one.
  ///
  /// - Returns: the exit code for this process. Nil if no child can be started, and the command must run here.
  static func run() -> Int32? {
    guard let program = OwnProcess.executable, var supervisor = Supervisor(program, OwnProcess.arguments) else {
      return nil
    }
    let code = supervisor.watch()
    guard let crash = supervisor.engineCrash else { return code }
    setenv(EngineActivity.crashVariable, crash, 1)
    var second = Supervisor(program, OwnProcess.arguments)
    return second?.watch()
  }

  private init?(_ program: String, _ arguments: [String]) {
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var (process, reader): (pid_t, CInt) = (0, -1)
    guard xylem_supervise(program, &words, &process, &reader) == 0 else { return nil }
    self.process = process
    self.reader = reader
  }

  /// Reads the child's messages until it ends.
  private mutating func watch() -> Int32 {
    var info = siginfo_t()
    var isOpen = true
    repeat {
      // A process that the child leaves behind may keep the pipe open; the child's end is then noticed by the next
      // poll.
      if isOpen { isOpen = receive(waiting: reports.runsUnlimitedCode ? 50 : 250) }
      if reports.runsUnlimitedCode {
        watchdog.look(at: process, reports.stage, loading: reports.loaded)
      } else {
        watchdog.reset()
      }
      info = siginfo_t()
    } while waitid(P_PID, id_t(process), &info, WEXITED | WNOWAIT | (isOpen ? WNOHANG : 0)) == 0 && info.si_signo == 0
      || isOpen && errno == EINTR && info.si_signo == 0
    while isOpen, receive(waiting: 0, untilEmpty: true) {}
    let signal = xylem_supervise_end()
    var state: CInt = 0
    while waitpid(process, &state, 0) < 0, errno == EINTR {}
    return finish(state, interruptedBy: signal)
  }

  /// Reads the available bytes. Returns false at the end of the pipe, or if no more bytes are available and the caller
  /// asked for that.
  private mutating func receive(waiting milliseconds: CInt, untilEmpty: Bool = false) -> Bool {
    var watched = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    guard poll(&watched, 1, milliseconds) > 0 else { return !untilEmpty }
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(reader, &buffer, buffer.count)
    if count > 0 { reports.add(buffer[..<count]) }
    return count > 0 || count < 0 && errno == EINTR
  }

  private mutating func finish(_ state: CInt, interruptedBy signal: CInt) -> Int32 {
    let ending = state & 0x7f
    if ending == 0 { return state >> 8 & 0xff }
    for path in reports.temporaries { unlink(path) }
    if signal != 0 { return 128 + signal }
    if Terminal.current.isInteractive { Terminal.current.writeError("\r\u{1B}[K") }
    if reports.usesEngine, watchdog.failure == nil, EngineActivity.earlierCrash == nil {
      engineCrash = CommandErrors.ending(by: ending)
      return 2
    }
    let error =
      watchdog.failure.map { CommandErrors.overloaded($0, reports) } ?? CommandErrors.crashed(signal: ending, reports)
    Terminal.error("error: \(error)")
    return 2
  }
}
