import Glibc
package import XylemErrors

/// A file to which whole lines are appended.
///
/// A process that is killed while it appends leaves a part of a line at the end: it is not read, and the next append
/// removes it. Callers that append at the same time must hold a lock, see ``FolderLock``.
package enum LineJournal {
  /// The whole lines, without their line breaks. Empty if the file does not exist.
  ///
  /// - Throws: `file.unreadable`.
  package static func lines(of path: String) throws(XylemError) -> [ArraySlice<UInt8>] {
    let bytes = try contents(of: path)
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // What comes after the last line break is nothing, or a part of a line.
    lines.removeLast()
    return lines
  }

  private static func contents(of path: String) throws(XylemError) -> [UInt8] {
    do throws(XylemError) {
      var file = try InputFile(path, regularOnly: true)
      return try file.rest(upTo: .max)
    } catch {
      guard error.id == .fileNotFound else { throw error }
      return []
    }
  }

  /// Appends a line, without its line break, and flushes it to disk. Creates the file if it does not exist.
  ///
  /// - Throws: `file.unwritable`, `file.unreadable`.
  package static func append(_ line: String, to path: String) throws(XylemError) {
    precondition(!line.utf8.contains(UInt8(ascii: "\n")), "a line has no line break")
    let whole = (try contents(of: path).lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw XylemError.unwritable(path, .last("open")) }
    guard ftruncate(descriptor, off_t(whole)) == 0, lseek(descriptor, off_t(whole), SEEK_SET) >= 0 else {
      let failure = SystemCallFailure.last("ftruncate")
      close(descriptor)
      throw XylemError.unwritable(path, failure)
    }
    var writer = AtomicFile.Writer(descriptor, path: path)
    try writer.append(line + "\n")
    try writer.finish(syncing: true)
  }
}
