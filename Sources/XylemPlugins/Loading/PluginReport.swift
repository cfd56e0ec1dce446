internal import Foundation
public import XylemErrors
internal import XylemFiles

/// The result of loading a plugin, stage by stage.
public struct PluginReport: Sendable {
  /// A step from a file to leaves that can be called, in order.
  public enum Stage: String, Sendable, Hashable, CaseIterable, Codable {
    /// The file is a complete, readable shared object for this machine.
    case file
    /// The plugin has a manifest, and this host is new enough for it.
    case note
    /// Every library that it needs is present, and none conflicts with this process.
    case dependencies
    /// The digest matches the pin.
    case policy
    /// Another process loaded the plugin without crashing.
    case scan
    /// The entry has the right form, and the plugin opens.
    case handshake
    /// The leaves are those of the note.
    case symbols
    /// The leaves behave as declared; only `xylem plugin check` runs this.
    case selfTest = "self-test"
  }

  /// The result of a stage.
  public enum Outcome: Sendable {
    /// The stage passed. The string is an optional detail.
    case passed(String?)
    /// The stage failed.
    case failed(XylemError)
    /// The stage was not run, because an earlier one failed or it was not requested.
    case notReached
  }

  /// The path as given.
  public let path: String
  /// The SHA-256 of the file; nil if it was not read.
  public internal(set) var digest: String?
  /// The plugin's manifest; nil if it was not read.
  public internal(set) var manifest: PluginManifest?
  /// The result of each stage.
  public private(set) var outcomes: [Stage: Outcome] = [:]

  /// Creates a report in which no stage was run.
  init(path: String) { self.path = path }

  /// The result of a stage.
  public func outcome(_ stage: Stage) -> Outcome { outcomes[stage] ?? .notReached }

  /// The error of the first stage that failed.
  public var failure: XylemError? {
    for stage in Stage.allCases {
      if case .failed(let error) = outcome(stage) { return error }
    }
    return nil
  }

  /// Runs a stage and records its result.
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

  /// Records the result of a stage.
  mutating func record(_ stage: Stage, _ outcome: Outcome) { outcomes[stage] = outcome }
}

extension PluginReport: CustomStringConvertible {
  /// One line for each stage, with errors indented below it, and no line break at the end.
  public var description: String { text(summary: nil) }

  /// The description, with a summary instead of the self-test's failures.
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

  /// Encodes the path, the digest, the plugin's id and every stage in order.
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

  /// Returns the report as JSON on one line, with sorted keys.
  ///
  /// - Throws: an `EncodingError`; no case is known.
  public func jsonText() throws -> String { try JSONText.sorted(self) }
}
