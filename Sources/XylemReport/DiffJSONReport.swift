public import XylemDiff
internal import XylemGraph

/// A diff as JSON, with the keys that scripts rely on.
public struct DiffJSONReport: DiffReport {
  /// The report.
  public init() {}

  /// One line of JSON, keys sorted.
  public func render(_ diff: TraceDiff) -> String {
    var members: [String: JSONValue] = [
      "schema": .int(1), "model": .string(diff.model), "compared": .int(diff.compared),
      "hidden": .array(
        diff.hidden.map { .object(["path": .string($0.path), "kind": .string($0.kind.rawValue)]) }),
      "findings": .array(diff.findings.map(Self.json)),
    ]
    if let run = diff.run { members["run"] = Self.json(run) }
    return JSONValue.object(members).text + "\n"
  }

  private static func json(_ run: TraceDiff.Run) -> JSONValue {
    .object([
      "seed": .string(String(run.seed)), "compared": .int(run.compared), "differing": .int(run.differing),
      "outputDiffers": .bool(run.outputDiffers), "outputDifference": .optional(run.outputDifference),
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
    if let witness = finding.witness {
      members["witness"] = .object([
        "outcome": .string(witness.outcome.rawValue), "largestDifference": .optional(witness.largestDifference),
        "node": .optional(witness.node), "reason": .string(witness.reason),
      ])
    }
    return .object(members)
  }
}
