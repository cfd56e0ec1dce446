import Foundation
import Testing
import XylemErrors
import XylemTestSupport

/// The shell examples of the README and of the documentation's articles are run, and their output is compared.
///
/// A block ` ```console ` has lines `$ COMMAND`, each followed by what it prints to both streams. `...` alone on a line stands for any lines,
/// and within a line for any characters. Numbers with a point may differ by a thousandth. A command succeeds, unless `$ echo $?` follows.
@Suite(.needsRuntime, .needsExecutable, .serialized) struct ArticleTests {
  private static let articles: [String] = {
    let folder = "Sources/Xylem/Xylem.docc/Articles"
    let path = Fixtures.package.appendingPathComponent(folder).path
    return ["README.md"]
      + ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted().map { "\(folder)/\($0)" }
  }()

  @Test func `there are articles`() {
    #expect(Self.articles.count > 8)
  }

  @Test(arguments: articles) func `the shell examples of an article do what it shows`(article: String) async throws {
    let text = try String(contentsOf: Fixtures.package.appendingPathComponent(article), encoding: .utf8)
    let examples = ShellExample.all(in: text)
    guard !examples.isEmpty else { return }
    let runs = try withTemporaryFolder { folder in try Self.run(examples.map(\.command), in: folder) }
    #expect(runs.count == examples.count)
    for (index, (example, run)) in zip(examples, runs).enumerated() {
      #expect(
        ShellExample.matches(run.output, example.output),
        "\(article):\(example.line): '\(example.command)' prints\n\(run.output)")
      let isAsked = index + 1 < examples.count && examples[index + 1].command == "echo $?"
      #expect(run.status == 0 || isAsked, "\(article):\(example.line): '\(example.command)' ends with \(run.status)")
    }
  }

  @Test func `an example that shows something else is found, and what it leaves out is not`() {
    let printed = "key  mean\nbn1  0.250001\nlast\n"
    #expect(ShellExample.matches(printed, ["key  mean", "bn1  0.25", "last"]))
    #expect(ShellExample.matches(printed, ["...", "last"]))
    #expect(ShellExample.matches(printed, ["key ...", "..."]))
    #expect(!ShellExample.matches(printed, ["key  mean", "bn1  0.26", "last"]))
    #expect(!ShellExample.matches(printed, ["key  mean", "last"]))
    #expect(!ShellExample.matches(printed, ["key  mean", "..."] + ["first"]))
    #expect(!ShellExample.matches("", ["key"]))
  }

  /// Runs commands one after another in one shell, in a folder that looks like the checkout.
  private static func run(_ commands: [String], in folder: String) throws -> [(output: String, status: Int32)] {
    let executable = try #require(Fixtures.executable)
    let built = URL(fileURLWithPath: executable).deletingLastPathComponent().path
    let manager = FileManager.default
    try manager.createDirectory(atPath: folder + "/.build", withIntermediateDirectories: true)
    try manager.createSymbolicLink(atPath: folder + "/.build/release", withDestinationPath: built)
    try manager.createSymbolicLink(atPath: folder + "/Fixtures", withDestinationPath: Fixtures.path(""))
    // After each command a line of its own with the exit code, which the next one finds in `$?`.
    let mark = "\u{1}"
    let script = "exec 2>&1\n" + commands.map { "\($0)\ns=$?; printf '\(mark)%d\(mark)' $s; (exit $s)\n" }.joined()
    try script.write(toFile: folder + "/.script", atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [folder + "/.script"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = built + ":" + (environment["PATH"] ?? "")
    environment["OMP_NUM_THREADS"] = "1"
    environment["XDG_CACHE_HOME"] = folder + "/.cache"
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let printed = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let parts = printed.components(separatedBy: mark)
    return stride(from: 0, to: parts.count - 1, by: 2).map { (parts[$0], Int32(parts[$0 + 1]) ?? -1) }
  }
}

/// A command of an article, and what it is said to print.
private struct ShellExample {
  let command: String
  let output: [String]
  /// The line of the command.
  let line: Int

  static func all(in text: String) -> [ShellExample] {
    var found: [ShellExample] = []
    var isInside = false
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      if line == "```console" || line == "```" && isInside {
        isInside = line != "```"
      } else if isInside, line.hasPrefix("$ ") {
        found.append(ShellExample(command: String(line.dropFirst(2)), output: [], line: index + 1))
      } else if isInside, let last = found.popLast() {
        found.append(ShellExample(command: last.command, output: last.output + [line], line: last.line))
      }
    }
    return found
  }

  /// Whether a text is what an article shows of it.
  static func matches(_ text: String, _ shown: [String]) -> Bool {
    var lines = text.components(separatedBy: "\n")
    while lines.last?.isEmpty == true { lines.removeLast() }
    var shown = shown
    while shown.last?.isEmpty == true { shown.removeLast() }
    // For each beginning of the lines, whether what was shown so far stands for it.
    var reached = [true] + [Bool](repeating: false, count: lines.count)
    for expected in shown {
      var next = [Bool](repeating: false, count: lines.count + 1)
      if expected == "..." {
        if let first = reached.firstIndex(of: true) { for index in first..<next.count { next[index] = true } }
      } else {
        for index in lines.indices where reached[index] && isSame(lines[index], expected) { next[index + 1] = true }
      }
      reached = next
    }
    return reached[lines.count]
  }

  private static func isSame(_ line: String, _ expected: String) -> Bool {
    if line == expected { return true }
    if expected.contains("...") {
      let parts = expected.components(separatedBy: "...").map { $0.trimmingCharacters(in: .whitespaces) }
      guard line.hasPrefix(parts[0]), line.hasSuffix(parts[parts.count - 1]) else { return false }
      var rest = line[...]
      for part in parts where !part.isEmpty {
        guard let range = rest.range(of: part) else { return false }
        rest = rest[range.upperBound...]
      }
      return true
    }
    let (words, others) = (line.split(separator: " "), expected.split(separator: " "))
    return words.count == others.count && zip(words, others).allSatisfy { $0 == $1 || isNear($0, $1) }
  }

  private static func isNear(_ word: Substring, _ other: Substring) -> Bool {
    guard word.contains("."), let number = Double(word.filter { $0 != "%" }),
      let wanted = Double(other.filter { $0 != "%" })
    else { return false }
    return abs(number - wanted) <= 1e-3 * max(abs(number), abs(wanted))
  }
}
