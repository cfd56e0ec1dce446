public import XylemGraph

/// Suppressed differences between two traces.
///
///     suppressing: [DiffExpectation(rule: "leaf-mode-unknown", place: "conv_stem", reason: "the same in both modes")]
///     suppressing: .all
public enum DiffSuppression: Sendable, Hashable, ExpressibleByArrayLiteral {
  /// The differences that these expectations accept, each with its reason.
  case expectations([DiffExpectation])
  /// All differences, as with torchvision's `suppress_diff_warning`.
  case all

  /// Creates a suppression from expectations. An empty list suppresses nothing.
  public init(arrayLiteral expectations: DiffExpectation...) { self = .expectations(expectations) }
}

extension DiffOptions {
  /// Options that accept the suppressed differences.
  public init(requests: [String: [String]] = [:], suppressing suppression: DiffSuppression) {
    switch suppression {
    case .all: self.init(requests: requests, suppressesAll: true)
    case .expectations(let expectations): self.init(requests: requests, expectations: expectations)
    }
  }
}

extension TraceDiff {
  /// Warnings and errors that are not accepted.
  public var warnings: [Finding] { unexpected(atLeast: .warning) }

  /// The warnings about some nodes, or about no node of the traces. Those about expectations are left out.
  ///
  /// - Parameters:
  ///   - train: ids of nodes of the first trace.
  ///   - eval: ids of nodes of the second trace.
  public func warnings(concerning train: Set<NodeID>, _ eval: Set<NodeID>) -> [Finding] {
    var (all, concerned): (Set<Int>, Set<Int>) = ([], [])
    for row in rows {
      guard let finding = row.finding else { continue }
      all.insert(finding)
      if row.train.map(train.contains) == true || row.eval.map(eval.contains) == true { concerned.insert(finding) }
    }
    return findings.indices.filter { index in
      let finding = findings[index]
      guard finding.expectation == nil, finding.level >= .warning, !finding.rule.isAboutExpectations else {
        return false
      }
      return concerned.contains(index) || !all.contains(index)
    }.map { findings[$0] }
  }
}
