public import XylemDiff
internal import XylemGraph

/// A diff as JSON, with the keys that scripts rely on.
public struct DiffJSONReport: DiffReport {
  /// The report.
  public init() {}

  /// One line of JSON, with sorted keys.
  public func render(_ diff: TraceDiff) -> String {
    var members: [String: JSONValue] = [
      "schema": .int(1), "model": .string(diff.model), "compared": .int(diff.compared),
      "hidden": .array(diff.hidden.map(Self.json)),
      "findings": .array(diff.findings.map(Self.json)),
    ]
    if !diff.returns.isEmpty {
      members["returns"] = .array(
        diff.returns.map {
          .object(["request": .string($0.request), "train": .optional($0.train), "eval": .optional($0.eval)])
        })
      members["returnOptions"] = .optional(diff.returnOptions)
    }
    if let comparison = diff.comparison {
      members["base"] = .object([
        "model": .string(comparison.base), "removed": .array(comparison.removed.map(Self.json)),
        "unchanged": .int(diff.findings.count { $0.change?.kind == .unchanged }),
        "hiddenSince": .array(comparison.hiddenSince.map(Self.json)),
        "shownSince": .array(comparison.shownSince.map(Self.json)),
      ])
    }
    if let run = diff.run { members["run"] = Self.json(run) }
    return JSONValue.object(members).text + "\n"
  }

  private static func json(_ part: HiddenPart) -> JSONValue {
    .object(["path": .string(part.path), "kind": .string(part.kind.rawValue)])
  }

  private static func json(_ run: TraceDiff.Run) -> JSONValue {
    .object([
      "seed": .string(String(run.seed)), "compared": .int(run.compared), "differing": .int(run.differing),
      "outputDiffers": run.outputDiffers.map { .bool($0) } ?? .null,
      "outputDifference": .optional(run.outputDifference),
      "unexplained": .strings(run.unexplained), "failure": .optional(run.failure),
    ])
  }

  private static func json(_ finding: Finding) -> JSONValue {
    var members: [String: JSONValue] = [
      "rule": .string(finding.rule.rawValue), "level": .string(finding.level.rawValue),
      "fingerprint": .string(finding.fingerprint), "module": .string(finding.module), "node": .optional(finding.node),
      "location": .optional(finding.location?.description), "message": .string(finding.message),
      "train": .optional(finding.train), "eval": .optional(finding.eval), "expected": .bool(finding.expectation != nil),
      "members": .strings(finding.differences),
    ]
    if let change = finding.change { members["change"] = .string(change.kind.rawValue) }
    if let witness = finding.witness {
      members["witness"] = .object([
        "outcome": .string(witness.outcome.rawValue), "largestDifference": .optional(witness.largestDifference),
        "node": .optional(witness.node), "reason": .string(witness.reason),
      ])
    }
    return .object(members)
  }
}
