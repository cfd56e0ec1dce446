package import XylemErrors
package import XylemGraph
package import XylemScript
package import XylemTensor
package import XylemTrace

/// Resolves the nodes of a trace to the code that they run: an archive's compiled code, or the code of Swift modules.
package protocol Linker {
  /// Adds the effects of opaque nodes, up to a position, to the graph. Their code can be looked up afterwards.
  mutating func resolve(_ graph: inout Graph, upTo limit: Int) throws

  /// The code of a leaf or a region. Nil for a node that was not resolved.
  func call(of node: Node) throws -> LinkedCall?

  /// How an attribute of the model is read and written.
  func attribute(_ path: String) throws(XylemError) -> LinkedAttribute

  /// The value of a constant that has no literal form.
  func constant(_ reference: CodeReference) throws -> Value

  /// A type by its name in nodes. Nil if there is no such type.
  func type(named name: String) -> ScriptType?

  /// A module that is passed as a value.
  func module(_ path: String) throws(XylemError) -> Value
}

/// The code of a leaf or a region.
package enum LinkedCall {
  /// Compiled code of an archive, which takes the module, if any, as its first argument. The types are those of the
  /// other arguments.
  case compiled(Callable, receiver: Value?, types: [ScriptType])
  /// Swift code that is called directly.
  case host(HostLeaf)
  /// The operators of a leaf.
  case operators(HostExpansion)
}

/// How an attribute is read and written.
package enum LinkedAttribute {
  case field(ScriptObject, String)
  /// A tensor that remains the same object.
  case tensor(Tensor)
}

extension PlanBuilder {
  /// The linker of a model's trace.
  ///
  /// - Throws: `extract.input` for a trace of a Swift model that came from a file.
  package static func linker(_ model: any TracedModel, _ trace: Trace) throws(XylemError) -> any Linker {
    if let code = trace.code { return HostLinker(code) }
    guard let model = model as? ScriptModel else {
      throw ExtractErrors.input(
        "the trace has no code to run", remedies: ["trace the model again: files do not contain compiled code"])
    }
    return ScriptLinker(model: model, mode: trace.mode, replacements: trace.replacements)
  }
}
