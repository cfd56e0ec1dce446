import Foundation
import Testing
import XylemTestSupport

@testable import XylemCommand

@Suite struct PluginCommandTests {
  /// A plugin of `Plugins/Misbehaving`.
  private func plugin(_ name: String) throws -> String {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    let folder = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } ?? Bundle.main.bundleURL
    return folder.appendingPathComponent("libmisbehaving-\(name).so").path
  }

  /// A run with verdicts in a folder of the test.
  private func run(_ folder: String, _ arguments: String...) async -> CommandRun {
    await xylem(["plugin"] + arguments + ["--verdicts", folder])
  }

  /// The text with what differs between machines and builds made the same.
  private func settled(_ text: String, _ files: String...) -> String {
    var text = text
    for file in files {
      text.replace(file, with: "FOLDER/" + (file.split(separator: "/").last.map(String.init) ?? ""))
    }
    text.replace(#/[0-9a-f]{64}/#, with: "DIGEST")
    text.replace(#/\n *needs .*/#, with: "")
    return text
  }

  @Test func `leaves are listed, one line each, and a file that is not a plugin is reported after them`() async throws {
    let (one, two) = (try plugin("BuiltForNewerABI"), try plugin("LiesAboutMode"))
    let run = await xylem("plugin", "list", one, "/etc/passwd", two)
    #expect(run.status == 2)
    try expectSnapshot(run.output + run.errors, "plugin-list")
    let json = await xylem("plugin", "list", one, two, "--format", "json")
    #expect(json.status == 0 && json.errors.isEmpty)
    try expectSnapshot(settled(json.output, one, two), "plugin-list-json")
  }

  @Test func `a plugin is described without being run`() async throws {
    let file = try plugin("SleepsInConstructor")
    let run = await xylem("plugin", "describe", file)
    #expect(run.status == 0 && run.output.contains("\nneeds   libc.so.6 ("))
    let other = try plugin("WritesInput")
    let leaf = await xylem("plugin", "describe", other)
    try expectSnapshot(settled(run.output, file) + "\n" + settled(leaf.output, other), "plugin-describe")
    let json = try (await xylem("plugin", "describe", other, "--format", "json")).json()
    #expect(json["id"] as? String == "org.xylem.misbehaving.writes-input" && json["schema"] as? Int == 1)
  }

  @Test func `a check with findings ends with 1 and reports all of them`() async throws {
    let (wrong, right) = (try plugin("LiesAboutMode"), try plugin("BuiltForNewerABI"))
    try await withTemporaryFolder { folder in
      let both = await run(folder, "check", wrong, right)
      #expect(both.status == 1 && both.errors.isEmpty)
      try expectSnapshot(settled(both.output, wrong, right), "plugin-check")
      let json = await run(folder, "check", wrong, "--format", "json")
      #expect(json.status == 1)
      try expectSnapshot(settled(json.output, wrong), "plugin-check-json")
      let fine = await run(folder, "check", right)
      #expect(fine.status == 0)
    }
  }

  @Test func `a verdict is shown with its reason and date, and a missing one is reported`() async throws {
    let (wrong, fresh) = (try plugin("OpenFails"), try plugin("WrongMagic"))
    try await withTemporaryFolder { folder in
      _ = await run(folder, "check", wrong)
      let why = await run(folder, "why", wrong)
      #expect(why.status == 0)
      let dated = why.output.replacing(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/#, with: "DATE")
      try expectSnapshot(settled(dated, wrong), "plugin-why")
      let json = try (await run(folder, "why", wrong, "--format", "json")).json()
      let verdict = try #require(json["verdict"] as? [String: Any])
      #expect(verdict["error"] as? String == "plugin.open-failed" && verdict["passed"] as? Bool == false)
      let none = await run(folder, "why", fresh)
      #expect(none.status == 0)
      #expect(none.output == "\(fresh): there is no verdict for this content\n  try: xylem plugin check '\(fresh)'\n")
    }
  }

  @Test(arguments: ["list", "describe", "check", "why"])
  func `bad files end with an exit code and a reason, never with a crash`(command: String) async throws {
    try await withTemporaryFolder { folder in
      let text = folder + "/text.so"
      try "no library".write(toFile: text, atomically: true, encoding: .utf8)
      try Data().write(to: URL(fileURLWithPath: folder + "/empty.so"))
      for (file, id) in [
        (folder + "/missing.so", "file.not-found"), (folder, "plugin.not-a-plugin"), (text, "plugin.not-a-plugin"),
        (folder + "/empty.so", "plugin.not-a-plugin"), ("/dev/null", "plugin.not-a-plugin"),
      ] {
        let run = await xylem("plugin", command, file)
        #expect(run.status == (command == "check" && id != "file.not-found" ? 1 : 2), "\(file)")
        #expect((run.output + run.errors).contains("(\(id))"), "\(file)")
      }
      let bare = await xylem("plugin", command, "text.so")
      #expect((bare.output + bare.errors).contains("try: ./text.so"))
    }
  }

  @Test func `a wrong use ends with 64`() async {
    #expect(await xylem("plugin", "check", "./a.so", "--time-limit", "0").status == 64)
    #expect(await xylem("plugin", "check", "./a.so", "--sample", "Conv").status == 64)
    #expect(await xylem("plugin", "check").status == 64)
  }

  @Test func `a sample for an unknown leaf suggests the nearest name`() async throws {
    let file = try plugin("BuiltForNewerABI")
    try await withTemporaryFolder { folder in
      let run = await run(folder, "check", file, "--sample", "twise: {}")
      #expect(run.status == 64)
      #expect(run.errors.contains("try: --sample 'twice: {…}'"))
    }
  }
}
