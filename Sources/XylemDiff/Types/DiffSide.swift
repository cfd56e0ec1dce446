public import XylemGraph

/// One of the two traces that are compared.
public struct DiffSide: Sendable {
  /// The nodes.
  public var graph: Graph
  /// What people call this side: `train`, `eval`.
  public var label: String
  /// Whether modules' `training` flags are set on this side.
  public var isTraining: Bool
  /// What could not be looked into, in the order of the nodes.
  public var hidden: [HiddenPart]
  /// Modules that keep a mode of their own, whatever the mode of the trace.
  public var pinnedModules: [String]
  /// Leaves and regions whose own code was read and can't find out the mode.
  public var modeFree: Set<NodeID>
  /// What nodes do in this mode, where their code was read. Of other nodes the type is all that is known.
  public var behaviours: [NodeID: NodeBehaviour]
  /// Shapes of nodes' values, where a run told them.
  public var shapes: [NodeID: [Int]]

  /// A side with what is known about it.
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
