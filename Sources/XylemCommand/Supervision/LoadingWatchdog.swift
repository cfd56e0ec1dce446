internal import CXylemGuard
internal import Glibc

/// Ends a child that takes more time or memory to load or save a file than any file of that size needs.
///
/// The tensor runtime evaluates constant code of an archive while loading it, and calls `__setstate__` and
/// `__getstate__` of its modules, without a limit: one line may take hours or all memory.
struct LoadingWatchdog {
  /// The reason for ending the child.
  enum Failure: Hashable, Sendable {
    /// It used more than this many seconds of processor time.
    case time(seconds: Int)
    /// It used more than this many bytes of memory.
    case memory(bytes: Int)
  }

  private(set) var failure: Failure?
  private var limits: (seconds: Double, bytes: Int)?
  private var stage = ""
  private var start = 0.0
  private var before = 0

  /// Stops watching.
  mutating func reset() { limits = nil }

  /// Ends the child if it exceeds its limits.
  ///
  /// - Parameters:
  ///   - stage: the current stage; each stage has its own limits.
  ///   - paths: the files that it has loaded or is loading.
  mutating func look(at process: pid_t, _ stage: String, loading paths: [String]) {
    guard failure == nil else { return }
    guard let limits, stage == self.stage else {
      self.stage = stage
      start = Self.seconds(of: process)
      before = Self.bytes(of: process)
      limits = Self.limits(of: paths)
      return
    }
    if Self.seconds(of: process) - start > limits.seconds {
      failure = .time(seconds: Int(limits.seconds))
    } else if Self.bytes(of: process) - before > limits.bytes {
      failure = .memory(bytes: limits.bytes)
    }
    if failure != nil { kill(process, SIGKILL) }
  }

  /// Five seconds plus one second per megabyte; one gigabyte plus four times the files. A large model takes one second
  /// per two hundred megabytes, and twice its size.
  private static func limits(of paths: [String]) -> (seconds: Double, bytes: Int) {
    var size = 0
    for path in Set(paths) {
      var status = stat()
      if stat(path, &status) == 0 { size += min(Int(status.st_size), 1 << 50) }
    }
    return (5 + Double(size) / 1e6, 1 << 30 + 4 * size)
  }

  private static func seconds(of process: pid_t) -> Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The memory of a process. 0 if the system does not report it.
  private static func bytes(of process: pid_t) -> Int {
    let descriptor = open("/proc/\(process)/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return 0 }
    let fields = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
  }
}
