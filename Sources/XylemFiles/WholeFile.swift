package import XylemErrors

/// Reads files that are small: configurations, lists of names, reports.
package enum WholeFile {
  /// All bytes of a file, or of a pipe that the shell hands over.
  ///
  /// - Parameter limit: the most bytes that are read.
  /// - Returns: nil where there are more.
  /// - Throws: `file.not-found`, `file.unreadable`; a pipe that has a name in a folder is refused, since opening it may wait for ever.
  package static func bytes(of path: String, upTo limit: Int) throws(XylemError) -> [UInt8]? {
    var file = try InputFile(path, regularOnly: false)
    if let size = file.size, size > limit { return nil }
    let bytes = try file.rest(upTo: limit + 1)
    return bytes.count > limit ? nil : bytes
  }

  /// The first bytes of a regular file; nil of a pipe or a device, whose bytes come only once.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`.
  package static func start(of path: String, count: Int) throws(XylemError) -> [UInt8]? {
    var file = try InputFile(path, regularOnly: false)
    return file.size == nil ? nil : try file.rest(upTo: count)
  }
}
