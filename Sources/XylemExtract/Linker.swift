package import XylemErrors
package import XylemGraph
package import XylemScript
package import XylemTensor
package import XylemTrace

/// Finds what the nodes of a trace stand for when they run: an archive's compiled code, or the code of Swift modules.
package protocol Linker {
  /// Writes the effects of opaque nodes up to a position into the graph; what is behind them can be asked for afterwards.
  mutating func resolve(_ graph: inout Graph, upTo limit: Int) throws

  /// What runs for a leaf or a region; nil for one that was not resolved.
  func call(of node: Node) throws -> LinkedCall?

  /// How an attribute of the model is read and written.
  func attribute(_ path: String) throws(XylemError) -> LinkedAttribute

  /// The value of a constant that has no literal form.
  func constant(_ reference: CodeReference) throws -> Value

  /// A type by the name that nodes have for it; nil where there is none.
  func type(named name: String) -> ScriptType?

  /// A module that is passed as a value.
  func module(_ path: String) throws(XylemError) -> Value
}

/// What runs for a leaf or a region.
package enum LinkedCall {
  /// Compiled code of an archive, which takes the module first where there is one. Types are the arguments', without it.
  case compiled(Callable, receiver: Value?, types: [ScriptType])
  /// Swift code that is called as it is.
  case host(HostLeaf)
  /// The operators that a leaf consists of.
  case operators(HostExpansion)
}

/// How an attribute is read and written.
package enum LinkedAttribute {
  case field(ScriptObject, String)
  /// A tensor that stays the same object.
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
        "the trace has no code to run", remedies: ["trace the model again: compiled code is not kept in files"])
    }
    return ScriptLinker(model: model, mode: trace.mode)
  }
}
