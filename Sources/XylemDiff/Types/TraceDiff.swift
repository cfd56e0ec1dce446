/// Everything in which two traces differ, and how far that can be known.
public struct TraceDiff: Sendable {
  /// The name of the model.
  public var model: String
  /// The first of the two traces.
  public var train: DiffSide
  /// The second of the two traces.
  public var eval: DiffSide
  /// How many pairs of nodes were compared.
  public var compared: Int
  /// Whether a bound was hit, so that the alignment may not be the best one.
  public var isCoarse: Bool
  /// Which bounds were hit, and where.
  public var coarseReasons: [String]
  /// What could not be looked into on either side, each once.
  public var hidden: [HiddenPart]
  /// The traces side by side: in the order of the train trace, with nodes of the eval trace alone where they run.
  public var rows: [TraceDiff.Row]
  /// The findings, by level, then in the order of the modules and of the nodes.
  public var findings: [Finding]
  /// What requested return nodes are in both traces, in the order in which they were asked for.
  public var returns: [ReturnImpact] = []
  /// What became of each expectation, in their order.
  public var expectations: [ExpectationUse]
  /// How many pairs of nodes were weighed against each other to align the traces: the work that it took.
  public var comparisons: Int
  /// What a run of both graphs showed; nil without a run. Findings have their own part of it.
  public var run: Run?
  /// What it adds to another diff, and takes away from it; nil where it was compared with none.
  public var comparison: Comparison?

  /// A diff with all of its parts.
  public init(
    model: String, train: DiffSide, eval: DiffSide, compared: Int, isCoarse: Bool = false,
    coarseReasons: [String] = [], hidden: [HiddenPart] = [], rows: [TraceDiff.Row] = [], findings: [Finding] = [],
    expectations: [ExpectationUse] = [], comparisons: Int = 0, run: Run? = nil
  ) {
    self.model = model
    self.train = train
    self.eval = eval
    self.compared = compared
    self.isCoarse = isCoarse
    self.coarseReasons = coarseReasons
    self.hidden = hidden
    self.rows = rows
    self.findings = findings
    self.expectations = expectations
    self.comparisons = comparisons
    self.run = run
  }

  /// The findings of a level or above that no expectation accepts.
  public func unexpected(atLeast level: Finding.Level) -> [Finding] {
    findings.filter { $0.expectation == nil && $0.level >= level }
  }
}
