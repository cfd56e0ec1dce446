internal import CXylemGuard
internal import Glibc

/// Ends a child that takes more time or memory to load or save a file than any file of that size needs.
///
/// The tensor runtime computes what is constant in an archive's code while it loads it, and calls `__setstate__` and `__getstate__`
/// of its modules, without a limit: one line may take hours or all memory.
struct LoadingWatchdog {
  /// Why the child was ended.
  enum Failure: Hashable, Sendable {
    /// More seconds of processor time than this.
    case time(seconds: Int)
    /// More bytes of memory than this.
    case memory(bytes: Int)
  }

  private(set) var failure: Failure?
  private var limits: (seconds: Double, bytes: Int)?
  private var stage = ""
  private var start = 0.0
  private var before = 0

  /// Forgets what is watched.
  mutating func reset() { limits = nil }

  /// Ends the child where it is over its limits.
  ///
  /// - Parameters:
  ///   - stage: what it does; each stage has limits of its own.
  ///   - paths: the files that it loads or has loaded.
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

  /// Five seconds and one for each megabyte; a gigabyte and four times the file. A large model takes a second for two hundred megabytes,
  /// and its size twice.
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

  /// The memory that a process has, 0 where the system does not say.
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
