import Glibc
package import XylemErrors

/// Folders: what is in them, and making them.
package enum Folder {
  /// An entry of a folder.
  package struct Entry: Sendable, Hashable {
    /// What an entry is, after following links.
    package enum Kind: Sendable { case file, folder, other }

    /// The name, which need not be UTF-8.
    package let name: [UInt8]
    package let kind: Kind
  }

  /// The entries of a folder, without `.` and `..`, in any order. A broken link is ``Entry/Kind/other``.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`.
  package static func entries(of folder: PathBytes) throws(XylemError) -> [Entry] {
    guard let stream = unsafe folder.withCString({ unsafe opendir($0) }) else {
      throw XylemError.unreadable(folder.text, .last("opendir"))
    }
    defer { unsafe _ = closedir(stream) }
    var found: [Entry] = []
    while true {
      // Only this tells the end from a failure.
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
      if name == Array(".".utf8) || name == Array("..".utf8) { continue }
      switch unsafe Int(entry.pointee.d_type) {
      case 8: found.append(Entry(name: name, kind: .file))  // DT_REG
      case 4: found.append(Entry(name: name, kind: .folder))  // DT_DIR
      default: found.append(Entry(name: name, kind: kind(of: folder.appending(name)) ?? .other))
      }
    }
    guard errno == 0 else { throw XylemError.unreadable(folder.text, .last("readdir")) }
    return found
  }

  /// What is at a path, after following links. Nil if there is nothing.
  package static func kind(of path: PathBytes) -> Entry.Kind? {
    var status = stat()
    guard unsafe path.withCString({ unsafe stat($0, &status) }) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// Whether a symbolic link is at a path.
  package static func isLink(_ path: PathBytes) -> Bool {
    var status = stat()
    return unsafe path.withCString({ unsafe lstat($0, &status) }) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The size of a regular file in bytes. Nil if there is none.
  package static func size(ofFile path: String) -> Int? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// What identifies a folder, to notice links that form a circle.
  package static func identity(of folder: PathBytes) -> InputFile.Identity? {
    var status = stat()
    guard unsafe folder.withCString({ unsafe stat($0, &status) }) == 0 else { return nil }
    return InputFile.Identity(status)
  }

  /// Creates a folder unless it exists. Its parent must exist.
  ///
  /// - Throws: `file.unwritable`.
  package static func make(_ path: String) throws(XylemError) {
    guard unsafe mkdir(path, 0o777) != 0 else { return flush(WriteTarget.folder(of: path)) }
    let failure = SystemCallFailure.last("mkdir")
    if failure.code == EEXIST, kind(of: PathBytes(path)) == .folder { return }
    if failure.code == ENOENT { throw XylemError.missingFolder(WriteTarget.folder(of: path), of: path) }
    throw XylemError.unwritable(path, failure)
  }

  /// Removes the temporary files in a folder that processes left behind when they were killed.
  package static func removeAbandonedFiles(in path: String) { AbandonedFiles.removeNow(in: path) }

  /// Removes an empty folder. A folder that is not empty, or that is missing, stays as it is.
  package static func removeIfEmpty(_ path: String) { unsafe _ = rmdir(path) }

  /// Removes a file. A missing one is no error.
  ///
  /// - Throws: `file.unwritable`.
  package static func remove(file path: String) throws(XylemError) {
    guard unsafe unlink(path) != 0, errno != ENOENT else { return }
    throw XylemError.unwritable(path, .last("unlink"))
  }

  /// Flushes the names in a folder to disk. Not every file system can.
  static func flush(_ path: String) {
    let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }
}
