internal import Foundation
internal import XylemDataset
internal import XylemFiles
internal import XylemReport

/// The result of `xylem run`.
struct RunReport {
  private let summary: RunSummary
  private let engine: EngineText?

  init(_ summary: RunSummary, engine: EngineText?) { (self.summary, self.engine) = (summary, engine) }

  /// A line of progress for a terminal.
  static func line(_ progress: RunProgress) -> String {
    var parts = [Progress.bar("images", done: progress.rows, of: progress.count)]
    if progress.computed > 0 { parts.append("\(number(progress.rate))/s") }
    if let remaining = progress.remaining { parts.append("\(time(remaining)) left") }
    if progress.failed > 0 { parts.append("\(progress.failed) failed") }
    parts.append(waits(progress.waiting))
    return parts.joined(separator: ", ")
  }

  /// What waits for what: the stage that others wait for is the one to help.
  private static func waits(_ waiting: RunProgress.Waiting) -> String {
    if waiting.model > 0.1 { return "the model waits for images \(percent(waiting.model)) of the time" }
    if waiting.writing > 0.1 { return "the model waits for the disk \(percent(waiting.writing)) of the time" }
    return "decoding waits for the model \(percent(waiting.decoding)) of the time"
  }

  /// Sentences for standard error.
  func warnings(ignoresOrientation: Bool) -> [String] {
    var warnings: [String] = []
    let progress = summary.progress
    if progress.failed > 0 {
      let first = summary.firstFailure.map { ", such as '\($0.input)': \($0.failure.message) (\($0.failure.id))" } ?? ""
      warnings.append(
        "\(progress.failed) of \(progress.count) inputs have no features\(first); '--retry-errors' computes them again")
    }
    for (loss, count, example) in summary.losses where !(ignoresOrientation && loss == .orientation) {
      warnings.append("\(example) \(Self.words(loss))" + (count > 1 ? " (and \(count - 1) more)" : ""))
    }
    return warnings
  }

  private static func words(_ loss: ImageLoss) -> String {
    switch loss {
    case .orientation:
      "has an EXIF orientation, which is ignored as in torchvision: '--exif apply' applies it, '--exif ignore' silences this warning"
    case .depth: "has 16-bit levels, which become 8-bit levels"
    case .transparency: "has transparent pixels, which become opaque"
    default: "has CMYK inks, which become red, green and blue without a colour profile"
    }
  }

  /// The JSON object.
  var json: JSONValue {
    let progress = summary.progress
    var members: [String: JSONValue] = [
      "schema": .int(1), "folder": .string(summary.folder), "format": .string(summary.record.output.format),
      "rows": .int(progress.count), "failed": .int(progress.failed), "shards": .int(summary.shards),
      "features": .array(
        summary.record.features.map { field in
          .object([
            "key": .string(field.key), "node": .string(field.node), "shape": .array(field.shape.map { .int($0) }),
            "dtype": .string(field.dtype.rawValue), "reduction": .string(field.reduction.rawValue),
          ])
        }),
      "computed": .int(progress.computed),
      "failures": .object(summary.failures.mapValues { .int($0) }),
      "seconds": .double(Self.rounded(Self.seconds(progress.elapsed))),
      "imagesPerSecond": .double(Self.rounded(progress.rate)),
      "waiting": .object([
        "decoding": .double(Self.rounded(progress.waiting.decoding)),
        "model": .double(Self.rounded(progress.waiting.model)),
        "writing": .double(Self.rounded(progress.waiting.writing)),
      ]),
    ]
    if let engine { members["engine"] = engine.json }
    return .object(members)
  }

  /// The result as a table, without a trailing line break.
  func text(_ style: OutputStyle) -> String {
    let progress = summary.progress
    var table = TextTable([.left, .left, .left, .left], headings: ["key", "node", "row", "dtype"])
    for field in summary.record.features {
      table.append([
        field.key, field.node + (field.reduction == .none ? "" : " (\(field.reduction.rawValue))"), "\(field.shape)",
        field.dtype.rawValue,
      ])
    }
    let rows = "\(progress.count) \(progress.count == 1 ? "row" : "rows")"
    let shards = "\(summary.shards) \(summary.shards == 1 ? "shard" : "shards")"
    var lines = [style.paint("\(rows) in \(shards) of \(summary.folder)", .heading), "", table.text(style), ""]
    lines.append(
      progress.computed == 0
        ? "all rows were there"
        : "\(progress.computed) computed in \(Self.time(progress.elapsed)), \(Self.number(progress.rate)) images a second; "
          + Self.waits(progress.waiting))
    if let engine { lines += [""] + engine.lines }
    return lines.joined(separator: "\n")
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  private static func rounded(_ number: Double) -> Double { (number * 1000).rounded() / 1000 }

  private static func percent(_ part: Double) -> String { "\(Int((part * 100).rounded()))%" }

  /// Three digits.
  private static func number(_ value: Double) -> String {
    String(format: value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value)
  }

  /// As in `12 s`, `3 min` or `2.5 h`.
  private static func time(_ duration: Duration) -> String {
    let seconds = seconds(duration)
    if seconds < 90 { return String(format: "%.0f s", seconds) }
    return seconds < 5400 ? String(format: "%.0f min", seconds / 60) : String(format: "%.1f h", seconds / 3600)
  }
}
