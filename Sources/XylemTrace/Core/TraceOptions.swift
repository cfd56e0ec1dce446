public import XylemGraph

/// The mode in which a model is traced.
public enum Mode: String, Sendable, Hashable, CaseIterable, Codable {
  case train, eval

  /// Whether modules' `training` flags are set.
  public var isTraining: Bool { self == .train }
}

/// How operations are named.
public enum Naming: String, Sendable, Hashable, CaseIterable, Codable {
  /// The module's path as the author wrote it, then the operation. Repeated names are numbered within one parent.
  case exact
  /// The names of torchvision's `get_graph_node_names`: a module's trailing `_<digits>` is stripped and renumbered.
  case torchvision

  /// The other naming.
  package var other: Naming { self == .exact ? .torchvision : .exact }
}

/// Options of a trace.
public struct TraceOptions: Sendable, Hashable {
  /// The mode.
  public var mode: Mode
  /// The naming.
  public var naming: Naming
  /// The leaf policy: what is not traced through.
  public var policy: LeafPolicy
  /// Whether code that can't be traced becomes a leaf or a region, instead of an error.
  public var makesLeaves: Bool
  /// Fixed values of arguments of `forward`, by name.
  public var concrete: [String: NodeInput]
  /// Names of arguments of `forward` that are inputs although they have a default. Every other argument whose default
  /// is None, a number, a Boolean, a string or a container of those keeps it: a call that passes another value is
  /// refused.
  public var symbolic: Set<String>
  /// The known structure of inputs, by argument name. Code that iterates over their lists and dictionaries, or checks
  /// whether they are None, is traced through. A call with a different structure is refused.
  public var structures: [String: InputStructure]
  /// The shapes that inputs have while the model is traced, by argument name; the name "" stands for the only tensor, and
  /// `images.0` for a tensor in a container. What depends on nothing but shapes is then known: the code's decisions are
  /// traced through, and each becomes a guard. A call that breaks a guard is refused; sizes that nothing depended on stay
  /// free.
  ///
  /// To find the shapes, the trace runs parts of the model. Its buffers and the random state change while that lasts, in
  /// train mode above all, and are as before when the trace ends: don't run the model on another thread meanwhile.
  public var shapes: [String: KnownShape]
  /// Whether nodes have source lines. Finding them takes most of the time of a trace.
  public var recordsLocations: Bool
  /// The number of statements that may run before the trace stops, as with a loop that never ends.
  public var statementLimit: Int
  /// The memory and time that the trace may use before it stops.
  public var limits: TraceLimits
  /// Whether the trace has the names of the other naming too.
  package var comparesNamings = false

  /// Creates options.
  public init(
    mode: Mode = .eval, naming: Naming = .exact, policy: LeafPolicy = LeafPolicy(), makesLeaves: Bool = false,
    concrete: [String: NodeInput] = [:], symbolic: Set<String> = [],
    structures: [String: InputStructure] = [:], shapes: [String: KnownShape] = [:], recordsLocations: Bool = true,
    statementLimit: Int = 10_000_000,
    limits: TraceLimits = TraceLimits()
  ) {
    self.mode = mode
    self.naming = naming
    self.policy = policy
    self.makesLeaves = makesLeaves
    self.concrete = concrete
    self.symbolic = symbolic
    self.structures = structures
    self.shapes = shapes
    self.recordsLocations = recordsLocations
    self.statementLimit = statementLimit
    self.limits = limits
  }
}

extension TraceOptions: Codable {
  private enum CodingKeys: String, CodingKey {
    case mode, naming, policy, makesLeaves, concrete, symbolic, structures, shapes, recordsLocations, statementLimit,
      limits
  }

  /// Decodes options. If there are no names of symbolic arguments, the list is empty.
  ///
  /// - Throws: the decoder's own error if a part is missing or has the wrong type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      mode: try container.decode(Mode.self, forKey: .mode), naming: try container.decode(Naming.self, forKey: .naming),
      policy: try container.decode(LeafPolicy.self, forKey: .policy),
      makesLeaves: try container.decode(Bool.self, forKey: .makesLeaves),
      concrete: try container.decode([String: NodeInput].self, forKey: .concrete),
      symbolic: Set(try container.decodeIfPresent([String].self, forKey: .symbolic) ?? []),
      structures: try container.decodeIfPresent([String: InputStructure].self, forKey: .structures) ?? [:],
      shapes: try container.decodeIfPresent([String: KnownShape].self, forKey: .shapes) ?? [:],
      recordsLocations: try container.decode(Bool.self, forKey: .recordsLocations),
      statementLimit: try container.decode(Int.self, forKey: .statementLimit),
      limits: try container.decodeIfPresent(TraceLimits.self, forKey: .limits) ?? TraceLimits())
  }

  /// Encodes options. Equal options give the same output.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(mode, forKey: .mode)
    try container.encode(naming, forKey: .naming)
    try container.encode(policy, forKey: .policy)
    try container.encode(makesLeaves, forKey: .makesLeaves)
    try container.encode(concrete, forKey: .concrete)
    try container.encode(symbolic.sorted(), forKey: .symbolic)
    try container.encode(structures, forKey: .structures)
    if !shapes.isEmpty { try container.encode(shapes, forKey: .shapes) }
    try container.encode(recordsLocations, forKey: .recordsLocations)
    try container.encode(statementLimit, forKey: .statementLimit)
    try container.encode(limits, forKey: .limits)
  }
}
