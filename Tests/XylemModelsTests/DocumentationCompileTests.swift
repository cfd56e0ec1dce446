import Foundation
import Testing
import XylemTestSupport

/// Every example in Swift, of doc comments, of the README and of the documentation's articles, is compiled against the package's modules.
@Suite struct DocumentationCompileTests {
  private static let package = Fixtures.folder.deletingLastPathComponent()
  private static let modules = package.appendingPathComponent(".build/debug/Modules")

  private static let compiler: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/swiftc" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  /// One example.
  private struct Example {
    /// The file within the package, and the line where it begins.
    let file: String
    let line: Int
    let lines: [String]
  }

  /// Examples that are no Swift, or that need what a program of its own has: by file.
  private static let others: Set<String> = [
    "XylemScript/ScriptArchive+Source.swift", "XylemTensor/Tensor/TensorText.swift", "XylemErrors/XylemError.swift",
    "XylemErrors/ShellWord.swift", "XylemErrors/NearMisses.swift", "XylemNN/Core/ModuleText.swift",
    "XylemLeaf/LeafTensor.swift", "XylemLeaf/Leaves.swift", "XylemLeaf/LeafModule.swift",
    "XylemPlugins/Signatures/SignatureParser.swift", "XylemGraph/NodeInput+Codable.swift",
    "XylemGraph/Literal+Codable.swift",
    "XylemGraph/Node+Codable.swift",
    "XylemGraph/Operation+Codable.swift", "XylemCommand/Configuration/Configuration.swift",
    "XylemCommand/XylemCommandLine.swift", "XylemDiff/Types/DiffSuppression.swift", "XylemErrors/Glob.swift",
  ]

  /// Examples that are members of a class, with the members that they are about.
  private static let members: [String: String] = [
    "XylemNN/Core/Module.swift":
      "let width = 3; func forward(_ image: Tensor, _ mask: Tensor) throws -> Tensor { image }",
    "XylemNN/Core/ModuleEntry.swift":
      "func forward(_ image: Tensor, _ mask: Tensor?) throws -> Heads { fatalError() }; "
      + "func forward(_ features: [Tensor]) throws -> Tensor { features[0] }",
  ]

  /// What `model` is in the examples of some modules; a model in Swift in others.
  private static func model(_ file: String) -> String {
    file.hasPrefix("XylemTrace/") ? "ScriptModel" : file.hasPrefix("XylemDetection/") ? "MaskRCNN" : "Digits"
  }

  /// What examples take for granted.
  private static let given = """
    func any<Value>() -> Value { fatalError() }
    final class Digits: Module, Layer { func forward(_ x: Tensor) throws -> Tensor { x } }
    struct Heads: ModuleValue {
      static var typeDescription: String { "Any" }
      var moduleValue: Value { .none }
      init(moduleValue: Value) throws(XylemError) {}
    }

    """
  private static let names = """
      let (x, y, image, gradient, weight, mask, row): (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor) = any()
      let (graph, id, array, values, plugin): (Graph, NodeID, HostArray, [Float], LeafPlugin) = any()
      let (features, state): (HostArray, [String: Tensor]) = any()
      let extractor: FeatureExtractor = any()
      let (optimizer, batches): (SGD, [(Tensor, Tensor)]) = any()
      let (images, targets, fine, coarse): ([Tensor], [DetectionTarget], Tensor, Tensor) = any()
      let (early, late): ([Float], [Float]) = any()
    """

  /// The indented blocks of a text: of its doc comments, or of all of it.
  private static func examples(_ text: String, of file: String, prefix: String?) -> [Example] {
    var found: [Example] = []
    var block: [String] = []
    var start = 0
    func end() {
      while block.last?.isEmpty == true { block.removeLast() }
      if !block.isEmpty { found.append(Example(file: file, line: start, lines: block)) }
      block = []
    }
    for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var line = raw[...]
      if let prefix {
        line = line.drop { $0 == " " }
        guard line.hasPrefix(prefix) else {
          end()
          continue
        }
        line = line.dropFirst(prefix.count)
        if line.first == " " { line = line.dropFirst() }
      }
      if line.hasPrefix("    ") {
        if block.isEmpty { start = index + 1 }
        block.append(String(line.dropFirst(4)))
      } else if line.isEmpty, !block.isEmpty {
        block.append("")
      } else {
        end()
      }
    }
    end()
    return found
  }

  private static func documented() throws -> [Example] {
    let sources = package.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
    return try files.filter { $0.hasSuffix(".swift") }.sorted().flatMap { file in
      let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
      // What continues an item of a list is indented too.
      return examples(text, of: file, prefix: "///").filter { example in
        let source = text.split(separator: "\n", omittingEmptySubsequences: false)
        return example.line < 2 || source[example.line - 2].drop { $0 == " " } == "///"
      }
    }
  }

  /// An example as a function, or as members of a class.
  private static func wrapped(_ example: Example, _ number: Int) -> String {
    let place = "#sourceLocation(file: \"\(example.file)\", line: \(example.line))\n"
    let text = example.lines.joined(separator: "\n") + "\n#sourceLocation()\n"
    let isMember = ["override ", "func "].contains { example.lines[0].hasPrefix($0) }
    guard isMember else {
      return
        "func example\(number)() throws {\n\(names)\n  let model: \(model(example.file)) = any()\n  do {\n\(place)\(text)  }\n}\n"
    }
    return "final class Example\(number): Module {\n\(members[example.file] ?? "")\n\(place)\(text)}\n"
  }

  /// Options by which the compiler finds the modules in C that the package's modules import: those with a module map in the sources, and
  /// those for which the build makes one.
  private static func moduleMaps() throws -> [String] {
    let sources = package.appendingPathComponent("Sources")
    let names = try FileManager.default.contentsOfDirectory(atPath: sources.path).filter { $0.hasPrefix("C") }.sorted()
    func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }
    // XylemCommand imports Yams.
    let yaml = package.appendingPathComponent(".build/checkouts/Yams/Sources/CYaml/include")
    return ["-I", yaml.path]
      + names.flatMap { name -> [String] in
        let folders = [sources.appendingPathComponent(name), sources.appendingPathComponent("\(name)/include")]
        if let own = folders.first(where: { exists($0.appendingPathComponent("module.modulemap")) }) {
          return ["-I", own.path]
        }
        let made = package.appendingPathComponent(".build/debug/\(name).build/module.modulemap")
        return exists(made) ? ["-Xcc", "-fmodule-map-file=\(made.path)"] : []
      }
  }

  private func faults(_ examples: [Example], imports: String) throws -> String {
    let text = imports + Self.given + examples.enumerated().map { Self.wrapped($1, $0) }.joined()
    return try faults(text, file: "Examples.swift")
  }

  /// What the compiler says of a file; nothing where it is right.
  private func faults(_ text: String, file: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("xylem-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent(file).path
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.compiler))
    process.arguments =
      ["-typecheck", "-swift-version", "6", "-suppress-warnings", "-I", Self.modules.path]
      + (try Self.moduleMaps()) + [file]
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return said
  }

  private static let canCompile = compiler != nil && FileManager.default.fileExists(atPath: modules.path)

  @Test(.enabled(if: canCompile)) func `every example of a doc comment compiles`() throws {
    let all = try Self.documented()
    let examples = all.filter { !Self.others.contains($0.file) }
    #expect(examples.count > 40)
    #expect(Self.others.subtracting(all.map(\.file)) == ["XylemErrors/Glob.swift"])
    let modules = [
      "Errors", "Graph", "Files", "Tensor", "Script", "Plugins", "Trace", "Extract", "Diff", "NN", "Models", "Image",
      "Training", "Detection", "",
    ]
    let imports = modules.map { "import Xylem\($0)\n" }.joined()
    let said = try faults(examples, imports: imports)
    #expect(said == "")
  }

  /// The documentation's articles and the README.
  private static func articles() throws -> [String] {
    let folder = "Sources/Xylem/Xylem.docc/Articles"
    let names = try FileManager.default.contentsOfDirectory(atPath: package.appendingPathComponent(folder).path)
    return ["README.md"] + names.sorted().map { "\(folder)/\($0)" }
  }

  /// The fenced blocks of a language.
  private static func fenced(_ language: String, in file: String) throws -> [Example] {
    let text = try String(contentsOf: package.appendingPathComponent(file), encoding: .utf8)
    var found: [Example] = []
    var block: Example?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if let open = block {
        if line == "```" {
          found.append(open)
          block = nil
        } else {
          block = Example(file: file, line: open.line, lines: open.lines + [String(line)])
        }
      } else if line == "```\(language)" {
        block = Example(file: file, line: index + 2, lines: [])
      }
    }
    return found
  }

  /// Examples follow each other in one program, unless one begins with its own imports.
  private static func programs(_ examples: [Example]) -> [String] {
    var programs: [String] = []
    for example in examples where !example.lines[0].hasPrefix("// swift-tools-version") {
      let place = "#sourceLocation(file: \"\(example.file)\", line: \(example.line))\n"
      let text = place + example.lines.joined(separator: "\n") + "\n#sourceLocation()\n"
      if example.lines[0].hasPrefix("import ") || programs.isEmpty {
        programs.append((example.lines[0].hasPrefix("import ") ? "" : "import Xylem\n") + text)
      } else {
        programs[programs.count - 1] += text
      }
    }
    return programs
  }

  @Test(.enabled(if: canCompile)) func `every example in Swift of the README and of the articles compiles`() throws {
    // As the program of a reader: what an article shows, imports included, is all that there is.
    let programs = try Self.articles().flatMap { Self.programs(try Self.fenced("swift", in: $0)) }
    #expect(programs.count >= 8)
    for program in programs {
      let said = try faults(program, file: "main.swift")
      #expect(said == "")
    }
  }

  @Test func `the package that the articles show is the one that CI builds`() throws {
    let folder = Self.package.appendingPathComponent("Fixtures/dependency")
    let shown = try Self.fenced("swift", in: "Sources/Xylem/Xylem.docc/Articles/GettingStarted.md")
    let manifest = try String(contentsOf: folder.appendingPathComponent("Package.swift"), encoding: .utf8)
    let program = try String(
      contentsOf: folder.appendingPathComponent("Sources/FirstFeature/main.swift"), encoding: .utf8)
    #expect(
      shown.map { $0.lines.joined(separator: "\n") + "\n" } == [manifest.replacing("../..", with: "../xylem"), program])
  }

  @Test(.enabled(if: canCompile)) func `an example that does not compile is found`() throws {
    let wrong = Example(file: "Wrong.swift", line: 7, lines: ["let size: Int = x.shape"])
    let said = try faults(
      [wrong],
      imports:
        "import XylemErrors\nimport XylemGraph\nimport XylemFiles\nimport XylemTensor\nimport XylemPlugins\nimport XylemNN\n"
    )
    #expect(said.contains("Wrong.swift:7"))
  }
}
