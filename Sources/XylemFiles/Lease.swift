import Glibc
internal import Synchronization
package import XylemErrors

/// A file that says that a process works on something, so that no other process does the same work.
///
/// It names the machine, the process and when the process started. A lease of a process that has ended may be taken:
/// on the same machine that is known at once; on another one, a lease counts as abandoned when it was not
/// ``renew()``ed for a while. So a lease saves work and excludes nothing: what is done twice must give the same result.
package final class Lease: Sendable {
  /// How long a lease of another machine is respected after its last renewal, in seconds.
  package static let patience = 120
  private let path: String
  private let isReleased = Mutex(false)

  private init(_ path: String) { self.path = path }

  /// Takes the lease at a path, unless a process that may still work has it.
  ///
  /// - Parameters:
  ///   - isLocked: whether the caller holds the lock of the folder, so that nobody is just taking a lease.
  ///   - patience: how long a lease of another machine is respected, in seconds.
  /// - Returns: nil if another process, or another run in this one, has it.
  /// - Throws: `file.unwritable`, `file.unreadable`.
  package static func take(
    _ path: String, isLocked: Bool, patience: Int = patience
  ) throws(XylemError) -> Lease? {
    for _ in 0..<2 {
      if try create(path) { return Lease(path) }
      guard try isAbandoned(path, isLocked: isLocked, patience: patience) else { return nil }
      try Folder.remove(file: path)
    }
    return nil
  }

  private static func create(_ path: String) throws(XylemError) -> Bool {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      let failure = SystemCallFailure.last("open")
      if failure.code == EEXIST { return false }
      if failure.code == ENOENT { throw XylemError.missingFolder(WriteTarget.folder(of: path), of: path) }
      throw XylemError.unwritable(path, failure)
    }
    var writer = AtomicFile.Writer(descriptor, path: path)
    do throws(XylemError) {
      try writer.append(Owner.current.text)
      try writer.finish(syncing: false)
    } catch {
      unsafe _ = unlink(path)
      throw error
    }
    return true
  }

  private static func isAbandoned(_ path: String, isLocked: Bool, patience: Int) throws(XylemError) -> Bool {
    var status = stat()
    // It was released meanwhile.
    guard unsafe stat(path, &status) == 0 else { return true }
    let bytes = try WholeFile.bytes(of: path, upTo: 1000) ?? []
    if let owner = Owner(String(decoding: bytes, as: UTF8.self)) {
      if owner.machine == Owner.current.machine { return !owner.isRunning }
    } else if isLocked {
      // Its process was ended before it could write its name.
      return true
    }
    return try now(beside: path) - status.st_mtim.tv_sec > patience
  }

  /// The time of the file system, in seconds: that of this machine may differ.
  private static func now(beside path: String) throws(XylemError) -> Int {
    let probe = try PendingFile(path + ".now")
    try probe.write([0], at: 0)
    return try probe.modificationTime()
  }

  /// Says that the process still works. Failures are not reported: at worst the work is done twice.
  package func renew() {
    isReleased.withLock { isReleased in
      if !isReleased { unsafe _ = utimensat(AT_FDCWD, path, nil, 0) }
    }
  }

  /// Gives the lease back.
  package func release() {
    isReleased.withLock { isReleased in
      if !isReleased { unsafe _ = unlink(path) }
      isReleased = true
    }
  }

  deinit { release() }
}

/// A process, among all machines that share a file system.
private struct Owner: Hashable {
  let machine: String
  let process: pid_t
  /// When the process started, in the system's own unit: process numbers are used again.
  let start: String

  static let current = Owner(
    machine: TemporaryName.machine, process: getpid(), start: startTime(of: getpid()) ?? "0")

  private init(machine: String, process: pid_t, start: String) {
    (self.machine, self.process, self.start) = (machine, process, start)
  }

  init?(_ text: String) {
    guard text.last == "\n" else { return nil }
    let words = text.dropLast().split(separator: " ")
    guard words.count == 3, let process = pid_t(words[1]), process > 0 else { return nil }
    self.init(machine: String(words[0]), process: process, start: String(words[2]))
  }

  var text: String { "\(machine) \(process) \(start)\n" }

  var isRunning: Bool {
    if kill(process, 0) != 0, errno == ESRCH { return false }
    return Self.startTime(of: process).map { $0 == start } ?? false
  }

  /// The 22nd field of the process's status. Nil for a process that has ended, a zombie included.
  private static func startTime(of process: pid_t) -> String? {
    guard let bytes = try? WholeFile.bytes(of: "/proc/\(process)/stat", upTo: 4096) else { return nil }
    // The second field is the program's name in parentheses, which may have spaces and parentheses.
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, !["Z", "X"].contains(fields[0]) else { return nil }
    return String(fields[19])
  }
}
