/// What a diff is asked, and how far it may go.
public struct DiffOptions: Sendable {
  /// Return nodes that an extractor is asked for, by the label of the side: `["train": ["fc"], "eval": ["fc"]]`. The same
  /// texts on both sides stand for one request for both modes.
  public var requests: [String: [String]]
  /// How far the passes may go.
  public var limits: Limits
  /// What is accepted, in the order in which it is tried.
  public var expectations: [DiffExpectation]
  /// Whether everything is accepted.
  public var suppressesAll: Bool

  /// Rewrites every message, to show that nothing hangs on the wording.
  package var rewording: (@Sendable (String) -> String)?

  /// Bounds of the passes of an alignment.
  public struct Limits: Sendable, Hashable {
    /// How many pairs of nodes of one gap are weighed against each other at most.
    public var cellsPerGap: Int
    /// How many edits the search for a common subsequence of a larger gap may find before it gives up.
    public var editsPerGap: Int
    /// How many pairs of modules are compared for their overlap at most.
    public var modulePairs: Int

    /// Bounds as given; the defaults keep ten thousand nodes well under a second.
    public init(cellsPerGap: Int = 65_536, editsPerGap: Int = 256, modulePairs: Int = 10_000) {
      self.cellsPerGap = cellsPerGap
      self.editsPerGap = editsPerGap
      self.modulePairs = modulePairs
    }
  }

  /// Options with the given values.
  public init(
    requests: [String: [String]] = [:], limits: Limits = Limits(), expectations: [DiffExpectation] = [],
    suppressesAll: Bool = false
  ) {
    self.requests = requests
    self.limits = limits
    self.expectations = expectations
    self.suppressesAll = suppressesAll
  }
}
