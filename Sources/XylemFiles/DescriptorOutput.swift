import Glibc
package import XylemErrors

/// A pipe or file that is open for writing, such as standard output.
package final class DescriptorOutput: Sendable {
  private let descriptor: CInt
  private let path: String

  /// Writes to a descriptor, which stays open.
  ///
  /// - Parameter path: its name in errors.
  /// - Throws: `file.unwritable`.
  package init(sharing descriptor: CInt, path: String) throws(XylemError) {
    self.descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    self.path = path
    guard self.descriptor >= 0 else { throw XylemError.unwritable(path, .last("fcntl")) }
  }

  deinit { close(descriptor) }

  /// Leads whatever else is written to one descriptor to another one, so that it does not get between the bytes of this
  /// output.
  ///
  /// - Throws: `file.unwritable`.
  package func redirect(_ other: CInt, to target: CInt) throws(XylemError) {
    guard dup2(target, other) >= 0 else { throw XylemError.unwritable(path, .last("dup2")) }
  }

  /// Writes bytes; waits until the reader has room for them.
  ///
  /// - Throws: `file.unwritable`, also if the reader is gone. The process must ignore `SIGPIPE`.
  package func write(_ bytes: [UInt8]) throws(XylemError) {
    let failure: SystemCallFailure? = unsafe bytes.withUnsafeBytes { (bytes) -> SystemCallFailure? in
      var done = 0
      while done < bytes.count {
        let count = min(bytes.count - done, 1 << 30)
        let written = unsafe Glibc.write(descriptor, bytes.baseAddress! + done, count)
        if written < 0, errno == EINTR { continue }
        if written < 0 { return .last("write") }
        done += written
      }
      return nil
    }
    if let failure { throw XylemError.unwritable(path, failure) }
  }
}
