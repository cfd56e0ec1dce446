public import XylemDiff
internal import XylemGraph
public import XylemTrace

extension DiffSide {
  /// A trace as one side of a diff, with its blind spots and the modules that keep their own mode.
  ///
  /// Hidden modules have the note that gives the reason: a module that could not be traced, or a block of control flow.
  ///
  /// - Parameter model: the traced model. The code of its leaves and regions is read to find what they do in this mode.
  ///   Without it, their mode is unknown.
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
