import Foundation
import Testing
import XylemTestSupport

@Suite struct PluginNewTests {
  /// Everything below a folder, sorted.
  private func files(below folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder)
      .filter { !FileManager.default.fileExists(atPath: "\(folder)/\($0)/.") }.sorted()
  }

  private func run(_ tool: String, _ arguments: [String], in folder: String) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }

  @Test(arguments: ["c", "swift"]) func `a template has its files, with the name in them`(language: String) async throws
  {
    try await withTemporaryFolder { folder in
      let made = await xylem("plugin", "new", "--language", language, "Rounding", "--output", folder + "/new")
      #expect(made.status == 0 && made.errors.isEmpty, "\(made.errors)")
      let expected =
        language == "c"
        ? [
          ".gitignore", "Makefile", "README.md", "Rounding.c", "include/xylem_dlpack.h", "include/xylem_leaves.h",
          "include/xylem_note.h", "include/xylem_plugin.h", "include/xylem_sdk.h",
        ]
        : [".gitignore", "Declarations/Rounding.c", "Package.swift", "README.md", "Sources/Rounding.swift"]
      #expect(try files(below: folder + "/new") == expected)
      #expect(Array(made.lines.prefix(expected.count)) == expected.map { "\(folder)/new/\($0)" })
      for path in expected {
        let text = try String(contentsOfFile: "\(folder)/new/\(path)", encoding: .utf8)
        #expect(!["@NAME@", "@ID@", "@XYLEM@", "@PACKAGE@"].contains { text.contains($0) }, "\(path)")
      }
      #expect(try contents(of: folder) == ["new"])
    }
  }

  @Test func `the headers of a template are the SDK's own`() async throws {
    try await withTemporaryFolder { folder in
      _ = await xylem("plugin", "new", "--language", "c", "Rounding", "--output", folder + "/new")
      for header in try contents(of: folder + "/new/include") {
        let own = Fixtures.package.appendingPathComponent("Sources/CXylem/include/\(header)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/new/include/\(header)")) == Data(contentsOf: own))
      }
    }
  }

  @Test func `a template in C builds without a warning, and describes itself`() async throws {
    try await withTemporaryFolder { folder in
      _ = await xylem("plugin", "new", "--language", "c", "Rounding", "--output", folder + "/new")
      let built = try run("make", ["CFLAGS=-Wall -Wextra -Werror -pedantic"], in: folder + "/new")
      #expect(built.status == 0, "\(built.output)")
      let described = await xylem("plugin", "describe", folder + "/new/libRounding.so")
      #expect(described.status == 0, "\(described.errors)")
      #expect(described.output.contains("Rounding_clip") && described.output.contains("(tensor, f64, f64) -> tensor"))
    }
  }

  @Test func `a wrong name or language is a usage error with a suggestion`() async {
    let names = ["", "9lives", "a-b", "../up", "naïve", "int", "class", "XylemLeaf", String(repeating: "a", count: 65)]
    for name in names {
      let run = await xylem("plugin", "new", "--language", "c", "--output", "/nowhere/new", "--", name)
      #expect(run.status == 64 && run.errors.contains("is not a valid plugin name"), "\(name): \(run.errors)")
    }
    let run = await xylem("plugin", "new", "--language", "swif", "Rounding", "--output", "/nowhere/new")
    #expect(run.status == 64)
    #expect(
      run.errors == """
        error: there is no template for 'swif'; templates exist for c and swift (usage)
          try: --language swift

        """)
  }

  @Test func `nothing is overwritten, and nothing is left incomplete`() async throws {
    try await withTemporaryFolder { folder in
      try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/new"))
      let run = await xylem("plugin", "new", "--language", "c", "Rounding", "--output", folder + "/new")
      #expect(run.status == 2 && run.errors.contains("is not overwritten"))
      #expect(try String(contentsOfFile: folder + "/new", encoding: .utf8) == "mine")
      let inFile = await xylem("plugin", "new", "--language", "c", "Rounding", "--output", folder + "/new/sub")
      #expect(inFile.status == 2 && inFile.errors.contains("file.unwritable"))
      #expect(try contents(of: folder) == ["new"])
    }
  }

  @Test func `a package that is not Xylem's is refused, and an address is used unchanged`() async throws {
    try await withTemporaryFolder { folder in
      let arguments = ["plugin", "new", "--language", "swift", "Rounding", "--output", folder + "/new", "--xylem"]
      let refused = await xylem(arguments + [folder])
      #expect(refused.status == 64 && refused.errors.contains("there is no Sources/XylemLeaf"))
      let taken = await xylem(arguments + ["https://example.org/tools/xylem.git"])
      #expect(taken.status == 0)
      let manifest = try String(contentsOfFile: folder + "/new/Package.swift", encoding: .utf8)
      #expect(manifest.contains(".package(url: \"https://example.org/tools/xylem.git\", branch: \"main\")"))
      #expect(manifest.contains("package: \"xylem\")"))
    }
  }
}
