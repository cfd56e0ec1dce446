extension Finding {
  /// What running both graphs on one input and one random state showed of a finding.
  public struct Witness: Sendable, Hashable, Codable {
    /// Whether the run bears a finding out.
    public enum Outcome: String, Sendable, Hashable, CaseIterable, Codable {
      /// Values differ, from the node that the witness names on.
      case confirmed
      /// Every value that could be compared is the same, bit for bit: on this input.
      case notObserved = "not-observed"
      /// The run can't tell; the witness says why.
      case undecided
    }

    /// Whether the run bears the finding out.
    public var outcome: Outcome
    /// The largest absolute difference between two elements, in the values' own unit; nil where shapes or types differ, or
    /// where nothing was compared.
    public var largestDifference: Double?
    /// The first node whose value differs, in the train trace where it has one there.
    public var node: String?
    /// One sentence: what was compared, or why it can't be told.
    public var reason: String

    /// What a run showed.
    public init(outcome: Outcome, largestDifference: Double? = nil, node: String? = nil, reason: String) {
      self.outcome = outcome
      self.largestDifference = largestDifference
      self.node = node
      self.reason = reason
    }
  }
}
