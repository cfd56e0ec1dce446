package import XylemGraph
internal import XylemScript
internal import XylemTensor

extension ScriptModel {
  /// Whether the code behind a leaf or a region may find out which mode the model is in.
  ///
  /// It can't where nothing that it may run reads a module's `training`. Errs on the side of yes, where it calls what is known only when
  /// running. What is handed to it as an argument is not looked at.
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

/// Looks for reads of `training` in a function and in everything that it calls.
private struct ModeScan {
  private let model: ScriptModel
  /// What was found out; a function that is being looked at counts as no until it is.
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
    // An operator knows of the mode what it is told.
    case .operator: return code.operands[statement.inputs].contains { code.typeKinds[$0] == .module }
    case .fork, .other: return true
    case .constant, .setAttribute, .if, .loop, .list, .tuple, .dictionary, .listUnpack, .tupleUnpack, .tupleIndex,
      .tupleSlice, .raise, .cast, .uninitialized, .createObject, .isInstance, .enter, .exit:
      return false
    }
  }
}
