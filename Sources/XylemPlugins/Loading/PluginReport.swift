internal import Foundation
public import XylemErrors
internal import XylemFiles

/// How far a plugin came, stage by stage.
public struct PluginReport: Sendable {
  /// A step on the way from a file to leaves that can be called, in order.
  public enum Stage: String, Sendable, Hashable, CaseIterable, Codable {
    /// The file is a shared object of this machine, whole and readable.
    case file
    /// The plugin says what it is, and this host is new enough for it.
    case note
    /// Every library that it needs is there, and none is in this process's way.
    case dependencies
    /// The digest is the one that was asked for.
    case policy
    /// Another process loaded the plugin and came out alive.
    case scan
    /// The entry has the right form, and the plugin opens.
    case handshake
    /// The leaves are those of the note.
    case symbols
    /// The leaves do what they declare; run by `xylem plugin check` alone.
    case selfTest = "self-test"
  }

  /// What became of a stage.
  public enum Outcome: Sendable {
    /// It holds; the text says what was found, where there is something to say.
    case passed(String?)
    /// It does not hold.
    case failed(XylemError)
    /// It was not tried, as an earlier one failed or nobody asked for it.
    case notReached
  }

  /// The file, as it was given.
  public let path: String
  /// SHA-256 of the file; nil where it was not read.
  public internal(set) var digest: String?
  /// What the plugin says of itself; nil where that was not read.
  public internal(set) var manifest: PluginManifest?
  /// What became of each stage.
  public private(set) var outcomes: [Stage: Outcome] = [:]

  /// A report in which nothing was tried.
  init(path: String) { self.path = path }

  /// What became of a stage.
  public func outcome(_ stage: Stage) -> Outcome { outcomes[stage] ?? .notReached }

  /// The error of the first stage that failed.
  public var failure: XylemError? {
    for stage in Stage.allCases {
      if case .failed(let error) = outcome(stage) { return error }
    }
    return nil
  }

  /// Runs a stage and writes down what became of it.
  mutating func stage<Result>(
    _ stage: Stage, _ body: () throws(XylemError) -> Result
  ) throws(XylemError) -> Result {
    do throws(XylemError) {
      let result = try body()
      outcomes[stage] = .passed(nil)
      return result
    } catch {
      outcomes[stage] = .failed(error)
      throw error
    }
  }

  /// Writes down what became of a stage.
  mutating func record(_ stage: Stage, _ outcome: Outcome) { outcomes[stage] = outcome }
}

extension PluginReport: CustomStringConvertible {
  /// One line for each stage, errors indented below it, without a line break at its end.
  public var description: String { text(summary: nil) }

  /// The description, with a summary in place of what failed in the self-test.
  func text(summary: String?) -> String {
    var lines = [path]
    for stage in Stage.allCases {
      let name = stage.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)
      switch outcome(stage) {
      case .passed(let detail): lines.append("  \(name)  passed" + (detail.map { ": \($0)" } ?? ""))
      case .failed where stage == .selfTest && summary != nil:
        lines.append("  \(name)  FAILED: \(summary ?? "")")
      case .failed(let error):
        lines.append("  \(name)  FAILED")
        lines += String(describing: error).split(separator: "\n").map { "    \($0)" }
      case .notReached: lines.append("  \(name)  not reached")
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension PluginReport: Encodable {
  private struct Row: Encodable {
    var stage: Stage
    var outcome: String
    var detail: String?
    var error: ErrorRecord?
  }

  private enum Key: String, CodingKey { case path, digest, plugin, stages }

  /// Writes the path, the digest, the plugin's id and every stage in order.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(path, forKey: .path)
    try container.encodeIfPresent(digest, forKey: .digest)
    try container.encodeIfPresent(manifest?.id, forKey: .plugin)
    let rows = Stage.allCases.map { stage in
      switch outcome(stage) {
      case .passed(let detail): Row(stage: stage, outcome: "passed", detail: detail)
      case .failed(let error): Row(stage: stage, outcome: "failed", error: ErrorRecord(error))
      case .notReached: Row(stage: stage, outcome: "not-reached")
      }
    }
    try container.encode(rows, forKey: .stages)
  }

  /// The report as JSON on one line, keys sorted.
  ///
  /// - Throws: an `EncodingError`; none is known.
  public func jsonText() throws -> String { try JSONText.sorted(self) }
}
