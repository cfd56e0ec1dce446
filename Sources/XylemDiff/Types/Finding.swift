public import XylemGraph

/// A single cause of a difference between two traces, with its consequences.
public struct Finding: Sendable, Hashable {
  /// The rule.
  public var rule: RuleID
  /// The severity.
  public var level: Level
  /// Sixteen hexadecimal digits from rule, module, operation, kind of edit and arguments: the same in every run,
  /// independent of wording, source lines and the numbers in names. Differences that agree in all of these share a
  /// fingerprint.
  public var fingerprint: String
  /// The path of the module. Empty for the root.
  public var module: String
  /// The module's type.
  public var moduleType: String?
  /// The name of the node, in the train trace if it is there.
  public var node: String?
  /// The operation of the node: `operator aten::add.Tensor`.
  public var operation: String?
  /// The position in the model's source.
  public var location: SourceLocation?
  /// One sentence.
  public var message: String
  /// Why it matters, in one sentence.
  public var why: String
  /// What the train trace has there, in one line.
  public var train: String?
  /// What the eval trace has there, in one line.
  public var eval: String?
  /// The known cause. Nil if the cause is unknown.
  public var cause: Cause?
  /// The members listed under it, in the order of the nodes.
  public var members: [Member]
  /// The expectation that accepts it.
  public var expectation: DiffExpectation?
  /// The result of a run of both graphs. Nil without a run.
  public var witness: Witness?
  /// How it relates to the findings of the base diff. Nil without a base.
  public var change: Change?
  /// What to paste: the smallest expectation in YAML, or the options for return nodes.
  public var remedy: String

  /// Creates a finding.
  public init(
    rule: RuleID, level: Level, fingerprint: String, module: String, moduleType: String? = nil, node: String? = nil,
    operation: String? = nil, location: SourceLocation? = nil, message: String, why: String, train: String? = nil,
    eval: String? = nil, cause: Cause? = nil, members: [Member] = [], expectation: DiffExpectation? = nil,
    witness: Witness? = nil, remedy: String
  ) {
    self.rule = rule
    self.level = level
    self.fingerprint = fingerprint
    self.module = module
    self.moduleType = moduleType
    self.node = node
    self.operation = operation
    self.location = location
    self.message = message
    self.why = why
    self.train = train
    self.eval = eval
    self.cause = cause
    self.members = members
    self.expectation = expectation
    self.witness = witness
    self.remedy = remedy
  }

  /// The place for reports: the node's name, or else the module's path.
  public var place: String { node ?? (module.isEmpty ? "the root module" : module) }

  /// The fingerprints that an expectation keeps: those of the members that are separate differences, or else the
  /// finding's.
  public var differences: [String] {
    let own = members.filter { !$0.isConsequence }.map(\.fingerprint)
    return own.isEmpty ? [fingerprint] : own
  }
}
