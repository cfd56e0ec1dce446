import CMutationFuzz
import Foundation
import Glibc
import Synchronization
import XylemCommand
import XylemErrors

/// Tries inputs one after another in this process, by the command line's own functions, and tells of each what became of it.
///
/// On the main thread, as the program does: it has the most stack.
struct Worker {
  static let word = "--worker"
  /// The descriptor that is reported to.
  static let descriptor: CInt = 3
  /// So many inputs, or so many bytes, are enough for one process: what libtorch keeps of each adds up.
  private static let most = 2_000
  private static let mostBytes = 900 << 20
  /// Of the address space: four gigabytes besides libraries and what is set aside and not used.
  private static let mostAddresses = 6 << 30

  private let source: InputSource
  private let folder: String
  private var known: [[String]: PreparedCommand] = [:]

  /// Runs with the arguments after ``word``: kind, seed, the first input, the one after the last, and the folder to work in.
  static func main(_ arguments: [String]) -> CInt {
    guard arguments.count == 5, let kind = FuzzKind(rawValue: arguments[0]), let seed = UInt64(arguments[1]),
      let first = Int(arguments[2]), let end = Int(arguments[3]), chdir(arguments[4]) == 0
    else { return 64 }
    fuzz_report_crashes(descriptor)
    limitMemory()
    do {
      var worker = Worker(source: try InputSource(kind, seed: seed, folder: "."), folder: ".")
      // What a worker before this one left when it was ended.
      for name in try worker.leftFiles() { try FileManager.default.removeItem(atPath: name) }
      for index in first..<end {
        if index - first >= most || bytesInUse > mostBytes { return 0 }
        let outcome = try worker.run(index)
        send(.end(outcome))
        if outcome.isFault { return 0 }
      }
      return 0
    } catch {
      send(.failure("\(error)"))
      return 2
    }
  }

  private mutating func run(_ index: Int) throws -> Outcome {
    let command = try source.make(index, in: folder)
    Self.send(.begin(index: index, command: command.joined(separator: " ")))
    if command[0] == "arrow" { return try ArrowTrial.outcome(of: command[1]) }
    let (output, errors) = (Collected(), Collected())
    let terminal = Terminal(output: { output.add($0) }, error: { errors.add($0) })
    let code = try prepared(command).run(on: terminal)
    let left = try leftFiles()
    var difference: String?
    if code == 0, left == ["out.safetensors"], command[1].hasSuffix(".pt") {
      Self.send(.stage("running the whole model"))
      difference = WholeModel.difference(model: command[1], input: InputSource.inputName, feature: left[0])
    }
    for name in left { try FileManager.default.removeItem(atPath: folder + "/" + name) }
    let judged = Judge(command: command, code: code, output: output.text, errors: errors.text, files: left)
    return difference.map { .wrong($0) } ?? judged.outcome
  }

  /// The files that a command wrote.
  private func leftFiles() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { !$0.hasPrefix("input.") && $0 != InputSource.inputName }
  }

  private mutating func prepared(_ command: [String]) throws -> PreparedCommand {
    if let found = known[command] { return found }
    let fresh = try PreparedCommand(command)
    known[command] = fresh
    return fresh
  }

  private static func send(_ message: Message) {
    var bytes = message.bytes[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written <= 0 { exit(3) }
      bytes = bytes.dropFirst(written)
    }
  }

  /// What takes more is refused by the system, which is an error like any other or a crash to look at.
  private static func limitMemory() {
    // A sanitizer sets terabytes aside.
    guard getenv("ASAN_OPTIONS") == nil else { return }
    var limit = rlimit()
    limit.rlim_cur = rlim_t(mostAddresses)
    limit.rlim_max = limit.rlim_cur
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  }

  private static var bytesInUse: Int { ProcessMemory.bytes(of: getpid()) }
}

/// Text that is written in pieces.
private final class Collected: Sendable {
  private let pieces = Mutex<String>("")
  func add(_ text: String) { pieces.withLock { $0 += text } }
  var text: String { pieces.withLock { $0 } }
}

/// Says whether a command ended as the contract has it.
struct Judge {
  let command: [String]
  let code: Int32
  let output: String
  let errors: String
  /// Files that are there now and were not before.
  let files: [String]

  private static let foreign = [
    "Error Domain=", "NSCocoaError", "DecodingError", "Swift.", "couldn’t be", "The operation could",
  ]
  private static let longest = 100_000

  var outcome: Outcome {
    if let fault { return .wrong(fault) }
    return code == 2 ? .refused(errorID ?? "") : .succeeded
  }

  private var errorLines: [Substring] {
    errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
  }

  private var errorID: String? {
    guard let line = errorLines.first, line.hasSuffix(")"), let start = line.lastIndex(of: "(") else { return nil }
    return String(line[line.index(after: start)...].dropLast())
  }

  private var fault: String? {
    guard code == 0 || code == 2 || code == 1 && command[0] == "diff" else { return "exit code \(code)" }
    if errors.utf8.count > Self.longest { return "\(errors.utf8.count) bytes of errors" }
    if let word = Self.foreign.first(where: errors.contains) { return "an error of another style: \(word)" }
    if (output + errors).unicodeScalars.contains(where: {
      $0.value < 0x20 && $0 != "\n" && $0 != "\t" || $0.value == 0x7F
    }) {
      return "control characters are written"
    }
    let target = command.firstIndex { $0 == "-o" || $0 == "--save" }.map { command[$0 + 1] }
    if let file = files.first(where: { $0 != target }) { return "the file \(file.prefix { $0 != "-" }) is left" }
    guard code == 2 else {
      if !errorLines.isEmpty { return "an error with exit code \(code)" }
      if let target, !files.contains(target) { return "nothing was written" }
      return nil
    }
    if errorLines.count != 1 { return "\(errorLines.count) errors" }
    guard let id = errorID.flatMap(ErrorID.init), id != .commandFailed, id != .usage else {
      return "an error without an id of its own: \(errorLines[0].prefix(120))"
    }
    if !output.isEmpty { return "an error after results" }
    return files.isEmpty ? nil : "a file of a command that failed"
  }
}
