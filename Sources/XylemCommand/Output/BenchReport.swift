internal import Foundation
internal import XylemReport

/// The result of `xylem bench`.
struct BenchReport {
  /// The milliseconds of each run.
  let milliseconds: [Double]
  let peakMemoryBytes: Int
  let instructions: Int
  let copies: Int
  let warmup: Int
  let threads: Int
  let precision: String
  /// What computed which part.
  var engine: EngineText?

  /// The JSON of the command's contract. Times are rounded to a tenth of a microsecond.
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "schema": .int(1), "milliseconds": .array(milliseconds.map { .double(($0 * 1e4).rounded() / 1e4) }),
      "peakMemoryBytes": .int(peakMemoryBytes), "instructions": .int(instructions), "copies": .int(copies),
    ]
    if let engine { members["engine"] = engine.json }
    return .object(members)
  }

  /// The result as a table, without a trailing line break.
  func text(_ style: OutputStyle) -> String {
    let sorted = milliseconds.sorted()
    let mean = sorted.isEmpty ? 0 : sorted.reduce(0, +) / Double(sorted.count)
    var table = TextTable([.left, .right, .left])
    for (name, value) in [
      ("fastest", sorted.first ?? 0), ("median", Self.quantile(0.5, sorted)), ("mean", mean),
      ("95th percentile", Self.quantile(0.95, sorted)), ("slowest", sorted.last ?? 0),
    ] { table.append([name, Self.number(value), "ms"]) }
    let (memory, unit) = ByteCount(peakMemoryBytes).parts
    let own = engine?.memoryBytes.flatMap { $0 > 0 ? ", \(ByteCount($0)) of it the engine's own" : nil }
    table.append(["memory at its peak", memory, unit + (own ?? "")])
    table.append(["instructions", "\(instructions)", ""])
    table.append(["features copied", "\(copies)", ""])
    let runs = sorted.count == 1 ? "1 run" : "\(sorted.count) runs"
    let title =
      "\(runs) after \(warmup) warmup \(warmup == 1 ? "run" : "runs"), \(threads) \(threads == 1 ? "thread" : "threads"), \(precision)"
    let lines = engine.map { "\n\n" + $0.lines.joined(separator: "\n") } ?? ""
    return style.paint(title, .heading) + "\n\n" + table.text(style) + lines
  }

  /// The quantile of sorted numbers: the closest of them.
  static func quantile(_ part: Double, _ sorted: [Double]) -> Double {
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, max(0, Int((part * Double(sorted.count)).rounded(.up)) - 1))]
  }

  /// At least four significant digits, and never an exponent.
  private static func number(_ value: Double) -> String {
    String(format: value >= 1000 ? "%.0f" : value >= 100 ? "%.1f" : value >= 10 ? "%.2f" : "%.3f", value)
  }
}

/// A number of bytes, for people.
struct ByteCount: CustomStringConvertible {
  private let bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  /// The number with one decimal, and its unit.
  var parts: (number: String, unit: String) {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 1024, unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    return (unit == 0 ? "\(bytes)" : String(format: "%.1f", value), units[unit])
  }

  var description: String { "\(parts.number) \(parts.unit)" }
}
