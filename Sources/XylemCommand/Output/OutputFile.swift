internal import Foundation
internal import Glibc
internal import XylemErrors
internal import XylemFiles

/// The destination of results.
enum OutputFile {
  /// Checks, before any work is done, that a file can be written.
  ///
  /// - Throws: `file.unwritable` if its folder does not exist, or if it is a folder.
  static func check(_ path: String) throws(XylemError) {
    guard !isStandardOutput(path) else { return }
    guard folderExists(at: folder(of: path)) else { throw XylemError.missingFolder(folder(of: path), of: path) }
    guard !folderExists(at: path) else { throw XylemError.targetIsFolder(path) }
  }

  /// Checks that a folder can be created.
  ///
  /// - Throws: `file.unwritable` if a file has that name, or if the parent folder does not exist.
  static func checkFolder(_ path: String) throws(XylemError) {
    guard !folderExists(at: path) else { return }
    guard !FileManager.default.fileExists(atPath: path) else { throw CommandErrors.imagesIsFile(path) }
    let above = folder(of: path.last == "/" ? String(path.dropLast()) : path)
    guard folderExists(at: above) else { throw XylemError.missingFolder(above, of: path) }
  }

  /// Creates a folder unless it exists.
  static func makeFolder(_ path: String, after written: [String]) throws(XylemError) {
    guard !folderExists(at: path) else { return }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw CommandErrors.folderNotMade(path, String(cString: strerror(errno)), written: written)
    }
  }

  /// Writes a string to a file, completely or not at all.
  static func write(_ text: String, to path: String) throws(XylemError) {
    try AtomicFile.write(text, to: self.path(of: path))
  }

  /// Whether a path stands for standard output: `-`, or `-.npy` with a format's extension.
  static func isStandardOutput(_ path: String) -> Bool { path == "-" || path.hasPrefix("-.") }

  /// The path to write to.
  static func path(of path: String) -> String { isStandardOutput(path) ? "/dev/stdout" : path }

  /// Whether two paths lead to the same existing file.
  static func areSame(_ a: String, _ b: String) -> Bool {
    guard FileManager.default.fileExists(atPath: a), FileManager.default.fileExists(atPath: b) else { return false }
    return URL(fileURLWithPath: a).resolvingSymlinksInPath().path
      == URL(fileURLWithPath: b).resolvingSymlinksInPath().path
  }

  /// A similar path at which nothing exists yet: `features-2.npy`.
  static func free(near path: String) -> String {
    let path = path.hasSuffix("/") ? String(path.dropLast()) : path
    let name = path.split(separator: "/").last ?? ""
    let ending = name.dropFirst().lastIndex(of: ".").map { String(name[$0...]) } ?? ""
    let stem = path.dropLast(ending.count)
    return (2...).lazy.map { "\(stem)-\($0)\(ending)" }.first { !FileManager.default.fileExists(atPath: $0) } ?? path
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func folderExists(at path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
