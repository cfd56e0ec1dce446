internal import XylemErrors
package import XylemGraph
package import XylemScript
package import XylemTensor

/// The compiled code of an archive's leaves and regions.
extension ScriptModel {
  /// The code of a leaf or a region in a mode, without that of plugins. Nil for other nodes.
  ///
  /// - Throws: as ``Callable``'s initializer; `extract.execution` for a node of another model.
  package func callable(of node: Node, in mode: Mode) throws -> Callable? {
    switch node.operation {
    case .leafModule(let leaf):
      guard let module = module(at: leaf.path), let function = module.object.method(leaf.method) else {
        throw missing("the module '\(leaf.path)' has no method '\(leaf.method)'", node)
      }
      return try Callable(
        function, known: [module.object] + known(node), flags: flags(node, shift: 1),
        modes: modes([module] + modules(node), in: mode))
    case .leafFunction(let leaf):
      let function = try function(leaf.qualifiedName, node)
      return try Callable(function, known: known(node), flags: flags(node), modes: modes(modules(node), in: mode))
    case .region(let region):
      let captures = try captures(of: region)
      return try Callable(
        try function(region.code.function, node), statement: region.code.statement, captures: captures.set,
        unset: captures.unset, known: known(node), flags: flags(node),
        modes: modes(try choosesModule(node, region) ? [root] : modules(node), in: mode))
    default: return nil
    }
  }

  /// The types of the arguments of a leaf's or region's code, without the module itself.
  package func argumentTypes(of node: Node) throws -> [ScriptType] {
    switch node.operation {
    case .leafModule(let leaf):
      let schema = try module(at: leaf.path)?.object.method(leaf.method)?.schema()
      return schema?.arguments.dropFirst().map(\.type) ?? []
    case .leafFunction(let leaf):
      return try archive.function(named: leaf.qualifiedName)?.schema().arguments.map(\.type) ?? []
    case .region(let region): return try captureTypes(of: region)
    default: return []
    }
  }

  private func function(_ name: String, _ node: Node) throws(XylemError) -> ScriptFunction {
    guard let function = archive.function(named: name) else {
      throw missing("the archive has no function '\(name)'", node)
    }
    return function
  }

  private func missing(_ what: String, _ node: Node) -> XylemError {
    XylemError(
      .extractExecution, "running the model failed",
      at: .init(modulePath: node.modulePath, node: node.name, source: node.location.map { String(describing: $0) }),
      cause: XylemError(.extractExecution, what))
  }

  /// Whether the region calls a module that is known only at run time. If so, any module's mode may matter.
  private func choosesModule(_ node: Node, _ region: Region) throws -> Bool {
    zip(node.inputs, try captureTypes(of: region)).contains { input, type in
      input.node != nil && (type.kind == .module || type.kind == .interface)
    }
  }

  private func known(_ node: Node) -> [ScriptObject?] {
    node.inputs.map { input in
      if case .module(let path) = input { return module(at: path)?.object }
      return nil
    }
  }

  private func flags(_ node: Node, shift: Int = 0) -> [Int: Bool] {
    var found: [Int: Bool] = [:]
    for (position, input) in node.inputs.enumerated() {
      if case .literal(.bool(let flag)) = input { found[position + shift] = flag }
    }
    return found
  }

  private func modules(_ node: Node) -> [ScriptModule] {
    node.inputs.compactMap { if case .module(let path) = $0 { module(at: path) } else { nil } }
  }

  /// The modes of modules and of those below them.
  private func modes(_ roots: [ScriptModule], in mode: Mode) -> [Callable.ModuleMode] {
    var found: [Callable.ModuleMode] = []
    var seen: Set<UInt64> = []
    for root in roots {
      for module in modules(below: root) where seen.insert(module.object.identity).inserted {
        guard module.isTraining != nil else { continue }
        found.append(.init(module: module.object, isTraining: isTraining(module, in: mode)))
      }
    }
    return found
  }
}
