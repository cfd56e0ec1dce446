import Foundation
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemPlugins

@Suite struct DependencyTests {
  /// A machine with nothing on it but what a test puts there.
  private var bareSearch: LibrarySearch {
    var search = LibrarySearch()
    search.systemFolders = []
    search.environmentFolders = []
    search.cache = LoaderCache(path: "/nowhere")
    search.mapped = []
    search.runtimePaths = []
    search.libtorch = nil
    return search
  }

  private func inspect(_ path: String, _ search: LibrarySearch) throws -> [String] {
    var report = PluginReport(path: path)
    return try Inspection(path, search: search, report: &report).file.dependencies.map {
      $0.path.replacingOccurrences(of: path.split(separator: "/").dropLast().joined(separator: "/"), with: "~")
    }
  }

  @Test func `libraries are followed to the end, nearest first, and those beside the plugin have digests`() throws {
    try withTemporaryFolder { folder in
      let plugin = try ElfBuilder(needed: ["a.so", "b.so"], runpath: "$ORIGIN", notes: pluginNote()).write(
        "plugin.so", in: folder)
      _ = try ElfBuilder(needed: ["c.so"], runpath: "${ORIGIN}").write("a.so", in: folder)
      _ = try ElfBuilder(needed: ["a.so"]).write("b.so", in: folder)
      _ = try ElfBuilder().write("c.so", in: folder)
      #expect(try inspect(plugin, bareSearch) == ["/~/a.so", "/~/b.so", "/~/c.so"])
      var report = PluginReport(path: plugin)
      let file = try Inspection(plugin, search: bareSearch, report: &report).file
      #expect(file.dependencies.map { $0.digest?.count } == [64, 64, 64])
    }
  }

  @Test func `a missing library is named, with who needs it and where it was looked for`() throws {
    try withTemporaryFolder { folder in
      let plugin = try ElfBuilder(needed: ["a.so"], runpath: "/somewhere:$ORIGIN:relative", notes: pluginNote()).write(
        "plugin.so", in: folder)
      _ = try ElfBuilder(needed: ["c.so"], rpath: "/elsewhere").write("a.so", in: folder)
      let error = #expect(throws: XylemError.self) { try inspect(plugin, bareSearch) }
      #expect(error?.id == .pluginDependencyMissing)
      #expect(error?.message == "the library 'c.so', which 'a.so' needs, was not found")
      #expect(error?.cause.map { "\($0)" } == "looked in /elsewhere")
      try FileManager.default.removeItem(atPath: folder + "/a.so")
      let direct = #expect(throws: XylemError.self) { try inspect(plugin, bareSearch) }
      #expect(direct?.message == "the library 'a.so', which 'plugin.so' needs, was not found")
      #expect(direct?.cause.map { "\($0)" } == "looked in /somewhere, \(folder)")
    }
  }

  @Test func `the folders of its dependents apply if it has no run path`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/inner", withIntermediateDirectories: false)
      let plugin = try ElfBuilder(needed: ["a.so"], rpath: "$ORIGIN/inner", notes: pluginNote()).write(
        "plugin.so", in: folder)
      _ = try ElfBuilder(needed: ["c.so"]).write("inner/a.so", in: folder)
      _ = try ElfBuilder().write("inner/c.so", in: folder)
      #expect(try inspect(plugin, bareSearch) == ["/~/inner/a.so", "/~/inner/c.so"])
    }
  }

  @Test func `a library of another machine is passed over, as the loader does`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/other", withIntermediateDirectories: false)
      let plugin = try ElfBuilder(needed: ["a.so"], runpath: "$ORIGIN/other:$ORIGIN", notes: pluginNote()).write(
        "plugin.so", in: folder)
      _ = try ElfBuilder(machine: 243).write("other/a.so", in: folder)
      _ = try ElfBuilder().write("a.so", in: folder)
      #expect(try inspect(plugin, bareSearch) == ["/~/a.so"])
    }
  }

  @Test func `a library that this process has loaded is used if no other is found`() throws {
    try withTemporaryFolder { folder in
      let plugin = try ElfBuilder(needed: ["a.so"], notes: pluginNote()).write("plugin.so", in: folder)
      try FileManager.default.createDirectory(atPath: folder + "/host", withIntermediateDirectories: false)
      var search = bareSearch
      search.mapped = [try ElfBuilder().write("host/a.so", in: folder)]
      #expect(try inspect(plugin, search) == ["/~/host/a.so"])
    }
  }

  @Test(arguments: ["libc10.so", "libtorch_cpu.so", "libtorch.so", "libswiftCore.so"])
  func `a second copy of a library that a process may only have once is a conflict that names both`(name: String) throws
  {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/host", withIntermediateDirectories: false)
      let plugin = try ElfBuilder(needed: [name], runpath: "$ORIGIN", notes: pluginNote()).write(
        "plugin.so", in: folder)
      _ = try ElfBuilder(soname: "the plugin's").write(name, in: folder)
      var search = bareSearch
      search.mapped = [try ElfBuilder(soname: "the host's").write("host/\(name)", in: folder)]
      let error = #expect(throws: XylemError.self) { try inspect(plugin, search) }
      #expect(error?.id == .pluginDependencyConflict)
      #expect(error?.cause.map { "\($0)" } == "the plugin's: \(folder)/\(name)\nthe host's: \(folder)/host/\(name)")
      // The same bytes in two places are one library.
      _ = try ElfBuilder(soname: "the host's").write(name, in: folder)
      #expect(try inspect(plugin, search) == ["/~/\(name)"])
    }
  }

  @Test func `a libtorch is in conflict also before the runtime is loaded`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/host", withIntermediateDirectories: false)
      let plugin = try ElfBuilder(needed: ["libc10.so"], runpath: "$ORIGIN", notes: pluginNote()).write(
        "plugin.so", in: folder)
      _ = try ElfBuilder(soname: "the plugin's").write("libc10.so", in: folder)
      _ = try ElfBuilder(soname: "the host's").write("host/libc10.so", in: folder)
      var search = bareSearch
      search.runtimePaths = [
        try ElfBuilder(needed: ["libc10.so"], runpath: "$ORIGIN/host").write("runtime.so", in: folder)
      ]
      #expect(#expect(throws: XylemError.self) { try inspect(plugin, search) }?.id == .pluginDependencyConflict)
    }
  }

  @Test func `folders that depend on the current one, and unknown tokens, are left out`() {
    #expect(
      LibrarySearch.folders(of: "/a/:.:b::$ORIGIN/c:$PLATFORM/d:/e;/f", origin: "/o") == ["/a", "/o/c", "/e", "/f"])
  }

  @Test func `the loader's index of this machine has its C library, if there is an index`() {
    guard FileManager.default.fileExists(atPath: "/etc/ld.so.cache") else { return }
    #expect(LoaderCache().candidates("libc.so.6").contains { FileManager.default.fileExists(atPath: $0) })
  }
}
