public import XylemDiff
internal import XylemGraph
public import XylemTrace

extension DiffSide {
  /// A trace as one of the two sides of a diff, with its blind spots and the modules that keep a mode of their own.
  ///
  /// Hidden modules are given with the note that says why: of a module that could not be traced, of a block that was kept whole.
  ///
  /// - Parameter model: the model that it is a trace of: the code of its leaves and regions is read, to see what they do in this mode.
  ///   Without it, they count as of unknown mode.
  public init(_ trace: Trace, of model: (any TracedModel)? = nil) {
    let modeFree = (model as? ScriptModel).map { Self.modeFree(trace, $0) } ?? []
    var automatic: [String: String] = [:]
    for note in trace.notes where note.kind == .automaticLeaf { automatic[note.path] = note.reason }
    var hidden = DiffSide.hiddenParts(of: trace.graph, automatic: automatic, modeFree: modeFree)
    for note in trace.notes where note.kind == .automaticLeaf && !note.hiddenModules.isEmpty {
      for index in hidden.indices where hidden[index].kind == .automaticLeaf && hidden[index].path == note.path {
        hidden[index].hiddenModules = note.hiddenModules
      }
    }
    self.init(
      graph: trace.graph, label: trace.mode.rawValue, isTraining: trace.mode.isTraining, hidden: hidden,
      pinnedModules: trace.pinnedModules, modeFree: modeFree,
      behaviours: model.map { TraceBehaviours(trace, of: $0).byNode } ?? [:])
  }

  private static func modeFree(_ trace: Trace, _ model: ScriptModel) -> Set<NodeID> {
    Set(trace.graph.nodes.filter { $0.operation.isOpaque && !model.mayReadMode($0) }.map(\.id))
  }
}

extension Operation {
  fileprivate var isOpaque: Bool {
    switch self {
    case .leafModule, .leafFunction, .region: true
    default: false
    }
  }
}
