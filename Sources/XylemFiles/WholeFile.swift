package import XylemErrors

/// Reads small files: configurations, lists of names, reports.
package enum WholeFile {
  /// All bytes of a file, or of a pipe of the shell.
  ///
  /// - Parameter limit: the maximum number of bytes.
  /// - Returns: nil if there are more.
  /// - Throws: `file.not-found`, `file.unreadable`. A named pipe is refused, since opening it may block forever.
  package static func bytes(of path: String, upTo limit: Int) throws(XylemError) -> [UInt8]? {
    var file = try InputFile(path, regularOnly: false)
    if let size = file.size, size > limit { return nil }
    let bytes = try file.rest(upTo: limit + 1)
    return bytes.count > limit ? nil : bytes
  }

  /// The first bytes of a regular file. Nil for a pipe or a device, whose bytes can be read only once.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`.
  package static func start(of path: String, count: Int) throws(XylemError) -> [UInt8]? {
    var file = try InputFile(path, regularOnly: false)
    return file.size == nil ? nil : try file.rest(upTo: count)
  }
}
