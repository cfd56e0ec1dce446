internal import Glibc
public import XylemErrors

/// What can be known about a plugin without running any of its code: the digest of its bytes, its manifest, and the
/// libraries it needs.
public struct PluginFile: Sendable, Hashable {
  /// The path as given.
  public let path: String
  /// SHA-256 of the file's bytes, 64 hexadecimal digits.
  public let digest: String
  /// The file's size in bytes.
  public let byteCount: Int
  /// The manifest in the plugin's notes.
  public let manifest: PluginManifest
  /// The libraries that it needs, directly and through others.
  public let dependencies: [PluginDependency]

  /// Inspects a file. None of its code runs, even in hostile files. Reads the whole file, and the libraries it needs
  /// except the system's.
  ///
  /// - Throws: `usage` for a path without a slash; `file.not-found`, `file.unreadable`; `plugin.not-a-plugin`, with a
  ///   description of the file; `plugin.note-malformed`, `plugin.abi-too-new`, `plugin.dependency-missing`,
  ///   `plugin.dependency-conflict`.
  public init(_ path: String) throws(XylemError) {
    var report = PluginReport(path: path)
    self = try Inspection(path, report: &report).file
  }

  init(path: String, digest: String, byteCount: Int, manifest: PluginManifest, dependencies: [PluginDependency]) {
    self.path = path
    self.digest = digest
    self.byteCount = byteCount
    self.manifest = manifest
    self.dependencies = dependencies
  }
}

/// A plugin's file that is inspected stage by stage and still open.
struct Inspection {
  let opened: OpenedFile
  let elf: ElfFile
  let file: PluginFile

  /// Runs the stages file, note and dependencies, and records them in the report.
  ///
  /// - Throws: the errors of ``PluginFile/init(_:)``.
  init(_ path: String, search: LibrarySearch? = nil, report: inout PluginReport) throws(XylemError) {
    let (opened, elf, digest) = try report.stage(.file) { () throws(XylemError) in
      guard path.contains("/") else { throw PluginFileErrors.nameWithoutFolder(path) }
      let opened = try OpenedFile(path)
      return (opened, try ElfFile(opened), try opened.digest())
    }
    report.digest = digest
    let manifest = try report.stage(.note) { () throws(XylemError) in
      let manifest = try NoteReader.manifest(elf.notes, path: path)
      guard manifest.abiNeeded.isMet(by: .host) else {
        throw PluginFileErrors.abiTooNew(path, needed: manifest.abiNeeded, host: .host)
      }
      return manifest
    }
    report.manifest = manifest
    let dependencies = try report.stage(.dependencies) { () throws(XylemError) in
      try DependencyResolver.resolve(elf, path: absolutePath(path), search: search ?? LibrarySearch())
    }
    self.opened = opened
    self.elf = elf
    file = PluginFile(
      path: path, digest: digest, byteCount: opened.byteCount, manifest: manifest, dependencies: dependencies)
  }
}

/// Returns a path that means the same in every working folder. Links are not resolved.
func absolutePath(_ path: String) -> String {
  guard !path.hasPrefix("/"), let folder = unsafe getcwd(nil, 0) else { return path }
  defer { unsafe free(folder) }
  var rest = path[...]
  while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
  let base = unsafe String(cString: folder)
  return base + (base.hasSuffix("/") ? "" : "/") + rest
}
