/// What became of an expectation.
public struct ExpectationUse: Sendable, Hashable {
  /// The expectation.
  public var expectation: DiffExpectation
  /// How many differences it accepts.
  public var accepted: Int
  /// How many differences are at its place, accepted or not.
  public var matched: Int
  /// Those of its members that are gone, in its own order.
  public var gone: [String]
  /// The rules of the findings about it, in order: `expectation-unused` and its like.
  public var problems: [RuleID]

  /// What became of an expectation.
  public init(
    expectation: DiffExpectation, accepted: Int = 0, matched: Int = 0, gone: [String] = [], problems: [RuleID] = []
  ) {
    self.expectation = expectation
    self.accepted = accepted
    self.matched = matched
    self.gone = gone
    self.problems = problems
  }
}
