/// All differences between two traces, and the limits of what is known.
public struct TraceDiff: Sendable {
  /// The name of the model.
  public var model: String
  /// The first of the two traces.
  public var train: DiffSide
  /// The second of the two traces.
  public var eval: DiffSide
  /// The number of compared pairs of nodes.
  public var compared: Int
  /// Whether a limit was hit, so that the alignment may not be the best one.
  public var isCoarse: Bool
  /// The limits that were hit, and where.
  public var coarseReasons: [String]
  /// The parts that could not be inspected on either side, each once.
  public var hidden: [HiddenPart]
  /// The traces side by side, in the order of the train trace. Nodes of the eval trace only are placed where they run.
  public var rows: [TraceDiff.Row]
  /// The findings, by level, then in the order of the modules and of the nodes.
  public var findings: [Finding]
  /// The meaning of requested return nodes in both traces, in the order of the requests.
  public var returns: [ReturnImpact] = []
  /// The result for each expectation, in their order.
  public var expectations: [ExpectationUse]
  /// The number of pairs of nodes that were weighed to align the traces: the amount of work.
  public var comparisons: Int
  /// The result of a run of both graphs. Nil without a run. Findings have their own results.
  public var run: Run?
  /// The changes relative to another diff. Nil without a base.
  public var comparison: Comparison?

  /// Creates a diff.
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

  /// The findings at or above a level that no expectation accepts.
  public func unexpected(atLeast level: Finding.Level) -> [Finding] {
    findings.filter { $0.expectation == nil && $0.level >= level }
  }
}
