internal import XylemDiff
internal import XylemTrace

extension DiffSide {
  /// A trace as one side of a diff.
  init(_ trace: Trace) {
    let automatic = trace.notes.filter { $0.kind == .automaticLeaf }.map { ($0.path, $0.reason) }
    self.init(
      graph: trace.graph, label: trace.mode.rawValue, isTraining: trace.mode.isTraining,
      hidden: Self.hiddenParts(
        of: trace.graph, automatic: Dictionary(automatic, uniquingKeysWith: { first, _ in first })),
      pinnedModules: trace.pinnedModules)
  }
}
