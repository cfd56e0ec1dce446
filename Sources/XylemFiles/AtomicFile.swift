import Glibc
public import XylemErrors

/// Writes files completely or not at all: into a temporary file in the same folder, which finally replaces the target.
///
/// A reader of the target sees the old or the new file, never a part, even if the machine stops in between. After an
/// error the target is unchanged and the temporary file is removed. If the process is killed, a file `.xylem-….tmp`
/// remains until a process writes to that folder again, see ``AbandonedFiles``.
///
/// Symbolic links are followed: their target is replaced, and they remain. An existing file keeps its permissions, and
/// its owner if the process may change it; further hard links keep the old contents. If the target is not a regular
/// file (a pipe, a device, `/dev/stdout`), bytes are written directly, since there is nothing to rename.
///
///     try AtomicFile.write("result.json") { (file) throws(XylemError) in
///       try file.append("{}\n")
///     }
public enum AtomicFile {
  /// Writes the output of `body` to the file at `path`.
  ///
  /// - Throws: `file.unwritable` if the folder is missing or not a folder, if the target is a folder or can't be
  ///   written, or if the disk is full; and the errors of `body`.
  public static func write(
    _ path: String, _ body: (inout Writer) throws(XylemError) -> Void
  ) throws(XylemError) {
    switch try WriteTarget(path) {
    case .stream(let descriptor):
      var writer = Writer(descriptor, path: path)
      try body(&writer)
      try writer.finish(syncing: false)
    case .file(let final, let existing):
      var temporary = try TemporaryFile(beside: final, replacing: existing, path: path)
      if let existing { try temporary.takeOver(existing) }
      try body(&temporary.writer)
      try temporary.commit()
    }
  }

  /// Writes `bytes` to the file at `path`.
  ///
  /// - Throws: `file.unwritable`.
  public static func write(_ bytes: [UInt8], to path: String) throws(XylemError) {
    try write(path) { (file) throws(XylemError) in try file.append(bytes) }
  }

  /// Writes `text` as UTF-8 to the file at `path`.
  ///
  /// - Throws: `file.unwritable`.
  public static func write(_ text: String, to path: String) throws(XylemError) {
    try write(path) { (file) throws(XylemError) in try file.append(text) }
  }
}
