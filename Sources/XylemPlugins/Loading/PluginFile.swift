internal import Glibc
public import XylemErrors

/// What can be known about a plugin without running anything of it: its bytes' digest, what it says of itself, and the libraries
/// that loading it brings.
public struct PluginFile: Sendable, Hashable {
  /// As it was given.
  public let path: String
  /// SHA-256 of the file's bytes, 64 hexadecimal digits.
  public let digest: String
  /// The file's size.
  public let byteCount: Int
  /// What the plugin says of itself in its notes.
  public let manifest: PluginManifest
  /// The libraries that it needs, directly and through others.
  public let dependencies: [PluginDependency]

  /// Inspects a file. Nothing of it runs, hostile files included; costs a reading of the file, and of the libraries beside the
  /// system's that it needs.
  ///
  /// - Throws: `usage` for a path without a slash; `file.not-found`, `file.unreadable`; `plugin.not-a-plugin`, saying what the file is;
  ///   `plugin.note-malformed`, `plugin.abi-too-new`, `plugin.dependency-missing`, `plugin.dependency-conflict`.
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

/// A plugin's file, looked into stage by stage, and still open.
struct Inspection {
  let opened: OpenedFile
  let elf: ElfFile
  let file: PluginFile

  /// Runs the stages file, note and dependencies, and writes them into the report.
  ///
  /// - Throws: as ``PluginFile/init(_:)``.
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

/// A path that means the same in every folder; links stay as they are.
func absolutePath(_ path: String) -> String {
  guard !path.hasPrefix("/"), let folder = unsafe getcwd(nil, 0) else { return path }
  defer { unsafe free(folder) }
  var rest = path[...]
  while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
  let base = unsafe String(cString: folder)
  return base + (base.hasSuffix("/") ? "" : "/") + rest
}
