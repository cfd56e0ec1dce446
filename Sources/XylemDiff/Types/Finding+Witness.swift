extension Finding {
  /// The result of running both graphs on one input and one random state, for one finding.
  public struct Witness: Sendable, Hashable, Codable {
    /// Whether the run confirms a finding.
    public enum Outcome: String, Sendable, Hashable, CaseIterable, Codable {
      /// Values differ, starting at the node that the witness names.
      case confirmed
      /// All values that could be compared are equal, bit for bit, on this input.
      case notObserved = "not-observed"
      /// The run can't decide it; the witness gives the reason.
      case undecided
    }

    /// Whether the run confirms the finding.
    public var outcome: Outcome
    /// The largest absolute difference between two elements, in the values' own unit. Nil if shapes or types differ, or
    /// if nothing was compared.
    public var largestDifference: Double?
    /// The first node whose value differs, in the train trace if it is there.
    public var node: String?
    /// One sentence: what was compared, or why it can't be decided.
    public var reason: String

    /// Creates the result of a run.
    public init(outcome: Outcome, largestDifference: Double? = nil, node: String? = nil, reason: String) {
      self.outcome = outcome
      self.largestDifference = largestDifference
      self.node = node
      self.reason = reason
    }
  }
}
