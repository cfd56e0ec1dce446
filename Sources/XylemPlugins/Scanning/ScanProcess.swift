internal import CXylem
internal import CXylemGuard
internal import Foundation
internal import Glibc
internal import XylemErrors
internal import XylemFiles
internal import XylemScript

/// The process in which plugins are tried: all of `xylem-scan`.
///
/// Reports lines of JSON on descriptor 3. The parent process handles what the plugin writes to the standard streams.
package enum ScanProcess {
  private static let reportDescriptor: CInt = 3

  /// Runs the request in the only argument. Returns the exit code: 0 if a complete report was written, 64 for a wrong
  /// argument.
  package static func main(_ arguments: [String]) -> CInt {
    guard arguments.count == 1, fcntl(reportDescriptor, F_SETFD, FD_CLOEXEC) == 0,
      let request = try? BoundedJSON.decode(ScanRequest.self, from: arguments[0].utf8)
    else {
      try? FileHandle.standardError.write(contentsOf: Data("xylem-scan is only started by xylem\n".utf8))
      return 64
    }
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    alarm(UInt32(clamping: request.seconds))
    do throws(XylemError) {
      try run(request)
    } catch {
      send(.failure(ErrorRecord(error)))
    }
    return 0
  }

  private static func run(_ request: ScanRequest) throws(XylemError) {
    if request.isArchive == true {
      send(.begin(.loading))
      _ = try ScriptArchive(path: request.path)
      send(.begin(.ending))
      return send(.done(nil))
    }
    let opened = try OpenedFile(request.path)
    let elf = try ElfFile(opened)
    let manifest = try NoteReader.manifest(elf.notes, path: request.path)
    guard try opened.digest() == request.digest else {
      throw LoadErrors.changedMeanwhile(request.path, expected: request.digest)
    }
    send(.begin(.loading))
    let library = try LoadedLibrary(path: request.path)
    send(.begin(.opening))
    let host = unsafe request.test == .bareHost ? bareHost() : HostServices.shared
    try unsafe library.handshake(manifest, host: host)
    send(.begin(.leaves))
    let leaves = try library.leaves(manifest)
    let result = try request.test.map { (test) throws(XylemError) in
      send(.begin(.trying(test.words)))
      return try LeafTrial(request, manifest, leaves).run(test)
    }
    if case .notTried(let reason) = result { send(.notTried(reason)) }
    send(.begin(.ending))
    if case .passed(let detail) = result { send(.done(detail)) } else { send(.done(nil)) }
  }

  /// A host with only the first four bytes and a version: the minimum that a plugin may rely on.
  private static func bareHost() -> UnsafePointer<xylem_host> {
    let host = UnsafeMutablePointer<xylem_host>.allocate(capacity: 1)  // lives as long as the process
    unsafe host.initialize(to: xylem_host())
    unsafe host.pointee.struct_size = 8
    unsafe host.pointee.abi_version = UInt32(XYLEM_ABI_VERSION)
    return unsafe UnsafePointer(host)
  }

  /// Writes a line of the report. Errors are ignored: a reader that is gone does not need it.
  private static func send(_ message: ScanMessage) {
    guard let text = try? JSONText.sorted(message) else { return }
    var bytes = Array((text + "\n").utf8)[...]
    while !bytes.isEmpty {
      let written = unsafe bytes.withUnsafeBytes { unsafe write(reportDescriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
}
