/// The options and limits of a diff.
public struct DiffOptions: Sendable {
  /// Return nodes that an extractor requests, by the label of the side: `["train": ["fc"], "eval": ["fc"]]`. Equal
  /// strings on both sides are one request for both modes.
  public var requests: [String: [String]]
  /// The limits of the passes.
  public var limits: Limits
  /// The accepted differences, in the order in which they are tried.
  public var expectations: [DiffExpectation]
  /// Whether everything is accepted.
  public var suppressesAll: Bool

  /// Rewrites every message, to test that nothing depends on the wording.
  package var rewording: (@Sendable (String) -> String)?

  /// The limits of the passes of an alignment.
  public struct Limits: Sendable, Hashable {
    /// The maximum number of pairs of nodes that are weighed in one gap.
    public var cellsPerGap: Int
    /// The maximum number of edits in the search for a common subsequence of a larger gap.
    public var editsPerGap: Int
    /// The maximum number of pairs of modules that are compared for their overlap.
    public var modulePairs: Int

    /// Creates limits. With the defaults, ten thousand nodes take well under a second.
    public init(cellsPerGap: Int = 65_536, editsPerGap: Int = 256, modulePairs: Int = 10_000) {
      self.cellsPerGap = cellsPerGap
      self.editsPerGap = editsPerGap
      self.modulePairs = modulePairs
    }
  }

  /// Creates options.
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
