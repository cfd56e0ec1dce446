internal import Foundation
internal import XylemExtract
internal import XylemReport

/// What computed which part of a plan, for people and for scripts.
struct EngineText {
  let report: EngineReport
  /// The bytes by which the process's memory grew when the engine compiled. Nil if they were not counted.
  var memoryBytes: Int?

  var json: JSONValue {
    .object([
      "parts": .array(report.parts.map(Self.json)),
      "compileMilliseconds": .double(Self.rounded(report.compileMilliseconds)),
      "memoryBytes": memoryBytes.map { .int($0) } ?? .null, "note": .optional(report.note),
    ])
  }

  private static func json(_ part: EngineReport.Part) -> JSONValue {
    .object([
      "first": .string(part.nodes.first), "last": .string(part.nodes.last), "instructions": .int(part.instructionCount),
      "engine": .string(part.engine), "reason": .optional(part.reason),
      "milliseconds": part.milliseconds.map { .double(rounded($0.engine)) } ?? .null,
      "torchMilliseconds": part.milliseconds.map { .double(rounded($0.torch)) } ?? .null,
      "difference": part.difference.map { .double($0) } ?? .null,
    ])
  }

  /// One line for each part, without a trailing line break.
  var lines: [String] {
    if let note = report.note, report.parts.isEmpty { return ["computed by libtorch: \(note)"] }
    var lines = report.parts.map { part in
      let count = part.instructionCount == 1 ? "1 instruction" : "\(part.instructionCount) instructions"
      let place = part.nodes.first == part.nodes.last ? part.nodes.first : "\(part.nodes.first) to \(part.nodes.last)"
      guard part.engine != "torch" else {
        return "libtorch: \(place) (\(count))" + (part.reason.map { $0.isEmpty ? "" : ": \($0)" } ?? "")
      }
      var line = "\(part.engine): \(place) (\(count))"
      if let times = part.milliseconds {
        line += String(format: ", %.2f ms where libtorch takes %.2f", times.engine, times.torch)
      }
      if let difference = part.difference { line += String(format: ", differs by at most %.1e", difference) }
      return line
    }
    if !report.parts.isEmpty {
      lines.append(String(format: "compiled and checked in %.1f s", report.compileMilliseconds / 1000))
    }
    return lines
  }

  /// Whether an engine computes a part.
  var usesEngine: Bool { report.parts.contains { $0.engine != "torch" } }

  private static func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
}
