import Foundation
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemPlugins

@Suite struct VerdictCacheTests {
  private func entries(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func `a failure is kept with its reason, and comes back without another try`() throws {
    try withTemporaryFolder { folder in
      let path = Fixtures.misbehaving("CrashesInOpen")
      let policy = policy(cache: folder + "/deep/verdicts")
      let file = try PluginFile(path)
      #expect(policy.verdict(on: file) == nil)
      let first = #expect(throws: XylemError.self) { _ = try LeafPlugin.load(path, policy: policy) }
      let verdict = try #require(policy.verdict(on: file))
      #expect(verdict.stage == .scan && verdict.reason?.id == "plugin.scan-crashed")
      #expect(verdict.plugin == "org.xylem.misbehaving.crashes-in-open" && verdict.digest == file.digest)
      #expect(try entries(folder + "/deep/verdicts") == ["\(VerdictCache.key(file)).json"])
      let again = #expect(throws: XylemError.self) { _ = try LeafPlugin.load(path, policy: policy) }
      #expect(again?.id == first?.id)
      #expect(again?.message == (first?.message ?? "") + " (stored result of \(verdict.date))")
      #expect(again?.remedies.first == "xylem plugin check '\(path)'  # tries again")
    }
  }

  @Test func `a stage after the scan is kept as that stage`() throws {
    try withTemporaryFolder { folder in
      let path = Fixtures.misbehaving("OpenFails")
      for _ in 0..<2 {
        let (_, report) = LeafPlugin.attempt(path, policy: policy(cache: folder))
        guard case .passed = report.outcome(.scan), case .failed(let error) = report.outcome(.handshake) else {
          Issue.record("\(report)")
          return
        }
        #expect(error.id == .pluginOpenFailed && "\(error)".contains("no licence for this machine"))
      }
    }
  }

  @Test func `one that was too slow is kept and tried again`() throws {
    try withTemporaryFolder { folder in
      let path = Fixtures.misbehaving("SleepsInConstructor")
      let policy = policy(cache: folder, timeLimit: .milliseconds(500))
      for _ in 0..<2 {
        let error = #expect(throws: XylemError.self) { _ = try LeafPlugin.load(path, policy: policy) }
        #expect(error?.message.contains("stored") == false)
      }
      let file = try PluginFile(path)
      #expect(policy.verdict(on: file)?.isProvisional == true)
    }
  }

  @Test func `a damaged verdict counts as missing, and is written again`() throws {
    try withTemporaryFolder { folder in
      let path = Fixtures.misbehaving("WrongMagic")
      let policy = policy(cache: folder)
      let file = try PluginFile(path)
      func load() -> ErrorID? { #expect(throws: XylemError.self) { _ = try LeafPlugin.load(path, policy: policy) }?.id }
      #expect(load() == .pluginWrongMagic)
      let entry = folder + "/" + (try entries(folder).first ?? "")
      let whole = try String(contentsOfFile: entry, encoding: .utf8)
      let damaged = [
        "", "{", String(whole.dropLast(whole.count / 2)), "[]", "null",
        whole.replacing("plugin.wrong-magic", with: "plugin.of-another-release"),
        whole.replacing(file.digest, with: String(repeating: "0", count: 64)),
        whole.replacing("\"stage\":\"handshake\"", with: "\"stage\":\"none\""),
        whole.replacing("\"schema\":1", with: "\"schema\":2"), whole.replacing("\"1.1\"", with: "\"1.0\""),
      ]
      for text in damaged {
        try text.write(toFile: entry, atomically: true, encoding: .utf8)
        #expect(policy.verdict(on: file) == nil, "\(text)")
        #expect(load() == .pluginWrongMagic)
        #expect(policy.verdict(on: file)?.reason?.id == "plugin.wrong-magic")
      }
    }
  }

  @Test func `a folder that can't be written is reported, and does not prevent loading`() throws {
    try withTemporaryFolder { folder in
      try "a file".write(toFile: folder + "/taken", atomically: true, encoding: .utf8)
      let (_, report) = LeafPlugin.attempt(
        Fixtures.misbehaving("OpenFails"), policy: policy(cache: folder + "/taken/verdicts"))
      guard case .passed(let detail) = report.outcome(.scan) else {
        Issue.record("\(report)")
        return
      }
      #expect(detail?.hasPrefix("the verdict was not stored: ") == true)
    }
  }

  @Test func `the key depends only on the file, its libraries and the host`() {
    func file(_ digest: String, _ dependencies: [(String, String?)], path: String = "/p.so") -> PluginFile {
      let manifest = PluginManifest(
        id: "a", name: "", version: "", abi: .host, abiNeeded: .host, modules: [], functions: [])
      return PluginFile(
        path: path, digest: digest, byteCount: 1, manifest: manifest,
        dependencies: dependencies.map { PluginDependency(name: $0.0, path: "/" + $0.0, digest: $0.1) })
    }
    let one = VerdictCache.key(file("1", [("a", "2"), ("b", "3")]))
    #expect(one.count == 64)
    #expect(one == VerdictCache.key(file("1", [("b", "3"), ("a", "2"), ("libc.so.6", nil)], path: "/elsewhere.so")))
    let others = [
      VerdictCache.key(file("2", [("a", "2"), ("b", "3")])), VerdictCache.key(file("1", [("a", "2")])),
      VerdictCache.key(file("1", [("a", "2"), ("b", "4")])),
      VerdictCache.key(file("1", [("a", "2"), ("b", "3")]), host: ABIVersion(rawValue: 0x10002)),
    ]
    #expect(Set(others + [one]).count == 5)
  }
}
