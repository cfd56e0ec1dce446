public import XylemDiff
internal import XylemGraph

/// A diff as JSON, with the keys that scripts rely on.
public struct DiffJSONReport: DiffReport {
  /// The report.
  public init() {}

  /// One line of JSON, keys sorted.
  public func render(_ diff: TraceDiff) -> String {
    JSONValue.object([
      "schema": .int(1), "model": .string(diff.model), "compared": .int(diff.compared),
      "hidden": .array(
        diff.hidden.map { .object(["path": .string($0.path), "kind": .string($0.kind.rawValue)]) }),
      "findings": .array(diff.findings.map(Self.json)),
    ]).text + "\n"
  }

  private static func json(_ finding: Finding) -> JSONValue {
    .object([
      "rule": .string(finding.rule.rawValue), "level": .string(finding.level.rawValue),
      "fingerprint": .string(finding.fingerprint), "module": .string(finding.module), "node": .optional(finding.node),
      "location": .optional(finding.location?.description), "message": .string(finding.message),
      "train": .optional(finding.train), "eval": .optional(finding.eval), "expected": .bool(finding.expectation != nil),
    ])
  }
}
