internal import XylemGraph
internal import XylemScript

/// A state to which a tracer can roll back: the graph with its names, notes and counts, and the contents of the values
/// that the following code can reach.
struct Savepoint {
  fileprivate let core: TraceCore.Checkpoint
  fileprivate let contents: ContainerSnapshot
  fileprivate let constantReads: Int
  fileprivate let foldedEntries: Int
  /// The frame whose code continues, with its open subscripts.
  fileprivate let frame: (CallFrame, [Int: PendingSubscript])?
}

extension ScriptTracer {
  /// The current state, for code that reaches only these values and the model.
  ///
  /// Containers of the model need no copy: a trace starts again if one is written.
  func savepoint(reaching values: [TracedValue]) -> Savepoint {
    Savepoint(
      core: core.checkpoint, contents: ContainerSnapshot(values), constantReads: constantReads.count,
      foldedEntries: foldedEntries.count, frame: nil)
  }

  /// The current state, for the statement that runs next in a frame.
  func savepoint(before statement: Int, _ frame: CallFrame) -> Savepoint {
    let values = frame.code.summary(of: statement).captures.map { frame.values[$0] }
    return Savepoint(
      core: core.checkpoint, contents: ContainerSnapshot(values), constantReads: constantReads.count,
      foldedEntries: foldedEntries.count, frame: (frame, frame.pendingSubscripts))
  }

  /// Rolls back everything since a savepoint. Nodes created since are removed: an error about one of them must be
  /// described first.
  ///
  /// The statements that ran still count towards the limit.
  func goBack(to point: Savepoint) {
    core.rollBack(to: point.core)
    point.contents.restore()
    constantReads.removeLast(constantReads.count - point.constantReads)
    for entry in foldedEntries[point.foldedEntries...] {
      if let index = entry.dictionary.index(of: entry.key) { entry.dictionary.entries.remove(at: index) }
    }
    foldedEntries.removeSubrange(point.foldedEntries...)
    if let (frame, subscripts) = point.frame { frame.pendingSubscripts = subscripts }
  }
}

/// The contents of the containers and objects reachable from values, to be restored.
struct ContainerSnapshot {
  private var lists: [(TracedList, [TracedValue], NodeID?, Bool)] = []
  private var dictionaries: [(TracedDictionary, [(key: TracedValue, value: TracedValue)], NodeID?, Bool)] = []
  private var objects: [(TracedObject, [String: TracedValue])] = []

  init(_ values: [TracedValue]) {
    var walk = ContainerWalk(values)
    while let next = walk.next() {
      switch next {
      case .list(let list): lists.append((list, list.elements, list.symbol, list.isLost))
      case .dictionary(let dictionary):
        dictionaries.append((dictionary, dictionary.entries, dictionary.symbol, dictionary.isLost))
      case .object(let object): objects.append((object, object.fields))
      default: break
      }
    }
  }

  func restore() {
    for (list, elements, symbol, isLost) in lists {
      (list.elements, list.symbol, list.isLost) = (elements, symbol, isLost)
    }
    for (dictionary, entries, symbol, isLost) in dictionaries {
      (dictionary.entries, dictionary.symbol, dictionary.isLost) = (entries, symbol, isLost)
    }
    for (object, fields) in objects { object.fields = fields }
  }
}
