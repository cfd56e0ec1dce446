import Foundation
import Testing
import XylemTestSupport

/// `--accept` and `--prune` of `xylem diff`.
@Suite(.needsRuntime) struct ExpectationEditTests {
  private let dropout = Fixtures.path("constructs/functional_dropout_half.pt")
  /// `mul`, which runs in train mode alone: the one warning.
  private let scaling = "17924b71b5ed415f"
  /// The argument `training` of `dropout`.
  private let flag = "2d7e3c56f84a084d"

  private struct Folder {
    let path: String
    func file(_ name: String = "xylem.yaml") -> String { path + "/" + name }
    func write(_ text: String) throws { try text.write(toFile: file(), atomically: true, encoding: .utf8) }
    /// What the file has; "no file" where it can't be read.
    var text: String { (try? String(contentsOfFile: file(), encoding: .utf8)) ?? "no file" }
  }

  private func inFolder(_ body: @Sendable (Folder) async throws -> Void) async throws {
    let path = NSTemporaryDirectory() + "xylem-edit-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(Folder(path: path))
  }

  private func accept(_ folder: Folder, _ more: String..., reason: String = "by design") async -> CommandRun {
    await run(["diff", dropout, "--config", folder.file(), "--reason", reason] + more)
  }

  private func run(_ arguments: [String]) async -> CommandRun { await xylem(arguments) }

  @Test func `accepting makes a configuration that the next run passes with`() async throws {
    try await inFolder { folder in
      #expect(await xylem("diff", dropout).status == 1)
      let first = await accept(folder, "--accept", scaling, "--owner", "Ann", "--expires", "2999-02-28")
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.errors == "note: accepted node-only-in-train at \(scaling) in \(folder.file())\n")
      #expect(
        folder.text == """
          expectations:
            - rule: node-only-in-train
              place: "\(scaling)"
              count: 1
              reason: "by design"
              owner: "Ann"
              expires: "2999-02-28"

          """)
      let second = await xylem("diff", dropout, "--config", folder.file())
      #expect(second.status == 0 && second.output == first.output)
    }
  }

  @Test func `a finding of several places is accepted with its count and members`() async throws {
    try await inFolder { folder in
      let resnet = Fixtures.path("zoo/resnet18.pt")
      let before = try await xylem("diff", resnet, "--format", "json").json()
      let finding = try #require((before["findings"] as? [[String: Any]])?.first)
      let members = try #require(finding["members"] as? [String])
      let fingerprint = try #require(finding["fingerprint"] as? String)
      let run = await xylem(
        "diff", resnet, "--config", folder.file(), "--accept", fingerprint, "--reason", "batch norm", "--fail-on",
        "info")
      #expect(run.status == 0, "\(run.errors)")
      let text = folder.text
      #expect(text.contains("count: 20\n"))
      #expect(Set(members).allSatisfy { text.contains("- \"\($0)\"\n") })
    }
  }

  @Test func `everything else in the file stays byte for byte, and items are sorted with their comments`() async throws
  {
    try await inFolder { folder in
      try folder.write(
        """
        # ours
        auto-leaf: true   # for Conv2dSame

        expectations:
        # about the argument
        - rule: attribute-differs  # inline
          place: "\(flag)"
          reason: |
            said so
            # in the text

            - and so
        # before it
        - {rule: "attribute-differs", place: "0000000000000000", reason: "a", expires: 2020-01-01}

        naming: exact  # last
        """)
      let run = await accept(folder, "--accept", String(scaling.prefix(8)))
      #expect(run.status == 1, "the expired expectation is a finding: \(run.errors)")
      #expect(
        folder.text == """
          # ours
          auto-leaf: true   # for Conv2dSame

          expectations:
          # before it
          - {rule: "attribute-differs", place: "0000000000000000", reason: "a", expires: 2020-01-01}
          # about the argument
          - rule: attribute-differs  # inline
            place: "\(flag)"
            reason: |
              said so
              # in the text

              - and so
          - rule: node-only-in-train
            place: "\(scaling)"
            count: 1
            reason: "by design"

          naming: exact  # last
          """)
    }
  }

  @Test(arguments: [
    "", "# nothing yet\n", "expectations: []\n", "expectations:\n", "auto-leaf: true", "expectations:\n# none\n",
  ])
  func `any form of an empty list takes one`(before: String) async throws {
    try await inFolder { folder in
      try folder.write(before)
      let run = await accept(folder, "--accept", scaling)
      #expect(run.status == 0, "\(run.errors)")
      for line in before.split(separator: "\n") where !line.hasPrefix("expectations:") {
        #expect(folder.text.contains(line))
      }
    }
  }

  @Test func `a list in brackets is rewritten, line ends stay`() async throws {
    try await inFolder { folder in
      try folder.write(
        "auto-leaf: true\r\nexpectations: [{rule: attribute-differs, place: \"\(flag)\", reason: ok}]\r\nnaming: exact\r\n"
      )
      #expect(await accept(folder, "--accept", scaling).status == 0)
      #expect(
        folder.text
          == "auto-leaf: true\r\nexpectations:\r\n  - rule: attribute-differs\r\n    place: \"\(flag)\"\r\n    reason: \"ok\"\r\n"
          + "  - rule: node-only-in-train\r\n    place: \"\(scaling)\"\r\n    count: 1\r\n    reason: \"by design\"\r\n"
          + "naming: exact\r\n")
    }
  }

  @Test(arguments: [
    "a: b", "# no comment", "'quoted' \"twice\"", "yes", "12", " leading", "two\nlines", "ünï – ✓", "- dash", "{a}",
    "%x", "\\",
    "tab\there", "*alias",
  ])
  func `a reason is read back as it was given`(reason: String) async throws {
    try await inFolder { folder in
      #expect(await accept(folder, "--accept", scaling, reason: reason).status == 0)
      let report = try await xylem("diff", dropout, "--config", folder.file(), "--format", "sarif").json()
      let runs = try #require(report["runs"] as? [[String: Any]])
      let results = try #require(runs.first?["results"] as? [[String: Any]])
      let reasons = results.compactMap { ($0["suppressions"] as? [[String: Any]])?.first?["justification"] as? String }
      #expect(reasons == [reason])
    }
  }

  @Test func `a finding that can't be accepted changes nothing`() async throws {
    try await inFolder { folder in
      let text = "expectations: {}\n"
      try folder.write(text)
      #expect(await accept(folder, "--accept", scaling).status == 2)
      #expect(folder.text == text)
      try folder.write("{auto-leaf: true}\n")
      let braces = await accept(folder, "--accept", scaling)
      #expect(braces.status == 2 && braces.errors.contains("the file is unchanged"))
      #expect(folder.text == "{auto-leaf: true}\n")
      try FileManager.default.removeItem(atPath: folder.file())
      let unknown = await accept(folder, "--accept", "abcdef")
      #expect(unknown.status == 2)
      #expect(unknown.errors.hasPrefix("error: no finding has the fingerprint 'abcdef' (diff.unknown-finding)\n"))
      #expect(unknown.errors.contains("--accept \(scaling)  # node-only-in-train at mul"))
      #expect(!FileManager.default.fileExists(atPath: folder.file()))
      #expect(await accept(folder, "--accept", scaling).status == 0)
      let once = folder.text
      let again = await accept(folder, "--accept", scaling, reason: "another")
      #expect(again.status == 0 && again.errors == "note: \(scaling) is already accepted: by design\n")
      #expect(folder.text == once)
    }
  }

  @Test(arguments: [
    (["--accept", "17924b71b5ed415f", "--reason", "x"], "--config"),
    (["--prune"], "--config"),
    (["--config", "c.yaml", "--accept", "17924b71b5ed415f"], "--reason"),
    (["--config", "c.yaml", "--accept", "17924b71b5ed415f", "--reason", " "], "--reason"),
    (["--config", "c.yaml", "--accept", "xyz", "--reason", "x"], "fingerprint"),
    (["--config", "c.yaml", "--accept", "17924b71b5ed415f", "--reason", "x", "--expires", "2026-02-30"], "not a date"),
    (["--reason", "x"], "--accept"),
  ])
  func `options that lack something are a usage error`(options: [String], named: String) async {
    let run = await run(["diff", dropout] + options)
    #expect(run.status == 64 && run.errors.contains(named), "\(run.errors)")
  }

  @Test func `pruning removes only expectations that match nothing or no longer exist`() async throws {
    try await inFolder { folder in
      let resnet = Fixtures.path("zoo/resnet18.pt")
      #expect(
        await xylem(
          "diff", resnet, "--config", folder.file(), "--accept",
          try #require(
            (try await xylem("diff", resnet, "--format", "json").json()["findings"] as? [[String: Any]])?.first?[
              "fingerprint"]
              as? String), "--reason", "batch norm"
        ).status == 0)
      let whole = folder.text
      let gone = "    - \"00000000000000aa\"\n"
      try folder.write(
        whole.replacingOccurrences(of: "    members:\n", with: "    members:\n    - \"00000000000000aa\"\n")
          .replacingOccurrences(of: "count: 20", with: "count: 21")
            + """
              - rule: node-only-in-train
                place: nowhere
                reason: an old one
              - rule: node-only-in-trian
                place: nowhere
                reason: an unknown rule

            """)
      #expect(folder.text.contains(gone) || folder.text.contains("- \"00000000000000aa\""))
      let run = await xylem("diff", resnet, "--config", folder.file(), "--prune")
      #expect(run.status == 1, "the unknown rule stays a finding")
      #expect(run.errors.contains("removed a member that is gone from"))
      #expect(run.errors.contains("removed node-only-in-train at nowhere, which matches nothing"))
      let after = folder.text
      #expect(
        after.contains("node-only-in-trian") && !after.contains("an old one") && !after.contains("00000000000000aa"))
      #expect(after.hasPrefix("expectations:\n") && after.contains("count: 20\n"))
      let before = try FileManager.default.attributesOfItem(atPath: folder.file())[.modificationDate] as? Date
      #expect(await xylem("diff", resnet, "--config", folder.file(), "--prune").status == 1)
      #expect(folder.text == after)
      #expect(try FileManager.default.attributesOfItem(atPath: folder.file())[.modificationDate] as? Date == before)
    }
  }

  @Test func `the last one that is pruned leaves an empty list`() async throws {
    try await inFolder { folder in
      try folder.write(
        "expectations:\n  # old\n  - {rule: order-differs, place: nowhere, reason: ok}\nauto-leaf: true\n")
      #expect(await xylem("diff", dropout, "--config", folder.file(), "--prune").status == 1)
      #expect(folder.text == "expectations: []\nauto-leaf: true\n")
    }
  }

  @Test func `commands that accept at once lose nothing of each other`() async throws {
    try await inFolder { folder in
      var wanted: [(model: String, fingerprint: String)] = []
      for name in ["auxiliary_head", "buffer_assignment", "dropout_half", "frozen_norm", "functional_dropout_half"] {
        let model = Fixtures.path("constructs/\(name).pt")
        let report = try await xylem("diff", model, "--format", "json").json()
        for finding in report["findings"] as? [[String: Any]] ?? [] {
          let fingerprint = try #require(finding["fingerprint"] as? String)
          if !wanted.contains(where: { $0.fingerprint == fingerprint }) { wanted.append((model, fingerprint)) }
        }
      }
      #expect(wanted.count >= 8)
      let file = folder.file()
      let statuses = await withTaskGroup(of: Int32.self) { group in
        for (model, fingerprint) in wanted {
          group.addTask {
            let arguments = ["diff", model, "--config", file, "--accept", fingerprint, "--reason", "ok"]
            return await xylem(arguments).status
          }
        }
        return await group.reduce(into: [Int32]()) { $0.append($1) }
      }
      // What one command accepts matches nothing in another's model.
      #expect(statuses.allSatisfy { $0 < 2 })
      let places = folder.text.split(separator: "\n").compactMap { line in
        line.firstRange(of: "place: ").map { String(line[$0.upperBound...].dropFirst().dropLast()) }
      }
      #expect(places.sorted() == wanted.map(\.fingerprint).sorted())
    }
  }

  @Test func `a link stays a link, and its file keeps its permissions`() async throws {
    try await inFolder { folder in
      let target = folder.file("real.yaml")
      try "auto-leaf: true\n".write(toFile: target, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: target)
      try FileManager.default.createSymbolicLink(atPath: folder.file(), withDestinationPath: "real.yaml")
      #expect(await accept(folder, "--accept", scaling).status == 0)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file()) == "real.yaml")
      #expect(try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? Int == 0o640)
    }
  }
}
