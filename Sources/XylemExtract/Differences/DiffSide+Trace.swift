public import XylemDiff
public import XylemTrace

extension DiffSide {
  /// A trace as one of the two sides of a diff, with its blind spots and the modules that keep a mode of their own.
  ///
  /// Hidden modules are given with the note that says why: of a module that could not be traced, of a block that was kept whole.
  public init(_ trace: Trace) {
    var automatic: [String: String] = [:]
    for note in trace.notes where note.kind == .automaticLeaf { automatic[note.path] = note.reason }
    var hidden = DiffSide.hiddenParts(of: trace.graph, automatic: automatic)
    for note in trace.notes where note.kind == .automaticLeaf && !note.hiddenModules.isEmpty {
      for index in hidden.indices where hidden[index].kind == .automaticLeaf && hidden[index].path == note.path {
        hidden[index].hiddenModules = note.hiddenModules
      }
    }
    self.init(
      graph: trace.graph, label: trace.mode.rawValue, isTraining: trace.mode.isTraining, hidden: hidden,
      pinnedModules: trace.pinnedModules)
  }
}
