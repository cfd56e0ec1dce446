package import XylemGraph
internal import XylemScript
internal import XylemTensor

extension ScriptModel {
  /// Whether the code of a leaf or a region may read the model's mode.
  ///
  /// It can't if none of the code that it may run reads a module's `training`. Conservative: it is true if the code
  /// calls something that is known only at run time. Arguments are not considered.
  package func mayReadMode(_ node: Node) -> Bool {
    if node.operation.provider?.replaces == true { return true }
    var scan = ModeScan(self)
    switch node.operation {
    case .leafModule(let leaf):
      guard let function = module(at: leaf.path)?.object.method(leaf.method) else { return true }
      return scan.mayRead(function)
    case .leafFunction(let leaf):
      guard let function = archive.function(named: leaf.qualifiedName) else { return true }
      return scan.mayRead(function)
    case .region(let region):
      guard let function = archive.function(named: region.code.function), let code = try? code(of: function),
        code.statements.indices.contains(region.code.statement)
      else { return true }
      return scan.mayRead(code.statements[region.code.statement], of: code)
    default: return false
    }
  }
}

/// Looks for reads of `training` in a function and its callees.
private struct ModeScan {
  private let model: ScriptModel
  /// The results so far. A function that is being examined counts as false until it is done.
  private var known: [ScriptFunction: Bool] = [:]
  private var depth = 0

  init(_ model: ScriptModel) { self.model = model }

  mutating func mayRead(_ function: ScriptFunction) -> Bool {
    if let known = known[function] { return known }
    known[function] = false
    depth += 1
    defer { depth -= 1 }
    guard depth <= CodeWalk.deepestCalls else { return true }
    guard let code = try? model.code(of: function), let body = code.blocks.first else {
      known[function] = true
      return true
    }
    let result = mayRead(body, of: code)
    known[function] = result
    return result
  }

  private mutating func mayRead(_ block: ScriptCode.Block, of code: ScriptCode) -> Bool {
    for index in block.statements where mayRead(code.statements[index], of: code) { return true }
    return false
  }

  mutating func mayRead(_ statement: ScriptCode.Statement, of code: ScriptCode) -> Bool {
    for block in statement.blocks where mayRead(code.blocks[block], of: code) { return true }
    switch statement.kind {
    case .getAttribute: return statement.name == "training"
    case .callMethod: return statement.function.map { mayRead($0) } ?? true
    case .callFunction:
      let callee = code.input(0, of: statement)
      let function = code.statements.first { $0.outputs.contains(callee) }?.function
      return function.map { mayRead($0) } ?? true
    // An operator knows only the mode that it is given.
    case .operator: return code.operands[statement.inputs].contains { code.typeKinds[$0] == .module }
    case .fork, .other: return true
    case .constant, .setAttribute, .if, .loop, .list, .tuple, .dictionary, .listUnpack, .tupleUnpack, .tupleIndex,
      .tupleSlice, .raise, .cast, .uninitialized, .createObject, .isInstance, .enter, .exit:
      return false
    }
  }
}
