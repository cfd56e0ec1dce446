import Glibc
public import XylemErrors

/// Writes files whole or not at all: into a temporary file of the same folder, which takes the target's place at last.
///
/// A reader of the target sees the old file or the new one, never a part, also where the machine stops in between.
/// On any error the target is untouched and the temporary file is gone; where the process is killed, a file
/// `.xylem-….tmp` stays until a process writes to that folder again, see ``AbandonedFiles``.
///
/// The target's links are followed: what they lead to is replaced, they stay. An existing file keeps its permissions, and
/// its owner where the process may give it away; further hard links keep the old contents. Where the target is no
/// regular file (a pipe, a device, `/dev/stdout`), bytes go there as they come, for there is nothing to rename.
///
///     try AtomicFile.write("result.json") { (file) throws(XylemError) in
///       try file.append("{}\n")
///     }
public enum AtomicFile {
  /// Writes what `body` appends to the file at `path`.
  ///
  /// - Throws: `file.unwritable` where the folder is missing or is no folder, where the target is a folder or can't be
  ///   written, or where the disk is full; and what `body` throws.
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
