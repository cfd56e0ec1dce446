package import XylemGraph
package import XylemTensor

/// What a trace of a model written in Swift calls when it runs: the code of its leaves, its constants and its tensors.
///
/// An archive's code is found again by name; compiled Swift code is not, so the trace holds it. It is no part of a trace's
/// file.
package final class TraceCode: @unchecked Sendable {
  /// Leaves by the nodes that call them.
  package let leaves: [NodeID: HostLeaf]
  /// Values that the model's code brought along, by the numbers of the constants that stand for them.
  package let constants: [Value]
  /// The tensor of a parameter or buffer by its path; nil where the model has none.
  package let tensor: (String) -> Tensor?

  package init(leaves: [NodeID: HostLeaf], constants: [Value], tensor: @escaping (String) -> Tensor?) {
    self.leaves = leaves
    self.constants = constants
    self.tensor = tensor
  }

  /// Constants of a trace's own have this for the function that their code would stand in.
  package static let constantsFunction = "constants"

  /// The argument that stands for a constant of the trace.
  package static func constant(_ number: Int) -> Argument {
    .constant(CodeReference(function: constantsFunction, statement: number))
  }
}

/// A function or a module's forward in compiled Swift, with its inputs as values, in the mode of its trace.
package struct HostLeaf: @unchecked Sendable {
  /// Runs it.
  package let call: ([Value]) throws -> Value
  /// The operators that it consists of, for inputs of this form; gives nil for code of the user's own, which is called as it is.
  package let expand: ([Argument], [NodeID: String]) throws -> HostExpansion?
  /// The operators that it runs in this mode, to be read and not to be run; gives nil for code of the user's own.
  package let read: ([Argument], [NodeID: String]) throws -> HostExpansion?

  package init(
    call: @escaping ([Value]) throws -> Value,
    expand: @escaping ([Argument], [NodeID: String]) throws -> HostExpansion?,
    read: @escaping ([Argument], [NodeID: String]) throws -> HostExpansion? = { _, _ in nil }
  ) {
    self.call = call
    self.expand = expand
    self.read = read
  }
}

/// A leaf as a graph of operators.
package struct HostExpansion {
  /// The operators; its placeholders stand for nodes of the graph around it.
  package let graph: Graph
  /// Which node of the graph around it each placeholder stands for.
  package let inputs: [NodeID: NodeID]
  /// The leaf's value.
  package let result: Argument
  /// Constants of its own and the model's tensors.
  package let code: TraceCode

  package init(graph: Graph, inputs: [NodeID: NodeID], result: Argument, code: TraceCode) {
    self.graph = graph
    self.inputs = inputs
    self.result = result
    self.code = code
  }
}
