extension TraceDiff {
  /// The findings of another diff, for comparison.
  public struct Base: Sendable {
    /// The name of its model.
    public var model: String
    /// Its findings. Those from a JSON report have only `rule`, `level`, `fingerprint`, `module`, `node`, `message` and
    /// the members' fingerprints.
    public var findings: [Finding]
    /// Its blind spots.
    public var hidden: [HiddenPart]

    /// Creates a base.
    public init(model: String, findings: [Finding], hidden: [HiddenPart]) {
      self.model = model
      self.findings = findings
      self.hidden = hidden
    }
  }

  /// The changes of a diff relative to another one.
  public struct Comparison: Sendable {
    /// The name of the other diff's model.
    public var base: String
    /// The other diff's findings that are gone.
    public var removed: [Finding]
    /// What is hidden now and was not before.
    public var hiddenSince: [HiddenPart]
    /// What was hidden and no longer is.
    public var shownSince: [HiddenPart]
  }
}

extension TraceDiff.Base {
  /// A diff as the base of a comparison.
  public init(_ diff: TraceDiff) { self.init(model: diff.model, findings: diff.findings, hidden: diff.hidden) }
}

extension Finding {
  /// How a finding relates to those of another diff.
  public struct Change: Sendable, Hashable {
    /// The kind of change.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
      /// The other diff has no such finding.
      case added
      /// The other diff has it with different places or at a different level.
      case changed
      /// The other diff has the same finding.
      case unchanged
    }

    /// The kind of change.
    public var kind: Kind
    /// The number of its differences that the other diff does not have.
    public var more: Int
    /// The number of further differences that the other diff has.
    public var less: Int
    /// Its level in the other diff, if different.
    public var levelBefore: Level?

    /// Creates a change.
    public init(_ kind: Kind, more: Int = 0, less: Int = 0, levelBefore: Level? = nil) {
      self.kind = kind
      self.more = more
      self.less = less
      self.levelBefore = levelBefore
    }
  }

  /// Whether it is more severe than in the base diff. True without a base.
  public var isNew: Bool {
    guard let change else { return true }
    return change.kind == .added || change.more > 0 || change.levelBefore.map { $0 < level } ?? false
  }
}

extension TraceDiff {
  /// The diff with its changes relative to another one.
  ///
  /// Findings match by fingerprint, as often as they occur. Those that share a rule and a difference are one finding
  /// that changed. Findings about expectations are not compared. Takes time linear in the number of differences.
  public func compared(to base: Base) -> TraceDiff {
    var diff = self
    let others = base.findings.filter { !$0.rule.isAboutExpectations }
    let own = findings.indices.filter { !findings[$0].rule.isAboutExpectations }
    var index = BaseIndex(others)
    var partners: [Int: Int] = [:]
    for pass in BaseIndex.Pass.allCases {
      for position in own where partners[position] == nil {
        partners[position] = index.take(findings[position], pass)
      }
    }
    for position in own {
      diff.findings[position].change = Self.change(findings[position], partners[position].map { others[$0] })
    }
    diff.comparison = Comparison(
      base: base.model, removed: index.left.map { others[$0] },
      hiddenSince: Self.parts(hidden, without: base.hidden), shownSince: Self.parts(base.hidden, without: hidden))
    return diff
  }

  private static func change(_ finding: Finding, _ other: Finding?) -> Finding.Change {
    guard let other else { return Finding.Change(.added, more: finding.differences.count) }
    var counts: [String: Int] = [:]
    for difference in finding.differences { counts[difference, default: 0] += 1 }
    for difference in other.differences { counts[difference, default: 0] -= 1 }
    let more = counts.values.reduce(0) { $0 + max($1, 0) }
    let less = counts.values.reduce(0) { $0 + max(-$1, 0) }
    let before = other.level == finding.level ? nil : other.level
    let isSame = more == 0 && less == 0 && before == nil
    return Finding.Change(isSame ? .unchanged : .changed, more: more, less: less, levelBefore: before)
  }

  /// Blind spots of one diff that the other lacks, by place, kind and type.
  private static func parts(_ parts: [HiddenPart], without others: [HiddenPart]) -> [HiddenPart] {
    struct Key: Hashable {
      let path: String
      let kind: HiddenPart.Kind
    }
    let known = Set(others.map { Key(path: $0.path, kind: $0.kind) })
    return parts.filter { !known.contains(Key(path: $0.path, kind: $0.kind)) }
  }

  /// Findings at or above a level that are not accepted and that the base, if any, does not have.
  public func failing(atLeast level: Finding.Level) -> [Finding] { unexpected(atLeast: level).filter(\.isNew) }
}

/// The other diff's findings, each matched at most once.
private struct BaseIndex {
  /// The criteria of a match, strictest first.
  enum Pass: CaseIterable {
    /// The fingerprint and every difference.
    case whole
    /// The fingerprint.
    case fingerprint
    /// The rule and one difference.
    case overlap
  }

  private struct Key: Hashable {
    let pass: Pass
    let text: String
    var differences: [String] = []
  }

  private var taken: [Bool]
  /// Positions in reverse order, so that the first one is removed from the end.
  private var positions: [Key: [Int]] = [:]

  init(_ findings: [Finding]) {
    taken = Array(repeating: false, count: findings.count)
    for (index, finding) in findings.enumerated().reversed() {
      for pass in Pass.allCases {
        for key in Self.keys(finding, pass) { positions[key, default: []].append(index) }
      }
    }
  }

  private static func keys(_ finding: Finding, _ pass: Pass) -> Set<Key> {
    switch pass {
    case .whole: [Key(pass: pass, text: finding.fingerprint, differences: finding.differences)]
    case .fingerprint: [Key(pass: pass, text: finding.fingerprint)]
    case .overlap: Set(finding.differences.map { Key(pass: pass, text: finding.rule.rawValue + " " + $0) })
    }
  }

  /// The first matching finding that is not yet matched.
  mutating func take(_ finding: Finding, _ pass: Pass) -> Int? {
    for key in Self.keys(finding, pass).sorted(by: { $0.text < $1.text }) {
      while let position = positions[key]?.popLast() {
        guard !taken[position] else { continue }
        taken[position] = true
        return position
      }
    }
    return nil
  }

  /// The positions of unmatched findings.
  var left: [Int] { taken.indices.filter { !taken[$0] } }
}
