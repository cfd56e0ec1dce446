import Foundation
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemPlugins

@Suite struct LoadTests {
  private let good = Fixtures.misbehaving("BuiltForNewerABI")

  @Test func `a plugin that was built for a newer ABI and needs nothing new of it loads`() throws {
    let plugin = try LeafPlugin.load(good, policy: policy())
    #expect("\(plugin.manifest.abi)" == "1.6")
    #expect(plugin.functions.map(\.name) == ["twice"] && plugin.modules.isEmpty)
  }

  @Test func `one content is loaded once, from whatever path`() throws {
    try withTemporaryFolder { folder in
      let copy = folder + "/copy.so"
      try FileManager.default.copyItem(atPath: good, toPath: copy)
      let (first, second) = (try LeafPlugin.load(good, policy: policy()), try LeafPlugin.load(copy, policy: policy()))
      #expect(first === second)
      #expect(LeafPlugin.loaded(digest: first.file.digest) === first)
      #expect(LeafPlugin.all.contains { $0 === first })
    }
    #expect(LeafPlugin.loaded(digest: String(repeating: "0", count: 64)) == nil)
  }

  @Test func `two plugins that bring one name are refused with both named, and one content twice is not`() throws {
    let other = Fixtures.misbehaving("DuplicateName")
    let error = #expect(throws: XylemError.self) {
      try LeafPlugin.checkNames(of: [try PluginFile(good), try PluginFile(other)])
    }
    #expect(error?.id == .pluginDuplicateName)
    #expect(error?.message == "two plugins provide the leaf function 'twice'")
    #expect(error?.cause.map { "\($0)" } == "first: \(good)\nsecond: \(other)")
    try LeafPlugin.checkNames(of: [try PluginFile(good), try PluginFile(good)])
  }

  @Test func `a pin is by path or by id, in any spelling, and a wrong one names both digests`() throws {
    let file = try PluginFile(good)
    for (key, pin) in [(good, file.digest), (file.manifest.id, "SHA256:" + file.digest.uppercased())] {
      var policy = policy()
      (policy.pins, policy.requiresPin) = ([key: pin], true)
      _ = try LeafPlugin.load(good, policy: policy)
    }
    let wrong = String(repeating: "ab", count: 32)
    var policy = policy()
    policy.pins = [file.manifest.id: wrong]
    let error = #expect(throws: XylemError.self) { _ = try LeafPlugin.load(good, policy: policy) }
    #expect(error?.id == .pluginDigestMismatch)
    #expect(error?.cause.map { "\($0)" } == "pinned: \(wrong)\nfound: \(file.digest)")
    policy.pins = [good: "latest"]
    #expect(
      #expect(throws: XylemError.self) { _ = try LeafPlugin.load(good, policy: policy) }?.id == .pluginDigestMismatch)
  }

  @Test func `a plugin without a pin is refused where the policy asks for one`() throws {
    var policy = policy()
    policy.requiresPin = true
    policy.pins = ["org.example.other": String(repeating: "0", count: 64)]
    let error = #expect(throws: XylemError.self) { _ = try LeafPlugin.load(good, policy: policy) }
    #expect(error?.id == .pluginNotPinned)
    #expect(error?.remedies == ["pin \(try PluginFile(good).digest)"])
  }

  @Test func `many threads that load one plugin get one object`() async throws {
    let plugins = try await withThrowingTaskGroup(of: LeafPlugin.self) { group in
      for _ in 0..<8 { group.addTask { try LeafPlugin.load(Fixtures.misbehaving("DuplicateName"), policy: policy()) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(plugins.count == 8 && plugins.allSatisfy { $0 === plugins.first })
  }

  @Test func `the report is the same as text and as JSON`() throws {
    let path = "/nowhere/some.so"
    let (_, report) = LeafPlugin.attempt(path, policy: policy())
    #expect(
      String(describing: report) == """
        /nowhere/some.so
          file          FAILED
            there is no such file: the folder '/nowhere' does not exist (file.not-found)
              file: /nowhere/some.so
          note          not reached
          dependencies  not reached
          policy        not reached
          scan          not reached
          handshake     not reached
          symbols       not reached
          self-test     not reached
        """)
    let rest = ["note", "dependencies", "policy", "scan", "handshake", "symbols", "self-test"].map {
      "{\"outcome\":\"not-reached\",\"stage\":\"\($0)\"}"
    }
    #expect(
      try report.jsonText() == """
        {"path":"/nowhere/some.so","stages":[{"error":{"file":"/nowhere/some.so","id":"file.not-found",\
        "message":"there is no such file: the folder '/nowhere' does not exist","remedies":[]},"outcome":"failed","stage":"file"},\(rest.joined(separator: ","))]}
        """)
  }

  @Test func `mapped bytes are compared with the file`() throws {
    let opened = try OpenedFile(good)
    let elf = try ElfFile(opened)
    let library = try LoadedLibrary(path: good)
    #expect(library.isMapping(of: opened, elf))
    try withTemporaryFolder { folder in
      var bytes = try Data(contentsOf: URL(fileURLWithPath: good))
      let code = try #require(elf.segments.first { !$0.isWritable && $0.fileSize > 0 })
      bytes[code.offset + code.fileSize - 1] ^= 1
      let path = folder + "/changed.so"
      try bytes.write(to: URL(fileURLWithPath: path))
      #expect(!library.isMapping(of: try OpenedFile(path), elf))
    }
  }
}
