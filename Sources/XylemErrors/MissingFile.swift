internal import Glibc

extension XylemError {
  /// The error for a file that does not exist. It names the missing part of the path, and existing files with similar
  /// names.
  ///
  /// - Parameter what: the kind of file, as in `file` or `image file`.
  package static func missingFile(_ path: String, what: String = "file") -> XylemError {
    let (folder, _) = split(path)
    guard isFolder(folder) else {
      return XylemError(
        .fileNotFound, "there is no such \(what): the folder '\(folder)' does not exist", at: Place(file: path))
    }
    return XylemError(
      .fileNotFound, "there is no such \(what)", at: Place(file: path),
      remedies: nearFiles(of: path, endings: [""], limit: 2).map { "use \(shellWord($0))" })
  }

  /// The paths of files in the same folder whose names are closest to the missing file's name.
  ///
  /// - Parameter endings: the endings that the names may have.
  package static func nearFiles(of path: String, endings: [String], limit: Int) -> [String] {
    let (folder, name) = split(path)
    guard !name.isEmpty, name.utf8.count <= 255, let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    // Searching a folder with many files is not worth the time.
    while names.count < 2000, let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix("."), endings.contains(where: { $0.isEmpty || name.hasSuffix($0) }) { names.append(name) }
    }
    let start = String(path.dropLast(name.utf8.count))
    let near = nearMisses(of: name, among: names.sorted(), limit: limit + 4).lazy.map { start + $0 }
    // A folder is not a file, and a name that is not UTF-8 can't be pasted.
    return Array(near.filter { !$0.unicodeScalars.contains("\u{FFFD}") && !isFolder($0) }.prefix(limit))
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
