import Foundation
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemCommand

/// A run that fails, and what its error offers.
struct RemedyScenario: Sendable {
  /// What is wrong, in words.
  let name: String
  let id: ErrorID
  /// `F/…` is in a fresh folder, `X/…` among the fixtures.
  let arguments: [String]
  /// Words that a remedy takes the place of, such as an option that does not exist.
  var replaced: [String] = []
  /// Remedies that are advice in words, which nothing can follow for a person.
  var advice: [String] = []
  /// Variables that the run has; `F/…` as in the arguments. If there are any, the executable runs in a process of its own.
  var environment: [String: String] = [:]
  /// Exit codes of success; 1 too where findings are expected.
  var success: Set<Int32> = [0]
  /// Makes what the run needs in the folder.
  var prepare: @Sendable (String) async throws -> Void = { _ in }

  /// The arguments with the places that they stand for.
  func arguments(in folder: String) -> [String] { arguments.map { Self.placed($0, in: folder) } }

  /// Runs the command.
  ///
  /// - Parameter unset: variables that it does not get.
  func run(
    _ arguments: [String], in folder: String, without unset: [String] = []
  ) async throws -> (status: Int32, errors: String) {
    guard !environment.isEmpty else {
      let run = await xylem(arguments)
      return (run.status, run.errors)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Fixtures.executable))
    process.arguments = arguments
    let own = environment.filter { !unset.contains($0.key) }.mapValues { Self.placed($0, in: folder) }
    process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }
    let errors = Pipe()
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, errors)
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  fileprivate static func placed(_ word: String, in folder: String) -> String {
    word.hasPrefix("X/")
      ? Fixtures.path(String(word.dropFirst(2))) : word.hasPrefix("F/") ? folder + word.dropFirst(1) : word
  }
}

extension RemedyScenario {
  /// Does what a remedy says.
  ///
  /// - Returns: the exit code of the run that should succeed now, and its errors.
  func follow(_ remedy: String, in folder: String) async throws -> (status: Int32, errors: String) {
    let command = remedy.split(separator: "  # ")[0]
    // A file of a remedy without a folder is one in the folder of the user.
    let words = try Self.words(of: String(command)).map {
      $0 == "xylem.yaml" || $0.hasPrefix("features.") || $0 == "base.json" || $0 == "features" || $0 == "maps"
        || $0 == "maps.png"
        ? folder + "/" + $0 : $0
    }
    if words[0] == "xylem" { return try await run(Array(words.dropFirst()), in: folder) }
    if words[0] == "unset" {
      return try await run(arguments(in: folder), in: folder, without: Array(words.dropFirst()))
    }
    if words[0].hasPrefix("-") {
      return try await run(
        Self.changed(arguments(in: folder).filter { !replaced.contains($0) }, by: words), in: folder)
    }
    let status = try Self.shell(String(command), in: folder)
    guard status == 0 else { return (status, "the shell's command failed") }
    // An image that was converted has another name.
    let converted = arguments(in: folder).map { words[0] == "magick" && $0 == words[1] ? words[words.count - 1] : $0 }
    return try await run(converted, in: folder)
  }

  /// Arguments with the options of a remedy in place of the same ones.
  static func changed(_ arguments: [String], by words: [String]) -> [String] {
    let outline = CommandOutline(of: arguments)
    let given = Set(words.filter { $0.hasPrefix("-") }.compactMap { outline.option($0)?.names[0] })
    // What is asked for in one mode alone takes the place of what was asked for in both.
    let dropped = given.contains { $0.hasSuffix("-return") } ? given.union(["--return"]) : given
    var result: [String] = []
    // How many words of the option that is dropped are left.
    var left = 0
    for argument in arguments {
      if argument.hasPrefix("-"), argument != "-" {
        let option = outline.option(String(argument.prefix { $0 != "=" }))
        let isDropped = option.map { dropped.contains($0.names[0]) } ?? false
        left = !isDropped ? 0 : option?.takesMany == true ? .max : argument.contains("=") ? 1 : 2
      }
      if left > 0 { left -= 1 } else { result.append(argument) }
    }
    return result + words
  }

  /// The words of a shell's line: quotes and backslashes as it reads them.
  static func words(of line: String) throws -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in line {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
        word = word ?? ""
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character == " " {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return words
  }

  private static func shell(_ line: String, in folder: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Whether a program is in one of the folders of `PATH`.
  static func hasProgram(_ name: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
  }
}

/// The remedies that are written in the sources, so that none is forgotten.
enum WrittenRemedies {
  /// Literals of remedies that can be pasted into a command line: those that begin with an option or a command.
  static func pasteable() throws -> [(file: String, pattern: String)] {
    let sources = Fixtures.package.appendingPathComponent("Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var found: [(String, String)] = []
    for case let url as URL in files where url.pathExtension == "swift" {
      let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      var left = 0
      for line in lines {
        if line.contains("emedies") || line.contains("emedy") { left = 6 }
        guard left > 0 else { continue }
        left -= 1
        guard !line.contains("hasPrefix(") || line.contains("XylemError(") else { continue }
        for literal in literals(in: line) where isCommand(literal) { found.append((url.lastPathComponent, literal)) }
      }
    }
    return found.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
  }

  private static func isCommand(_ literal: String) -> Bool {
    let starts = ["--", "-o ", "xylem ", "unset ", "mkdir ", "magick ", "sha256sum ", "nm ", "ldconfig "]
    return starts.contains { literal.hasPrefix($0) } && literal.contains { $0.isLetter }
  }

  /// The literals of a line, with `\u{0}` for what is put into them.
  static func literals(in line: Substring) -> [String] {
    var literals: [String] = []
    var rest = line
    while let start = rest.firstIndex(of: "\"") {
      rest = rest[rest.index(after: start)...]
      var literal = ""
      var depth = 0
      while let character = rest.popFirst() {
        if depth > 0 {
          if character == "(" { depth += 1 } else if character == ")" { depth -= 1 }
        } else if character == "\\" {
          guard let next = rest.popFirst() else { break }
          if next == "(" {
            depth = 1
            literal += "\u{0}"
          } else {
            literal.append(next)
          }
        } else if character == "\"" {
          break
        } else {
          literal.append(character)
        }
      }
      literals.append(literal)
    }
    return literals
  }

  /// Whether a remedy that was printed can have come from a literal.
  static func matches(_ remedy: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "\u{0}", omittingEmptySubsequences: false).flatMap { part in
      // These are filled in where an error is printed.
      part.replacing("FILE", with: "\u{0}").replacing("MODEL", with: "\u{0}").split(
        separator: "\u{0}", omittingEmptySubsequences: false)
    }
    guard remedy.hasPrefix(parts[0]) else { return false }
    var rest = remedy.dropFirst(parts[0].count)
    for part in parts.dropFirst() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return parts[parts.count - 1].isEmpty || rest.isEmpty
  }
}
