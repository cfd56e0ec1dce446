internal import Synchronization
internal import XylemErrors
package import XylemGraph
internal import XylemScript

/// What untraced code does, with everything that it calls.
extension ScriptModel {
  /// Whether the code of a leaf or a region may read the model's mode.
  ///
  /// It can't if none of the code that it may run reads a module's `training`. Conservative: it is true if the code
  /// calls something that is known only at run time. Arguments are not considered.
  package func mayReadMode(_ node: Node) -> Bool {
    if node.operation.provider?.replaces == true { return true }
    return (try? summary(of: node))?.mayReadMode ?? true
  }

  /// What the code of a leaf or a region does. Nil for other nodes, and if the archive does not have the code.
  ///
  /// - Throws: as ``code(of:)``.
  func summary(of node: Node) throws -> CodeSummary? {
    switch node.operation {
    case .leafModule(let leaf): try module(at: leaf.path)?.object.method(leaf.method).map(summary(of:))
    case .leafFunction(let leaf): try archive.function(named: leaf.qualifiedName).map(summary)
    case .region(let region):
      try withCallees(code(named: region.code).summary(of: region.code.statement).code)
    default: nil
    }
  }

  private func summary(of function: ScriptFunction) throws(XylemError) -> CodeSummary {
    if let known = summaries.withLock({ $0[function] }) { return known }
    let fresh = try withCallees(code(of: function).summary)
    summaries.withLock { $0[function] = fresh }
    return fresh
  }

  /// Adds what the callees do, and theirs.
  private func withCallees(_ code: CodeSummary) throws(XylemError) -> CodeSummary {
    var whole = code
    var pending = code.callees
    while let next = pending.popFirst() {
      let own = try self.code(of: next).summary
      pending.formUnion(own.callees.subtracting(whole.callees))
      whole.formUnion(own)
    }
    return whole
  }

  /// Names of the attributes that the `forward` of any module, or code that it calls, assigns. Computed once.
  ///
  /// Where a method is known only at run time, it may be that of any module. Code that can't be read is left out: the
  /// reader gives up when it comes to it.
  var assignedNames: Set<String> {
    if let known = knownAssignments.withLock({ $0 }) { return known }
    var pending: [ScriptFunction] = []
    var seen: Set<ScriptFunction> = []
    func add(_ functions: some Sequence<ScriptFunction>) {
      pending += functions.filter { seen.insert($0).inserted }
    }
    func add(_ methods: Set<String>) {
      for name in methods { add(modules.lazy.compactMap { $0.object.method(name) }) }
    }
    var whole = CodeSummary()
    add(["forward"])
    while let next = pending.popLast() {
      guard let own = try? code(of: next).summary else { continue }
      add(own.callees)
      add(own.unknownMethods.subtracting(whole.unknownMethods))
      whole.formUnion(own)
    }
    knownAssignments.withLock { $0 = whole.assigned }
    return whole.assigned
  }
}
