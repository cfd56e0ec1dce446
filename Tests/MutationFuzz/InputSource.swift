import Foundation
import XylemErrors
import XylemExtract
import XylemFiles
import XylemScript
import XylemTrace

/// Makes the inputs of a kind: each is a file and the arguments of a command.
struct InputSource {
  private let kind: FuzzKind
  private let seed: UInt64
  private let archives: [ZipImage]
  private let exported: [ZipImage]
  private let extractors: [ExtractorMutator.Contents]
  private let operators: OperatorArchives
  private let arrows: [[UInt8]]
  private let archiveMutator: ArchiveMutator

  /// The tensor that models are run on.
  static let inputName = "x.safetensors"

  private static let folders = ["calls", "constructs", "control", "modes", "old", "outside", "traced", "values"]
  private static let saved = [
    "constructs/any_value", "constructs/buffer_in_place", "constructs/if_on_data", "constructs/nested_output",
    "constructs/return_in_loop", "control/appends", "control/loop_return", "values/named_parts",
  ]
  private static let largestArchive = 6_000

  /// - Parameter folder: where files are made that inputs are made of.
  init(_ kind: FuzzKind, seed: UInt64, folder: String) throws {
    self.kind = kind
    self.seed = seed
    let list = try String(contentsOfFile: Checkout.path("Tests/MutationFuzz/operators.txt"), encoding: .utf8)
    let names = list.split(whereSeparator: \.isWhitespace).map(String.init)
    let short = names.map { name in name.drop { $0 != ":" }.dropFirst(2).prefix { $0 != "." } }.map(String.init)
    archiveMutator = ArchiveMutator(code: CodeMutator(operators: Set(short).sorted()))
    archives = kind == .archives ? try Self.smallArchives() : []
    exported = kind == .exported ? try Self.exportedArchives() : []
    extractors = kind == .extractors ? try Self.savedExtractors(folder) : []
    operators = OperatorArchives(names: kind == .operators ? names : [])
    arrows = kind == .arrow ? try ArrowMutator.originals() : []
    let elements = (0..<8).map { Float($0) / 8 - 0.4 }
    let bytes = elements.flatMap { element in (0..<4).map { UInt8(truncatingIfNeeded: element.bitPattern >> (8 * $0)) }
    }
    let array = try HostArray(dtype: .float32, shape: [2, 4], bytes: bytes)
    try SafetensorsWriter.write([("x", array)], metadata: [:], to: folder + "/" + Self.inputName)
  }

  private static func smallArchives() throws -> [ZipImage] {
    var found: [ZipImage] = []
    for folder in folders {
      let path = Checkout.path("Fixtures/" + folder)
      for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() where name.hasSuffix(".pt") {
        let size = try FileManager.default.attributesOfItem(atPath: path + "/" + name)[.size] as? Int ?? 0
        if size < largestArchive { found.append(try ZipImage(path: path + "/" + name)) }
      }
    }
    return found
  }

  private static func exportedArchives() throws -> [ZipImage] {
    let path = Checkout.path("Fixtures/exported")
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    return try names.filter { $0.hasPrefix("small_") && $0.hasSuffix(".pt2") }.map {
      try ZipImage(path: path + "/" + $0)
    }
  }

  private static func savedExtractors(_ folder: String) throws -> [ExtractorMutator.Contents] {
    try saved.enumerated().map { index, name in
      let path = folder + "/base.xylem"
      let model = try ScriptModel(path: Checkout.path("Fixtures/\(name).pt"))
      let modes: [Mode] = index % 2 == 0 ? [.eval] : [.train, .eval]
      let options = TraceOptions(makesLeaves: true)
      try FeatureExtractor(of: model, returning: ["output"], options: options, modes: modes).save(to: path)
      defer { try? FileManager.default.removeItem(atPath: path) }
      return try ExtractorMutator.Contents(path: path)
    }
  }

  /// Writes an input to `folder`.
  ///
  /// - Returns: the arguments of the command that reads it there.
  func make(_ index: Int, in folder: String) throws -> [String] {
    var numbers = SeededNumbers(seed: seed, index: index)
    let path = folder + "/" + kind.fileName
    switch kind {
    case .archives: try write(archiveMutator.mutate(numbers.pick(archives), &numbers), to: path)
    case .exported:
      try write(ExportedMutator(archives: archiveMutator).mutate(numbers.pick(exported), &numbers), to: path)
    case .arrow:
      try write(ArrowMutator.mutate(numbers.pick(arrows), &numbers), to: path)
      return ["arrow", kind.fileName]
    case .operators: try write(operators.archive(&numbers), to: path)
    case .extractors: try ExtractorMutator(archives: archiveMutator).write(numbers.pick(extractors), to: path, &numbers)
    }
    return command(&numbers)
  }

  private func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

  private func command(_ numbers: inout SeededNumbers) -> [String] {
    let file = kind.fileName
    var command: [String]
    switch numbers.below(100) {
    case ..<50: command = ["extract", file, "--input", Self.inputName, "-o", "out.safetensors"]
    case ..<65: command = ["nodes", file, "--mode", numbers.pick(["train", "eval", "both"])]
    case ..<73: command = ["graph", file, "--format", numbers.pick(["table", "dot", "json", "html"])]
    case ..<83: command = ["diff", file, "--format", numbers.pick(["text", "json", "html"])]
    case ..<95: command = ["extract", file, "--save", "out.xylem"]
    default: command = ["extract", file, "--save", "out.pt"]
    }
    guard kind != .extractors else { return command }
    if command[0] == "extract" { command += ["--return", "output"] }
    if numbers.chance(60) { command.append("--auto-leaf") }
    if numbers.chance(10) { command.append("--no-default-leaves") }
    return command
  }
}
