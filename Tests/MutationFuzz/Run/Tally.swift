import Foundation
import Synchronization

/// Counts what became of inputs, and keeps those that did harm.
final class Tally: Sendable {
  private struct State {
    var counts: [String: Int] = [:]
    var total = 0
    var faults = 0
  }

  private let plan: FuzzPlan
  private let state = Mutex(State())
  /// So many examples of one outcome are kept.
  private static let mostExamples = 3

  init(_ plan: FuzzPlan) { self.plan = plan }

  /// How many inputs were tried.
  var total: Int { state.withLock { $0.total } }
  /// How many of them showed a fault.
  var faults: Int { state.withLock { $0.faults } }

  /// Counts an outcome; keeps the input, which lies in `folder`, where it is one to look at.
  func add(
    _ outcome: Outcome, _ kind: FuzzKind, _ index: Int, _ command: String, _ folder: String, details: String = ""
  ) {
    let count = state.withLock { state in
      state.total += 1
      if outcome.isFault { state.faults += 1 }
      state.counts[outcome.text, default: 0] += 1
      return state.counts[outcome.text] ?? 0
    }
    switch outcome {
    case .succeeded, .refused: return
    case .wrong, .runtimeCrash, .unrepeated, .overloaded, .heavyModel: break
    }
    guard count <= Self.mostExamples else { return }
    let name = "\(kind.rawValue)-\(plan.seed)-\(index)"
    let ending = (kind.fileName as NSString).pathExtension
    let files = FileManager.default
    let target = plan.folder + "/" + name + "." + ending
    try? files.createDirectory(atPath: plan.folder, withIntermediateDirectories: true)
    try? files.removeItem(atPath: target)
    try? files.copyItem(atPath: folder + "/" + kind.fileName, toPath: target)
    let text = """
      \(outcome.text)
      again: \(plan.command(kind, index))
      alone: xylem \(command.replacing(kind.fileName, with: name + "." + ending))
      \(details)

      """
    try? text.write(toFile: plan.folder + "/" + name + ".txt", atomically: false, encoding: .utf8)
    print("\(outcome.text)\n  input: \(target)\n  again: \(plan.command(kind, index))")
  }

  /// One line for each outcome, the most frequent first.
  var report: String {
    let counts = state.withLock { $0.counts }
    let lines = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return lines.map { String(format: "  %7d  ", $0.value) + $0.key }.joined(separator: "\n")
  }
}
