extension TraceDiff {
  /// What another diff found, to compare with.
  public struct Base: Sendable {
    /// The name of its model.
    public var model: String
    /// Its findings. Of those that come from a report in JSON, `rule`, `level`, `fingerprint`, `module`, `node`, `message` and the members'
    /// fingerprints are known.
    public var findings: [Finding]
    /// What it could not look into.
    public var hidden: [HiddenPart]

    /// What another diff found.
    public init(model: String, findings: [Finding], hidden: [HiddenPart]) {
      self.model = model
      self.findings = findings
      self.hidden = hidden
    }
  }

  /// What a diff adds to another one, and takes away from it.
  public struct Comparison: Sendable {
    /// The name of the other one's model.
    public var base: String
    /// The other one's findings that are gone.
    public var removed: [Finding]
    /// What is hidden now and was not.
    public var hiddenSince: [HiddenPart]
    /// What was hidden and is not any more.
    public var shownSince: [HiddenPart]
  }
}

extension TraceDiff.Base {
  /// A diff, to compare another one with.
  public init(_ diff: TraceDiff) { self.init(model: diff.model, findings: diff.findings, hidden: diff.hidden) }
}

extension Finding {
  /// How a finding relates to those of another diff.
  public struct Change: Sendable, Hashable {
    /// How it relates.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
      /// The other diff has no such finding.
      case added
      /// The other diff has it, with other places, or at another level.
      case changed
      /// The other diff has it as it is.
      case unchanged
    }

    /// How it relates.
    public var kind: Kind
    /// How many of its differences the other diff does not have.
    public var more: Int
    /// How many differences the other diff has beside them.
    public var less: Int
    /// The level that it had in the other diff, where that was another one.
    public var levelBefore: Level?

    /// How a finding relates to those of another diff.
    public init(_ kind: Kind, more: Int = 0, less: Int = 0, levelBefore: Level? = nil) {
      self.kind = kind
      self.more = more
      self.less = less
      self.levelBefore = levelBefore
    }
  }

  /// Whether it asks for more than it did in the diff that it was compared with; true for one that was compared with none.
  public var isNew: Bool {
    guard let change else { return true }
    return change.kind == .added || change.more > 0 || change.levelBefore.map { $0 < level } ?? false
  }
}

extension TraceDiff {
  /// The diff with what it adds to another one, and takes away from it.
  ///
  /// Findings are the same by their fingerprints, as often as they occur; those that share a rule and a difference are one finding that
  /// changed. Findings about expectations are not compared. Costs time linear in the number of differences.
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

  /// Blind spots of one diff that the other has not, by place, kind and type.
  private static func parts(_ parts: [HiddenPart], without others: [HiddenPart]) -> [HiddenPart] {
    struct Key: Hashable {
      let path: String
      let kind: HiddenPart.Kind
    }
    let known = Set(others.map { Key(path: $0.path, kind: $0.kind) })
    return parts.filter { !known.contains(Key(path: $0.path, kind: $0.kind)) }
  }

  /// Findings of a level or above that nothing accepts, and that the diff adds to the one that it was compared with, if any.
  public func failing(atLeast level: Finding.Level) -> [Finding] { unexpected(atLeast: level).filter(\.isNew) }
}

/// The other diff's findings, each taken once at most.
private struct BaseIndex {
  /// What has to agree, the most first.
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
  /// Positions in reverse order, so that the first one is taken from the end.
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

  /// The first finding that agrees and was not taken.
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

  /// Positions of the findings that were not taken.
  var left: [Int] { taken.indices.filter { !taken[$0] } }
}
