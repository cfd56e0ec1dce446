/// The result for an expectation.
public struct ExpectationUse: Sendable, Hashable {
  /// The expectation.
  public var expectation: DiffExpectation
  /// The number of differences that it accepts.
  public var accepted: Int
  /// The number of differences at its place, accepted or not.
  public var matched: Int
  /// Its members that are gone, in its own order.
  public var gone: [String]
  /// The rules of the findings about it, in order: `expectation-unused` and similar.
  public var problems: [RuleID]

  /// Creates the result for an expectation.
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
