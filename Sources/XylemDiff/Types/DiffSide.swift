public import XylemGraph

/// One of the two compared traces.
public struct DiffSide: Sendable {
  /// The nodes.
  public var graph: Graph
  /// The label of this side: `train`, `eval`.
  public var label: String
  /// Whether modules' `training` flags are set on this side.
  public var isTraining: Bool
  /// The parts that could not be inspected, in the order of the nodes.
  public var hidden: [HiddenPart]
  /// Modules that keep their own mode, whatever the mode of the trace.
  public var pinnedModules: [String]
  /// Leaves and regions whose own code was read and can't read the mode.
  public var modeFree: Set<NodeID>
  /// What nodes do in this mode, if their code was read. Only the type is known of other nodes.
  public var behaviours: [NodeID: NodeBehaviour]
  /// Shapes of nodes' values, if they are known from a run.
  public var shapes: [NodeID: [Int]]

  /// Creates a side from the known facts.
  public init(
    graph: Graph, label: String, isTraining: Bool, hidden: [HiddenPart] = [], pinnedModules: [String] = [],
    modeFree: Set<NodeID> = [], behaviours: [NodeID: NodeBehaviour] = [:], shapes: [NodeID: [Int]] = [:]
  ) {
    self.graph = graph
    self.label = label
    self.isTraining = isTraining
    self.hidden = hidden
    self.pinnedModules = pinnedModules
    self.modeFree = modeFree
    self.behaviours = behaviours
    self.shapes = shapes
  }
}
