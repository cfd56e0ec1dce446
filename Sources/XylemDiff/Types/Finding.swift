public import XylemGraph

/// One cause of a difference between two traces, with everything that follows from it.
public struct Finding: Sendable, Hashable {
  /// What it is a case of.
  public var rule: RuleID
  /// How much it asks of a reader.
  public var level: Level
  /// Sixteen hexadecimal digits of rule, module, operation, kind of edit and arguments: the same in every run, whatever the
  /// wording, the lines and the numbers in names. Differences that agree in all of these share it.
  public var fingerprint: String
  /// The path of the module; empty for the root.
  public var module: String
  /// The module's type.
  public var moduleType: String?
  /// The name of the node, in the train trace where it has one there.
  public var node: String?
  /// What the node does: `operator aten::add.Tensor`.
  public var operation: String?
  /// Where it comes from in the model's source.
  public var location: SourceLocation?
  /// One sentence.
  public var message: String
  /// Why it matters, in one sentence.
  public var why: String
  /// What the train trace has there, in one line.
  public var train: String?
  /// What the eval trace has there, in one line.
  public var eval: String?
  /// The known cause: `dropout`, `batch norm`, `stochastic depth`, `auxiliary head`.
  public var cause: String?
  /// What is folded under it, in the order of the nodes.
  public var members: [Member]
  /// The expectation that accepts it.
  public var expectation: DiffExpectation?
  /// What a run of both graphs showed of it; nil without a run.
  public var witness: Witness?
  /// How it relates to those of the diff that it was compared with; nil where it was compared with none.
  public var change: Change?
  /// What to paste: the smallest expectation in YAML, or for return nodes the options.
  public var remedy: String

  /// A finding with all of its parts.
  public init(
    rule: RuleID, level: Level, fingerprint: String, module: String, moduleType: String? = nil, node: String? = nil,
    operation: String? = nil, location: SourceLocation? = nil, message: String, why: String, train: String? = nil,
    eval: String? = nil, cause: String? = nil, members: [Member] = [], expectation: DiffExpectation? = nil,
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

  /// Where it is, for people: the node's name, else the module's path.
  public var place: String { node ?? (module.isEmpty ? "the root module" : module) }

  /// The fingerprints that an expectation keeps: of the members that are differences of their own, else of the finding.
  public var differences: [String] {
    let own = members.filter { !$0.isConsequence }.map(\.fingerprint)
    return own.isEmpty ? [fingerprint] : own
  }
}
