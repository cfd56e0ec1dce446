public import XylemGraph

/// A model traced in one mode.
public struct Trace: Sendable, Codable {
  /// The nodes.
  public var graph: Graph
  /// The traced mode.
  public var mode: Mode
  /// How its nodes are named.
  public var naming: Naming
  /// Hidden, renamed and assumed things, in the order of the trace.
  public var notes: [TraceNote]
  /// Modules whose own flag differs from the root's. They keep it in every mode.
  public var pinnedModules: [String]
  /// The number of calls of each module, by path. A pruned trace has fewer calls in its graph.
  public var callCounts: [String: Int] = [:]
  /// The arguments of `forward`, in order, with how the trace treats them, including those that no node reads.
  public var arguments: [ForwardArgument] = []
  /// Whether some of the model's nodes were removed. If so, a prefix does not identify the last node below it.
  public var isPruned = false

  /// The names of the nodes under the other naming. Nil unless the options of the trace compare the namings, and for a
  /// trace from a file.
  package var otherNames: OtherNames?

  /// For modules with several paths, the first path in the module tree, by any of the paths. Nil if there are none.
  package var firstPaths: [String: String]?

  /// The tracing options of a model written in Swift, which is traced again if its trace comes from a file.
  package var options: TraceOptions?
  /// The compiled code of the nodes, for a model written in Swift. Nil for archives, and for a trace from a file.
  package var code: TraceCode?

  /// What was changed after the model was traced, in order. Nil if nothing was.
  package var edits: [TraceEdit]?
  /// The nodes that replace values. Nil if there are none.
  package var replacedNodes: [NodeID]?
  /// The code of nodes that replace values, which is no part of the model.
  package var replacements: [NodeID: HostLeaf] = [:]

  /// The names of the nodes in execution order.
  public var nodeNames: [String] { graph.nodeNames }

  /// The shapes that the inputs had, by argument, or by place in an argument as in `images.0`. Empty without known shapes.
  public var knownShapes: [String: KnownShape] {
    arguments.reduce(into: [:]) { $0.merge($1.shapes) { first, _ in first } }
  }

  /// The first path in the module tree of the module at a path.
  package func firstPath(of path: String) -> String { firstPaths.map { ModuleTwins.first(path, $0) } ?? path }
}

extension Trace {
  private enum CodingKeys: String, CodingKey {
    case graph, mode, naming, notes, pinnedModules, callCounts, arguments, isPruned, firstPaths, options, edits,
      replacedNodes
  }

  /// Decodes a trace. If a file has no arguments, they are those that the graph reads.
  ///
  /// - Throws: the errors of decoding a graph, and the decoder's own error if a part is missing or has the wrong type.
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
    edits = try container.decodeIfPresent([TraceEdit].self, forKey: .edits)
    replacedNodes = try container.decodeIfPresent([NodeID].self, forKey: .replacedNodes)
    arguments =
      try container.decodeIfPresent([ForwardArgument].self, forKey: .arguments)
      ?? graph.placeholders.map { node, placeholder in
        ForwardArgument(
          name: placeholder.name, type: TypeExpression(parsing: node.type), defaultValue: placeholder.defaultValue)
      }
  }
}

/// A fact about a trace that a reader must know to trust it.
public struct TraceNote: Sendable, Hashable, Codable {
  /// The kind of a note.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// A module became a leaf because it could not be traced.
    case automaticLeaf = "automatic-leaf"
    /// A block of control flow became a region because it could not be traced.
    case automaticRegion = "automatic-region"
    /// The model assumed something about a value, which is checked at run time.
    case `guard`
    /// The known shapes of the inputs decided something, which is checked at run time.
    case shapeGuard = "shape-guard"
    /// The shapes of inputs were known.
    case knownShape = "known-shape"
    /// Code adds an entry to a dictionary of the model, to use it in later calls. The trace computes it in each call.
    case foldedCache = "folded-cache"
    /// A number that the model computes from a tensor stays symbolic.
    case symbolicConversion = "symbolic-conversion"
    /// An operator is not registered: it can be traced but not run.
    case missingOperator = "missing-operator"
    /// A module and an operation would have had the same name.
    case nameTaken = "name-taken"
    /// Arguments of `forward` keep their defaults.
    case defaultArgument = "default-argument"
    /// The structure of inputs was known.
    case inputStructure = "input-structure"
    /// A module kept its own mode.
    case pinnedMode = "pinned-mode"
    /// A rule of the policy matched nothing.
    case unusedRule = "unused-rule"
    /// What a module returned is not known, and was inferred from what leaves it.
    case inferredResult = "inferred-result"
    /// A plugin's code runs in place of the model's own.
    case pluginLeaf = "plugin-leaf"
  }

  /// The kind.
  public var kind: Kind
  /// The path of the module. Empty for the root.
  public var path: String
  /// The type of that module, if it has one of its own.
  public var type: String?
  /// The node.
  public var node: String?
  /// One sentence.
  public var reason: String
  /// The position in the model's source.
  public var location: SourceLocation?
  /// Paths of the modules that it hides.
  public var hiddenModules: [String]

  /// Creates a note.
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
