import Glibc
import Synchronization

/// The name of a temporary file, `.xylem-MACHINE-PROCESS-RANDOM.tmp`, which says whether somebody still writes it.
struct TemporaryName: Hashable {
  /// Tells machines, and containers with process numbers of their own, apart.
  let machine: String
  let process: pid_t
  let random: String

  /// A fresh name of this process.
  init() {
    machine = Self.machine
    process = getpid()
    random = String(UInt64.random(in: 0 ... .max), radix: 36)
  }

  /// The name that a file has; nil for a file of anybody else.
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

  /// Eight letters and digits from the machine's name and its space of process numbers.
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

/// Temporary files that their processes left behind, as when they were killed.
enum AbandonedFiles {
  /// Folders that this process has looked at.
  private static let known = Mutex<Set<String>>([])
  /// A file from another machine is left alone for so long, in seconds.
  private static let patience = 24 * 60 * 60

  /// Removes this user's abandoned files from a folder, once in the life of the process: those of processes of this machine that
  /// are gone, and those of other machines that are a day old. What can't be removed is left.
  static func remove(in folder: String) {
    guard known.withLock({ $0.insert(folder).inserted }), let stream = unsafe opendir(folder) else { return }
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
