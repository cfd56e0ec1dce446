import Foundation
import Testing
import XylemTestSupport

/// `--plugin`, `--wrap-symbol` and `--config` on the commands that take a model.
@Suite(.needsRuntime) struct PluginOptionTests {
  private let lite = Fixtures.path("models/efficientnet_lite0.pt")
  private let photo = Fixtures.path("images/chelsea.png")

  private func plugin(_ name: String) -> String {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    let folder = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } ?? Bundle.main.bundleURL
    return folder.appendingPathComponent("lib\(name).so").path
  }

  private func digest(_ name: String) async throws -> String {
    let run = await xylem("plugin", "describe", plugin(name), "--format", "json")
    return try #require(try run.json()["digest"] as? String)
  }

  @Test func `a plugin's leaf stands where an automatic one would, and the nodes' details name it`() async throws {
    let run = await xylem("nodes", lite, "--plugin", plugin("SamePadding"), "--long", "--format", "json")
    #expect(run.status == 0)
    let json = try run.json()
    #expect((json["autoLeaves"] as? [Any])?.isEmpty == true)
    let nodes = try #require((json["nodes"] as? [String: Any])?["eval"] as? [[String: Any]])
    let stem = try #require(nodes.first { $0["name"] as? String == "conv_stem" })
    #expect(stem["rule"] as? String == "Conv2dSame (plugin org.xylem.same-padding)")
    let provider = try #require(stem["plugin"] as? [String: Any])
    #expect(provider["id"] as? String == "org.xylem.same-padding")
    #expect(provider["digest"] as? String == (try await digest("SamePadding")))
    #expect(provider["mode"] as? String == "none")
    #expect(
      run.errors.contains(
        "note: Conv2dSame of the plugin org.xylem.same-padding replaces the model's own code at 5 nodes"))
  }

  @Test func `the photograph's classes are the same with the plugin as without`() async throws {
    func classes(_ options: [String]) async -> [String] {
      let output = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).npy").path
      defer { try? FileManager.default.removeItem(atPath: output) }
      let run = await xylem(
        ["extract", lite, "--return", "classifier", "--input", photo, "--mean", "0.5,0.5,0.5", "--std", "0.5,0.5,0.5"]
          + [
            "--resize", "256", "--crop", "224", "--labels", Fixtures.path("goldens/imagenet_classes.json"), "-o",
            output,
          ]
          + options)
      #expect(run.status == 0, "\(run.errors)")
      return run.lines.filter { $0.contains("%") }
    }
    let own = await classes(["--auto-leaf"])
    #expect(own.count == 5)
    #expect(await classes(["--plugin", plugin("SamePadding")]) == own)
  }

  @Test func `a configuration pins the plugin's content, and options take precedence`() async throws {
    try await withFolder { folder in
      let file = folder.appendingPathComponent("xylem.yaml")
      let sha = try await digest("SamePadding")
      try """
      plugins:
        - path: \(plugin("SamePadding"))
          sha256: \(sha)
      naming: torchvision
      """.write(to: file, atomically: true, encoding: .utf8)
      let run = await xylem("nodes", lite, "--config", file.path, "--format", "json")
      #expect(run.status == 0, "\(run.errors)")
      #expect(try run.json()["naming"] as? String == "torchvision")
      let over = await xylem("nodes", lite, "--config", file.path, "--naming", "exact", "--format", "json")
      #expect(try over.json()["naming"] as? String == "exact")

      let other = String(sha.reversed())
      try "plugins: [{ path: \(plugin("SamePadding")), sha256: \(other) }]".write(
        to: file, atomically: true, encoding: .utf8)
      let refused = await xylem("nodes", lite, "--config", file.path)
      #expect(refused.status == 2)
      #expect(refused.errors.contains("plugin.digest-mismatch"))
      #expect(refused.errors.contains(sha) && refused.errors.contains(other))

      try "plugin: []".write(to: file, atomically: true, encoding: .utf8)
      let unknown = await xylem("nodes", lite, "--config", file.path)
      #expect(unknown.status == 2)
      #expect(unknown.errors.contains("config.unknown-key") && unknown.errors.contains("plugins"))
    }
  }

  @Test(arguments: [
    (["--plugin", "/no/such/plugin.so"], "file.not-found", "/no/such/plugin.so"),
    (["--wrap-symbol", "libm.so.6:erf(f64) -> f64"], "plugin.asserted", "--allow-asserted"),
    (["--wrap-symbol", "libm.so.6:erv(f64) -> f64", "--allow-asserted"], "plugin.symbol-not-found", "erf"),
    (["--wrap-symbol", "libm.so.6:erf(f46) -> f64"], "plugin.signature", "f64"),
    (["--wrap-symbol", "nothing"], "plugin.signature", "nothing"),
    (["--config", "/no/such.yaml"], "file.not-found", "/no/such.yaml"),
  ])
  func `a plugin that can't be loaded ends with 2, an id and a remedy`(options: [String], id: String, word: String)
    async
  {
    let run = await xylem(["nodes", Fixtures.path("constructs/relu_over_norm.pt")] + options)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("(\(id))") && run.errors.contains(word), "\(run.errors)")
  }

  @Test func `a plugin without its folder is not looked for anywhere`() async {
    let run = await xylem("nodes", lite, "--plugin", "libSamePadding.so")
    #expect(run.status == 64)
    #expect(run.errors.contains("plugins are not searched (usage)") && run.errors.contains("./libSamePadding.so"))
  }

  @Test func `two plugins that bring one name are refused, both named, unless a configuration prefers one`()
    async throws
  {
    let (one, twin) = (plugin("misbehaving-BuiltForNewerABI"), plugin("misbehaving-DuplicateName"))
    let norm = Fixtures.path("constructs/relu_over_norm.pt")
    let run = await xylem("nodes", norm, "--plugin", one, "--plugin", twin)
    #expect(run.status == 2)
    #expect(run.errors.contains("plugin.duplicate-name"))
    #expect(run.errors.contains("BuiltForNewerABI.so") && run.errors.contains("DuplicateName.so"))
    try await withFolder { folder in
      let file = folder.appendingPathComponent("xylem.yaml")
      try """
      plugins:
        - { path: \(twin), sha256: \(try await digest("misbehaving-DuplicateName")) }
        - { path: \(one), sha256: \(try await digest("misbehaving-BuiltForNewerABI")), prefer: [twice] }
      """.write(to: file, atomically: true, encoding: .utf8)
      let chosen = await xylem("nodes", norm, "--config", file.path)
      #expect(chosen.status == 0, "\(chosen.errors)")
      #expect(
        chosen.errors.contains("twice (plugin org.xylem.misbehaving.built-for-newer-abi, derived)' matched nothing"))
      #expect(!chosen.errors.contains("duplicate-name"))
    }
  }

  @Test func `a rule of a plugin that matches nothing is said`() async {
    let run = await xylem("nodes", Fixtures.path("constructs/relu_over_norm.pt"), "--plugin", plugin("SamePadding"))
    #expect(run.status == 0)
    #expect(run.errors.contains("Conv2dSame (plugin org.xylem.same-padding)' matched nothing"))
  }

  private func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("xylem-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }
}
