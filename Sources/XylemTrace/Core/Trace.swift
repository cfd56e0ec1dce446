public import XylemGraph

/// A model traced in one mode.
public struct Trace: Sendable, Codable {
  /// The nodes.
  public var graph: Graph
  /// The mode it was traced in.
  public var mode: Mode
  /// How its nodes are named.
  public var naming: Naming
  /// What was hidden, renamed or assumed, in the order in which the trace met it.
  public var notes: [TraceNote]
  /// Modules whose own flag differs from the root's: they kept it, whatever the mode of the trace.
  public var pinnedModules: [String]
  /// How often each module was called, by path; more often than the graph has calls of it where the trace was pruned.
  public var callCounts: [String: Int] = [:]
  /// The arguments of `forward`, in order, with what the trace made of them; those that no node reads too.
  public var arguments: [ForwardArgument] = []
  /// Whether only a part of the model's nodes is left. Then a name's prefix says nothing about what was last below it.
  public var isPruned = false

  /// By the path of a module that stands under several: the first one in the module tree. Nil where there are none.
  package var firstPaths: [String: String]?

  /// How the model was traced, for a model written in Swift: it is traced again where its trace comes from a file.
  package var options: TraceOptions?
  /// The compiled code behind the nodes, for a model written in Swift; nil for archives, and for a trace that came from a
  /// file.
  package var code: TraceCode?

  /// The names of the nodes in execution order.
  public var nodeNames: [String] { graph.nodeNames }

  /// The first path in the module tree that reaches the module at a path.
  package func firstPath(of path: String) -> String { firstPaths.map { ModuleTwins.first(path, $0) } ?? path }
}

extension Trace {
  private enum CodingKeys: String, CodingKey {
    case graph, mode, naming, notes, pinnedModules, callCounts, arguments, isPruned, firstPaths, options
  }

  /// Reads a trace. Where a file says nothing of arguments, they are those that the graph reads.
  ///
  /// - Throws: what reading a graph throws, and the decoder's own error where a part is missing or has the wrong type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    graph = try container.decode(Graph.self, forKey: .graph)
    mode = try container.decode(Mode.self, forKey: .mode)
    naming = try container.decode(Naming.self, forKey: .naming)
    notes = try container.decode([TraceNote].self, forKey: .notes)
    pinnedModules = try container.decode([String].self, forKey: .pinnedModules)
    callCounts = try container.decode([String: Int].self, forKey: .callCounts)
    isPruned = try container.decode(Bool.self, forKey: .isPruned)
    firstPaths = try container.decodeIfPresent([String: String].self, forKey: .firstPaths)
    options = try container.decodeIfPresent(TraceOptions.self, forKey: .options)
    arguments =
      try container.decodeIfPresent([ForwardArgument].self, forKey: .arguments)
      ?? graph.placeholders.map { node, placeholder in
        ForwardArgument(
          name: placeholder.name, type: TypeExpression(parsing: node.type), defaultValue: placeholder.defaultValue)
      }
  }
}

/// Something about a trace that a reader must know to trust it.
public struct TraceNote: Sendable, Hashable, Codable {
  /// What it is about.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// A module became a leaf because it could not be traced.
    case automaticLeaf = "automatic-leaf"
    /// A block of control flow was kept whole because it could not be traced.
    case automaticRegion = "automatic-region"
    /// The model assumed something about a value, which is checked when running.
    case `guard`
    /// A number that the model made of a tensor stays symbolic.
    case symbolicConversion = "symbolic-conversion"
    /// An operator is not registered: it can be traced and not run.
    case missingOperator = "missing-operator"
    /// A module's name and an operation's would have been the same.
    case nameTaken = "name-taken"
    /// Arguments of forward keep their defaults.
    case defaultArgument = "default-argument"
    /// The structure of inputs was known.
    case inputStructure = "input-structure"
    /// A module kept its own mode.
    case pinnedMode = "pinned-mode"
    /// A rule of the policy matched nothing.
    case unusedRule = "unused-rule"
    /// A plugin's code runs in place of the model's own.
    case pluginLeaf = "plugin-leaf"
  }

  /// What it is about.
  public var kind: Kind
  /// The path of the module it concerns; empty for the root.
  public var path: String
  /// The type of that module, where it has one of its own.
  public var type: String?
  /// The node it concerns.
  public var node: String?
  /// One sentence.
  public var reason: String
  /// Where in the model's source.
  public var location: SourceLocation?
  /// Paths of modules that are hidden by it.
  public var hiddenModules: [String]

  /// A note.
  public init(
    kind: Kind, path: String, type: String? = nil, node: String? = nil, reason: String,
    location: SourceLocation? = nil, hiddenModules: [String] = []
  ) {
    self.kind = kind
    self.path = path
    self.type = type
    self.node = node
    self.reason = reason
    self.location = location
    self.hiddenModules = hiddenModules
  }
}
