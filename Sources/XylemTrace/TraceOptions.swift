public import XylemGraph

/// In which mode a model is traced.
public enum Mode: String, Sendable, Hashable, CaseIterable, Codable {
  case train, eval

  /// Whether modules' `training` flags are set.
  public var isTraining: Bool { self == .train }
}

/// How operations are named.
public enum Naming: String, Sendable, Hashable, CaseIterable, Codable {
  /// The module's path as the author wrote it, then the operation; repeated ones are numbered within one parent.
  case exact
  /// What torchvision's `get_graph_node_names` returns: a module's trailing `_<digits>` is stripped and renumbered.
  case torchvision
}

/// What to trace and how.
public struct TraceOptions: Sendable, Hashable, Codable {
  /// The mode.
  public var mode: Mode
  /// How operations are named.
  public var naming: Naming
  /// What is not traced through.
  public var policy: LeafPolicy
  /// Whether what can't be traced becomes a leaf or a region, instead of an error.
  public var makesLeaves: Bool
  /// Values of arguments of `forward` that are fixed while tracing, by the arguments' names.
  public var concrete: [String: Argument]
  /// Whether nodes get their source lines. Finding them takes most of the time of a trace.
  public var recordsLocations: Bool
  /// How many statements may run before the trace gives up, as with a loop that never ends.
  public var statementLimit: Int
  /// How much memory and time the trace may use before it gives up.
  public var limits: TraceLimits

  /// Options with the given values.
  public init(
    mode: Mode = .eval, naming: Naming = .exact, policy: LeafPolicy = LeafPolicy(), makesLeaves: Bool = false,
    concrete: [String: Argument] = [:], recordsLocations: Bool = true, statementLimit: Int = 10_000_000,
    limits: TraceLimits = TraceLimits()
  ) {
    self.mode = mode
    self.naming = naming
    self.policy = policy
    self.makesLeaves = makesLeaves
    self.concrete = concrete
    self.recordsLocations = recordsLocations
    self.statementLimit = statementLimit
    self.limits = limits
  }
}
