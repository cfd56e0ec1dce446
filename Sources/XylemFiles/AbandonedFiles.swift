import Glibc
import Synchronization

/// The name of a temporary file, `.xylem-MACHINE-PROCESS-RANDOM.tmp`, which shows whether a process still writes it.
struct TemporaryName: Hashable {
  /// Distinguishes machines, and containers with their own process numbers.
  let machine: String
  let process: pid_t
  let random: String

  /// Creates a new name for this process.
  init() {
    machine = Self.machine
    process = getpid()
    random = String(UInt64.random(in: 0 ... .max), radix: 36)
  }

  /// Parses a file's name. Nil for other files.
  init?(_ name: String) {
    guard name.hasPrefix(".xylem-"), name.hasSuffix(".tmp") else { return nil }
    let parts = name.dropFirst(7).dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 8, !parts[2].isEmpty, let process = pid_t(parts[1]), process > 0,
      parts.allSatisfy({ $0.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) } })
    else { return nil }
    machine = String(parts[0])
    self.process = process
    random = String(parts[2])
  }

  var text: String { ".xylem-\(machine)-\(process)-\(random).tmp" }

  /// Eight letters and digits from the machine's name and its process namespace.
  static let machine: String = {
    var digest = ContentDigest()
    var names = utsname()
    if unsafe uname(&names) == 0 {
      unsafe withUnsafeBytes(of: &names.nodename) { unsafe digest.add(Array($0.prefix { $0 != 0 })) }
    }
    var status = stat()
    if unsafe stat("/proc/self/ns/pid", &status) == 0 { digest.add(Array(String(status.st_ino).utf8)) }
    return String(digest.finish().prefix(8))
  }()
}

/// Temporary files that processes left behind, for example when they were killed.
enum AbandonedFiles {
  /// Folders that this process has already checked.
  private static let known = Mutex<Set<String>>([])
  /// The age at which a file from another machine is removed, in seconds.
  private static let patience = 24 * 60 * 60

  /// Removes this user's abandoned files from a folder, once in the life of the process: those of ended processes on
  /// this machine, and those of other machines that are a day old. Files that can't be removed remain.
  static func remove(in folder: String) {
    if known.withLock({ $0.insert(folder).inserted }) { removeNow(in: folder) }
  }

  /// Removes them also if the folder was checked before: other processes may have ended since.
  static func removeNow(in folder: String) {
    guard let stream = unsafe opendir(folder) else { return }
    defer { unsafe _ = closedir(stream) }
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard let temporary = TemporaryName(name) else { continue }
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      if isAbandoned(temporary, path) { unsafe _ = unlink(path) }
    }
  }

  private static func isAbandoned(_ name: TemporaryName, _ path: String) -> Bool {
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
      return false
    }
    if name.machine == TemporaryName.machine { return kill(name.process, 0) != 0 && errno == ESRCH }
    return time(nil) - status.st_mtim.tv_sec > patience
  }
}
