import Foundation
import Glibc
import Testing
import XylemErrors
import XylemFiles
import XylemTestSupport

@testable import XylemPlugins

@Suite struct PluginFileTests {
  /// What the machine has, looked up once for many files.
  private static let search = LibrarySearch()

  /// The error of inspecting a file of these bytes.
  private func error(_ bytes: [UInt8], in folder: String) -> XylemError? {
    let path = folder + "/some.so"
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      var report = PluginReport(path: path)
      _ = try Inspection(path, search: Self.search, report: &report)
      return nil
    } catch { return error as? XylemError }
  }

  @Test func `a plugin is described without being run`() throws {
    let file = try PluginFile(Fixtures.misbehaving("TrapsInConstructor"))
    #expect(file.manifest.id == "org.xylem.misbehaving.traps-in-constructor")
    #expect(file.manifest.name == "Traps in a constructor")
    #expect(file.manifest.version == "1.0")
    #expect("\(file.manifest.abi) \(file.manifest.abiNeeded)" == "1.1 1.1")
    #expect(file.dependencies.map(\.name).contains("libc.so.6"))
    #expect(file.dependencies.allSatisfy { $0.path.hasPrefix("/") })
    // The C library is the system's, whose digest says nothing about the plugin.
    #expect(file.dependencies.first { $0.name == "libc.so.6" }?.digest == nil)
  }

  @Test func `the digest equals sha256sum's`() throws {
    #expect(ContentDigest.of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(ContentDigest.of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    try withTemporaryFolder { folder in
      let path = folder + "/million"
      try Data(repeating: UInt8(ascii: "a"), count: 1_000_000).write(to: URL(fileURLWithPath: path))
      #expect(
        try OpenedFile(path).digest() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }
  }

  @Test func `a name without a folder is not searched for`() {
    let error = #expect(throws: XylemError.self) { _ = try PluginFile("some.so") }
    #expect(error?.id == .usage)
    #expect(error?.remedies == ["./some.so  # in the current folder"])
    #expect(#expect(throws: XylemError.self) { _ = try PluginFile("") }?.id == .usage)
  }

  @Test func `the error for a file that is not regular names its kind`() throws {
    try withTemporaryFolder { folder in
      #expect(#expect(throws: XylemError.self) { _ = try PluginFile(folder + "/none") }?.id == .fileNotFound)
      let isFolder = #expect(throws: XylemError.self) { _ = try PluginFile(folder) }
      #expect(isFolder?.id == .pluginNotAPlugin && isFolder?.message == "this is not a plugin: it is a folder")
      #expect(unsafe mkfifo(folder + "/pipe", 0o600) == 0)
      let isPipe = #expect(throws: XylemError.self) { _ = try PluginFile(folder + "/pipe") }
      #expect(isPipe?.id == .pluginNotAPlugin && isPipe?.message == "this is not a plugin: it is a pipe")
      let isDevice = #expect(throws: XylemError.self) { _ = try PluginFile("/dev/zero") }
      #expect(isDevice?.message == "this is not a plugin: it is a device")
      #expect(unsafe symlink(folder + "/a", folder + "/b") == 0 && symlink(folder + "/b", folder + "/a") == 0)
      #expect(#expect(throws: XylemError.self) { _ = try PluginFile(folder + "/a") }?.id == .fileUnreadable)
    }
  }

  @Test(arguments: [
    ("", "the file is empty"), ("x", "it is not an ELF file"), ("#!/bin/sh\nexit 0\n", "it is not an ELF file"),
    ("\u{7f}ELF", "it is not an ELF file"), ("!<arch>\n", "it is a static library"),
    ("INPUT(libm.so.6)\n", "it is not an ELF file"),
  ])
  func `a file that is not ELF is not a plugin`(text: String, reason: String) throws {
    try withTemporaryFolder { folder in
      let error = error(Array(text.utf8), in: folder)
      #expect(error?.id == .pluginNotAPlugin)
      if text.count != 4 { #expect(error?.message == "this is not a plugin: \(reason)") }
    }
  }

  @Test func `ELF files of other kinds and machines are no plugins, each for its reason`() throws {
    try withTemporaryFolder { folder in
      var found: [String] = []
      let kinds: [(inout ElfBuilder) -> Void] = [
        { $0.machine = 243 }, { $0.machine = 9999 }, { $0.type = 2 }, { $0.type = 1 }, { $0.type = 4 },
        { $0.type = 77 }, { $0.flags1 = 0x0800_0000 }, { $0.hasDynamic = false }, { _ in },
      ]
      for change in kinds {
        var builder = ElfBuilder()
        change(&builder)
        found.append(
          error(builder.bytes(), in: folder)?.message.replacing("this is not a plugin: ", with: "") ?? "none")
      }
      let own = ElfBuilder.ownMachine == 62 ? "x86-64" : "AArch64"
      #expect(
        found == [
          "it is built for another machine: RISC-V, not \(own)",
          "it is built for another machine: number 9999, not \(own)", "it is an executable, not a shared object",
          "it is an unlinked object file", "it is a core dump", "it is an ELF file of an unknown type",
          "it is an executable, not a shared object", "it is not linked dynamically", "it has no Xylem note",
        ])
    }
  }

  @Test func `an executable is not a plugin`() {
    let error = #expect(throws: XylemError.self) { _ = try PluginFile("/proc/self/exe") }
    #expect(error?.id == .pluginNotAPlugin)
  }

  @Test func `a file cut short anywhere is refused or whole, and never a crash`() throws {
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: Fixtures.misbehaving("BuiltForNewerABI"))))
    let sections = try #require(whole.count > 4096 ? whole.count : nil)
    try withTemporaryFolder { folder in
      var ids: Set<ErrorID?> = []
      for count in Array(0..<600) + stride(from: 600, to: sections, by: 97) {
        ids.insert(error(Array(whole[..<count]), in: folder)?.id)
      }
      #expect(ids.subtracting([nil, .pluginNotAPlugin, .pluginNoteMalformed]).isEmpty)
    }
  }

  @Test func `any byte of the headers may be wrong, and nothing crashes or hangs`() throws {
    let whole = ElfBuilder(needed: ["libc.so.6"], runpath: "$ORIGIN", soname: "one.so", notes: pluginNote()).bytes()
    try withTemporaryFolder { folder in
      #expect(error(whole, in: folder) == nil)
      var ids: Set<ErrorID?> = []
      for index in whole.indices {
        for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
          var bytes = whole
          bytes[index] = value
          ids.insert(error(bytes, in: folder)?.id)
        }
      }
      let known: Set<ErrorID?> = [
        nil, .pluginNotAPlugin, .pluginNoteMalformed, .pluginABITooNew, .pluginDependencyMissing,
      ]
      #expect(ids.isSubset(of: known), "\(ids.subtracting(known))")
    }
  }
}
