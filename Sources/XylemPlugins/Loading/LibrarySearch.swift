internal import CXylemGuard
internal import XylemTensor

/// Where the loader of this machine would find libraries, and which libraries this process has already loaded.
///
/// Only reads files, and runs nothing. Unlike the loader, it ignores variants for processor features (`glibc-hwcaps`),
/// which have the same names.
struct LibrarySearch: Sendable {
  /// Folders that every process searches last.
  var systemFolders = ["/lib", "/usr/lib", "/lib64", "/usr/lib64"].flatMap { folder in
    [folder + "/\(Self.machineFolder)", folder]
  }
  /// Folders of `LD_LIBRARY_PATH` when the process began.
  var environmentFolders = Self.folders(of: Self.startEnvironment["LD_LIBRARY_PATH"] ?? "", origin: "")
  /// The loader's index.
  var cache = LoaderCache()
  /// Files of the libraries that this process has loaded.
  var mapped = Self.mappedFiles()
  /// Folders where the tensor runtime is searched.
  var runtimePaths = TensorRuntime.searchPaths
  /// The libtorch that the runtime is configured to use.
  var libtorch = Self.startEnvironment["XYLEM_LIBTORCH"].flatMap { $0.isEmpty ? nil : $0 }

  #if arch(x86_64)
    private static let machineFolder = "x86_64-linux-gnu"
  #elseif arch(arm64)
    private static let machineFolder = "aarch64-linux-gnu"
  #endif

  /// Returns the files that a library name may refer to, in the order of search.
  ///
  /// - Parameters:
  ///   - rpaths: folders of the files that need the library, searched before the environment's.
  ///   - runpaths: the same, searched after the environment's.
  func candidates(_ name: String, rpaths: [String], runpaths: [String]) -> [String] {
    guard !name.contains("/") else { return name.hasPrefix("/") ? [name] : [] }
    let before = (rpaths + environmentFolders + runpaths).map { $0 + "/" + name }
    return before + cache.candidates(name) + systemFolders.map { $0 + "/" + name }
  }

  /// Returns the file with the given name that this process has loaded.
  func mappedFile(_ name: String) -> String? {
    mapped.first { $0.hasSuffix("/" + name) }
  }

  /// Whether a file belongs to the system. Its digest then says nothing about the plugin.
  func isSystem(_ path: String) -> Bool {
    guard let slash = path.lastIndex(of: "/") else { return false }
    return systemFolders.contains(String(path[..<slash])) || path.hasPrefix("/lib/ld-") || path.hasPrefix("/lib64/ld-")
  }

  /// Returns the folders of a search path, with `$ORIGIN` replaced by the file's folder. Relative folders are left out.
  static func folders(of path: String, origin: String) -> [String] {
    path.split(whereSeparator: { $0 == ":" || $0 == ";" }).compactMap { entry in
      var folder = String(entry)
      for token in ["$ORIGIN", "${ORIGIN}"] {
        guard let range = folder.firstRange(of: token) else { continue }
        folder.replaceSubrange(range, with: origin)
      }
      for token in ["$LIB", "${LIB}"] {
        guard let range = folder.firstRange(of: token) else { continue }
        folder.replaceSubrange(range, with: "lib/" + machineFolder)
      }
      while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
      return folder.hasPrefix("/") && !folder.contains("$") ? folder : nil
    }
  }

  private static let startEnvironment: [String: String] = {
    var found: [String: String] = [:]
    for name in ["LD_LIBRARY_PATH", "XYLEM_LIBTORCH"] {
      if let value = PluginPolicy.environment(name) { found[name] = value }
    }
    return found
  }()

  private static func mappedFiles() -> [String] {
    var files: [String] = []
    unsafe withUnsafeMutablePointer(to: &files) { pointer in
      unsafe xylem_each_library(
        { path, context in
          guard let path = unsafe path else { return }
          unsafe context?.assumingMemoryBound(to: [String].self).pointee.append(String(cString: path))
        }, pointer)
    }
    return files
  }
}
