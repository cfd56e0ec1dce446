public import XylemDiff
internal import XylemGraph

/// A diff in the Static Analysis Results Interchange Format 2.1.0.
public struct DiffSARIFReport: DiffReport {
  /// The target of the report.
  public enum Profile: String, Sendable, CaseIterable {
    /// Any consumer: an accepted finding carries a suppression with its reason.
    case full
    /// GitHub, which ignores suppressions: accepted findings are left out, and every result has a location in a file.
    case github
  }

  private let profile: Profile

  /// Creates a report for a profile.
  public init(_ profile: Profile = .full) { self.profile = profile }

  /// One line of JSON, with sorted keys.
  public func render(_ diff: TraceDiff) -> String {
    let findings = diff.findings.filter { profile == .full || $0.expectation == nil }
    let removed = profile == .full ? diff.comparison?.removed ?? [] : []
    let found = Set((findings + removed).map(\.rule))
    let rules = RuleID.allCases.filter(found.contains)
    let run: [String: JSONValue] = [
      "tool": .object([
        "driver": .object(["name": .string("xylem"), "rules": .array(rules.map(Self.descriptor))])
      ]),
      "columnKind": .string("unicodeCodePoints"),
      "results": .array(
        findings.map { result($0, rules, model: diff.model, state: $0.change?.kind.state) }
          + removed.map { result($0, rules, model: diff.model, state: "absent") }),
      "properties": .object([
        "model": .string(diff.model), "compared": .int(diff.compared), "hidden": .int(diff.hidden.count),
        "coarse": .bool(diff.isCoarse),
      ]),
    ]
    return JSONValue.object([
      "$schema": .string("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"),
      "version": .string("2.1.0"), "runs": .array([.object(run)]),
    ]).text + "\n"
  }

  private static func descriptor(_ rule: RuleID) -> JSONValue {
    let name = rule.rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    return .object([
      "id": .string(rule.rawValue), "name": .string(name), "shortDescription": text(rule.title),
      "fullDescription": text(rule.why), "help": text("\(rule.title): \(rule.why)"),
      "defaultConfiguration": .object(["level": .string(level(rule.defaultLevel))]),
    ])
  }

  private func result(_ finding: Finding, _ rules: [RuleID], model: String, state: String?) -> JSONValue {
    var members: [String: JSONValue] = [
      "ruleId": .string(finding.rule.rawValue), "level": .string(Self.level(finding.level)),
      "message": Self.text(finding.message), "locations": .array([location(finding, model: model)]),
      "partialFingerprints": .object(["xylem/v1": .string(finding.fingerprint)]),
      "properties": .object([
        "train": .optional(finding.train), "eval": .optional(finding.eval),
        "cause": .optional(finding.cause?.description),
        "witness": .optional(finding.witness?.sentence),
      ]),
    ]
    if let state { members["baselineState"] = .string(state) }
    if let index = rules.firstIndex(of: finding.rule) { members["ruleIndex"] = .int(index) }
    if let expectation = finding.expectation {
      members["suppressions"] = .array([
        .object([
          "kind": .string("external"), "status": .string("accepted"), "justification": .string(expectation.reason),
        ])
      ])
    }
    return .object(members)
  }

  private func location(_ finding: Finding, model: String) -> JSONValue {
    var members: [String: JSONValue] = [
      "logicalLocations": .array([
        .object([
          "fullyQualifiedName": .string(finding.node ?? finding.module),
          "kind": .string(finding.node == nil ? "module" : "function"),
        ])
      ])
    ]
    if let location = finding.location {
      members["physicalLocation"] = Self.physical(location.file, line: max(location.line, 1))
    } else if profile == .github {
      members["physicalLocation"] = Self.physical(model, line: 1)
    }
    return .object(members)
  }

  private static func physical(_ file: String, line: Int) -> JSONValue {
    .object([
      "artifactLocation": .object(["uri": .string(uri(file))]), "region": .object(["startLine": .int(line)]),
    ])
  }

  /// A path as a URI reference: absolute paths have a scheme, and characters that are invalid in a URI are
  /// percent-encoded.
  static func uri(_ path: String) -> String {
    var out = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: "/"):
        out.unicodeScalars.append(UnicodeScalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        out += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return out
  }

  private static func text(_ text: String) -> JSONValue { .object(["text": .string(text)]) }

  private static func level(_ level: Finding.Level) -> String {
    switch level {
    case .error: "error"
    case .warning: "warning"
    case .info: "note"
    }
  }
}

extension Finding.Change.Kind {
  /// SARIF's name for the change (`baselineState`).
  fileprivate var state: String {
    switch self {
    case .added: "new"
    case .changed: "updated"
    case .unchanged: "unchanged"
    }
  }
}
