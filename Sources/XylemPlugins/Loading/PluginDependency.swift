internal import Glibc
internal import Synchronization
internal import XylemErrors
internal import XylemFiles

/// A library that a plugin needs, directly or through others.
public struct PluginDependency: Sendable, Hashable, Codable {
  /// The requested name, as in `libm.so.6`.
  public var name: String
  /// The file that the loader uses.
  public var path: String
  /// The file's SHA-256; nil for the system's own libraries.
  public var digest: String?
}

/// Resolves a plugin's dependencies, direct and indirect.
struct DependencyResolver {
  private let search: LibrarySearch
  private var found: [PluginDependency] = []
  private var names: Set<String> = []

  /// The maximum number of libraries.
  private static let limit = 1024

  /// Returns everything that a plugin needs, in the loader's order, nearest first.
  ///
  /// - Throws: `plugin.dependency-missing`, `plugin.dependency-conflict`.
  static func resolve(
    _ elf: ElfFile, path: String, search: LibrarySearch
  ) throws(XylemError) -> [PluginDependency] {
    var resolver = DependencyResolver(search: search)
    try resolver.follow(elf, path: path, plugin: path)
    try resolver.checkConflicts(plugin: path)
    return resolver.found
  }

  private init(search: LibrarySearch) { self.search = search }

  private mutating func follow(_ elf: ElfFile, path: String, plugin: String) throws(XylemError) {
    var queue: [(elf: ElfFile, path: String, rpaths: [String])] = [(elf, path, [])]
    while !queue.isEmpty, found.count < Self.limit {
      let (elf, path, inherited) = queue.removeFirst()
      let origin = Self.folder(of: path)
      // With DT_RUNPATH, inherited DT_RPATH folders are ignored.
      let rpaths =
        elf.runpath == nil
        ? LibrarySearch.folders(of: elf.rpath ?? "", origin: origin) + inherited : []
      let runpaths = LibrarySearch.folders(of: elf.runpath ?? "", origin: origin)
      for name in elf.needed where names.insert(name).inserted {
        let candidates = search.candidates(name, rpaths: rpaths, runpaths: runpaths)
        guard let (place, library) = load(name, candidates) else {
          let folders = candidates.map { Self.folder(of: $0) }
          throw PluginFileErrors.missingDependency(
            name, neededBy: Self.name(of: path), path: plugin, searched: folders.removingDuplicates())
        }
        found.append(
          PluginDependency(name: name, path: place, digest: search.isSystem(place) ? nil : try Self.digest(place)))
        queue.append((library, place, rpaths))
      }
    }
  }

  /// Returns the first candidate that is a library for this machine, as the loader skips those that are not; otherwise
  /// the library that is already loaded.
  private func load(_ name: String, _ candidates: [String]) -> (String, ElfFile)? {
    for place in candidates + [search.mappedFile(name)].compactMap({ $0 }) {
      if let file = try? OpenedFile(place), let elf = try? ElfFile(file) { return (place, elf) }
    }
    return nil
  }

  /// Throws if the plugin would load a second copy of a library that must be shared: its types, devices, operators and
  /// memory would exist twice.
  private func checkConflicts(plugin: String) throws(XylemError) {
    for dependency in found where Self.mustBeShared(dependency.name) {
      guard let host = hostFile(dependency.name), !Self.areSame(host, dependency) else { continue }
      throw PluginFileErrors.conflict(dependency.name, path: plugin, plugin: dependency.path, host: host)
    }
  }

  private static func mustBeShared(_ name: String) -> Bool {
    ["libtorch.so", "libtorch_", "libc10", "libswiftCore.so"].contains { name.hasPrefix($0) }
  }

  /// The file with that name that this host uses, or will use when the runtime is loaded.
  private func hostFile(_ name: String) -> String? {
    if let mapped = search.mappedFile(name) { return mapped }
    guard !name.hasPrefix("libswift") else { return nil }
    if let libtorch = search.libtorch, InputFile.Identity(libtorch + "/lib/" + name) != nil {
      return libtorch + "/lib/" + name
    }
    for runtime in search.runtimePaths {
      guard let file = try? OpenedFile(runtime), let elf = try? ElfFile(file) else { continue }
      let folders = LibrarySearch.folders(of: elf.runpath ?? elf.rpath ?? "", origin: Self.folder(of: runtime))
      let candidates = search.candidates(name, rpaths: folders, runpaths: [])
      return candidates.first { InputFile.Identity($0) != nil }
    }
    return nil
  }

  private static func areSame(_ host: String, _ dependency: PluginDependency) -> Bool {
    if InputFile.Identity(host) == InputFile.Identity(dependency.path) { return true }
    guard let digest = dependency.digest, let own = try? Self.digest(host) else { return false }
    return digest == own
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// Libraries of hundreds of megabytes are digested once per process, as long as the file does not change.
  private static let digests = Mutex<[Stamp: String]>([:])

  private struct Stamp: Hashable {
    let identity: InputFile.Identity
    let values: [Int]
  }

  private static func digest(_ path: String) throws(XylemError) -> String {
    let file = try OpenedFile(path)
    var status = stat()
    guard unsafe fstat(file.descriptor, &status) == 0 else { throw PluginFileErrors.cutShort(path) }
    let stamp = Stamp(
      identity: file.identity,
      values: [
        file.byteCount, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
      ])
    if let known = digests.withLock({ $0[stamp] }) { return known }
    let digest = try file.digest()
    digests.withLock { $0[stamp] = digest }
    return digest
  }
}

extension [String] {
  /// The elements in order, without duplicates.
  func removingDuplicates() -> [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
