internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// Limits of walks over functions and their callees.
enum CodeWalk {
  /// The depth of nested calls that are followed. Deeper code may do anything.
  static let deepestCalls = 200
}

/// Names of the attributes that untraced code may change, including its callees.
///
/// Tensors that are written in place are not included: every reader of such an attribute holds the same tensor.
struct AttributeWrites {
  private var names: Set<String> = []
  /// Whether a callee is known only at run time.
  private var isAnything = false
  private var seen: Set<ScriptFunction> = []
  private var depth = 0
  private let model: ScriptModel

  /// The writes of a function.
  init(of function: ScriptFunction, in model: ScriptModel) throws(XylemError) {
    self.model = model
    try visit(function)
  }

  /// The writes of one statement of a function.
  init(of statement: Int, in code: ScriptCode, of model: ScriptModel) throws(XylemError) {
    self.model = model
    try visit(code.statements[statement], code)
  }

  /// Whether an attribute with this name may get a new value.
  func contains(_ name: String) -> Bool { isAnything || names.contains(name) }

  private mutating func visit(_ function: ScriptFunction) throws(XylemError) {
    guard seen.insert(function).inserted else { return }
    depth += 1
    defer { depth -= 1 }
    guard depth <= CodeWalk.deepestCalls else {
      isAnything = true
      return
    }
    let code = try model.code(of: function)
    for index in code.blocks[0].statements { try visit(code.statements[index], code) }
  }

  private mutating func visit(_ statement: ScriptCode.Statement, _ code: ScriptCode) throws(XylemError) {
    switch statement.kind {
    case .setAttribute: names.insert(statement.name)
    case .getAttribute:
      // Nothing is known about where a list goes from here: it may be written as soon as it is read.
      let kind = code.typeKinds[statement.outputs.lowerBound]
      if kind == .list || kind == .dictionary { names.insert(statement.name) }
    case .callMethod: if statement.function == nil { isAnything = true }
    case .callFunction:
      // The function is a constant, which may be outside of the statement.
      let callee = code.input(0, of: statement)
      let constant = code.statements.first { $0.outputs.contains(callee) }
      if let function = constant?.function { try visit(function) } else { isAnything = true }
    default: break
    }
    if statement.kind == .callMethod, let function = statement.function { try visit(function) }
    for block in statement.blocks {
      for index in code.blocks[block].statements { try visit(code.statements[index], code) }
    }
  }
}

extension ScriptTracer {
  /// Checks that no attribute was treated as a constant although a leaf or a region changes it, such as a counter that
  /// a leaf keeps and its parent reads.
  ///
  /// Otherwise the trace starts again, and reads it at run time.
  func checkConstantReads() throws {
    guard !constantReads.isEmpty else { return }
    for node in core.graph.nodes {
      let writes: () throws -> AttributeWrites?
      var roots = node.inputs.compactMap { if case .module(let path) = $0 { model.module(at: path) } else { nil } }
      switch node.operation {
      case .leafModule(let leaf):
        guard let module = model.module(at: leaf.path) else { continue }
        roots.append(module)
        writes = { try module.object.method(leaf.method).map { try AttributeWrites(of: $0, in: self.model) } }
      case .leafFunction(let leaf):
        writes = {
          try self.model.archive.function(named: leaf.qualifiedName).map { try AttributeWrites(of: $0, in: self.model) }
        }
      case .region(let region):
        writes = {
          try self.model.archive.function(named: region.code.function).map {
            try AttributeWrites(of: region.code.statement, in: self.model.code(of: $0), of: self.model)
          }
        }
      default: continue
      }
      let reached = Set(roots.flatMap { model.modules(below: $0) }.map(\.identity))
      let read = constantReads.filter { reached.contains($0.module.identity) }
      guard !read.isEmpty, let writes = try writes() else { continue }
      if let found = read.first(where: { writes.contains($0.name) }) {
        throw RestartTrace(attribute: found.path)
      }
    }
  }
}

/// An attribute whose value was used while tracing.
struct ConstantRead {
  /// The module that it belongs to, directly or through objects.
  let module: ScriptModule
  let name: String
  let path: String
}
