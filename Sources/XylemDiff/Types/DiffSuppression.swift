public import XylemGraph

/// Which differences between two traces nobody is to be told of.
///
///     suppressing: [DiffExpectation(rule: "leaf-mode-unknown", place: "conv_stem", reason: "the same in both modes")]
///     suppressing: .all
public enum DiffSuppression: Sendable, Hashable, ExpressibleByArrayLiteral {
  /// What some expectations accept, each for its reason.
  case expectations([DiffExpectation])
  /// Everything, as torchvision's `suppress_diff_warning`.
  case all

  /// What these expectations accept; nothing where there are none.
  public init(arrayLiteral expectations: DiffExpectation...) { self = .expectations(expectations) }
}

extension DiffOptions {
  /// Options under which a suppression's differences are accepted.
  public init(requests: [String: [String]] = [:], suppressing suppression: DiffSuppression) {
    switch suppression {
    case .all: self.init(requests: requests, suppressesAll: true)
    case .expectations(let expectations): self.init(requests: requests, expectations: expectations)
    }
  }
}

extension TraceDiff {
  /// Warnings and errors that nothing accepts.
  public var warnings: [Finding] { unexpected(atLeast: .warning) }

  /// The warnings that are about some nodes, or about no node that the traces have; those about expectations are left out.
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
