package import XylemGraph
package import XylemTensor

/// The code that a trace of a model written in Swift calls at run time: its leaves, constants and tensors.
///
/// An archive's code is found again by name. Compiled Swift code is not, so the trace holds it. It is not part of a
/// trace's file.
package final class TraceCode: @unchecked Sendable {
  /// Leaves by the nodes that call them.
  package let leaves: [NodeID: HostLeaf]
  /// Values that the model's code captured, by the numbers of their constants.
  package let constants: [Value]
  /// The tensor of a parameter or buffer by its path. Nil if the model has none.
  package let tensor: (String) -> Tensor?
  /// The flags of the modules that kept a mode of their own, by path.
  package let pinned: [String: Bool]
  /// The names of arguments that were passed to operators by name, by node. Nil if all arguments are in their operators'
  /// order. See ``bound(_:)``.
  let keywords: [NodeID: [String?]]?

  package init(
    leaves: [NodeID: HostLeaf], constants: [Value], pinned: [String: Bool], keywords: [NodeID: [String?]]? = nil,
    tensor: @escaping (String) -> Tensor?
  ) {
    self.leaves = leaves
    self.keywords = keywords
    self.pinned = pinned
    self.constants = constants
    self.tensor = tensor
  }

  /// The same code, with leaves for further nodes.
  package func adding(_ leaves: [NodeID: HostLeaf]) -> TraceCode {
    TraceCode(
      leaves: self.leaves.merging(leaves) { _, new in new }, constants: constants, pinned: pinned, keywords: keywords,
      tensor: tensor)
  }

  /// The function name of the constants that belong to a trace.
  package static let constantsFunction = "constants"

  /// The argument that stands for a constant of the trace.
  package static func constant(_ number: Int) -> NodeInput {
    .constant(CodeReference(function: constantsFunction, statement: number))
  }
}

/// A function or a module's `forward` in compiled Swift, with its inputs as values, in the mode of its trace.
package struct HostLeaf: @unchecked Sendable {
  /// Runs it.
  package let call: ([Value]) throws -> Value
  /// The operators that it consists of, for inputs of this form. Returns nil for user code, which is called directly.
  package let expand: ([NodeInput], [NodeID: String]) throws -> HostExpansion?
  /// The operators that it runs in this mode, for reading and not for running. Returns nil for user code.
  package let read: ([NodeInput], [NodeID: String]) throws -> HostExpansion?
  /// Whether its code calls operators and looks at sizes, and does nothing else that a recording of its operators
  /// would miss.
  package let isRecordable: () -> Bool
  /// Whether it does nothing but refuse sizes that the operators behind it may take.
  package let isSizeCheck: Bool

  package init(
    call: @escaping ([Value]) throws -> Value,
    expand: @escaping ([NodeInput], [NodeID: String]) throws -> HostExpansion?,
    read: @escaping ([NodeInput], [NodeID: String]) throws -> HostExpansion? = { _, _ in nil },
    isRecordable: @escaping () -> Bool = { false }, isSizeCheck: Bool = false
  ) {
    self.isSizeCheck = isSizeCheck
    self.isRecordable = isRecordable
    self.call = call
    self.expand = expand
    self.read = read
  }
}

/// A leaf as a graph of operators.
package struct HostExpansion {
  /// The operators. The placeholders stand for nodes of the enclosing graph.
  package let graph: Graph
  /// The node of the enclosing graph for each placeholder.
  package let inputs: [NodeID: NodeID]
  /// The leaf's value.
  package let result: NodeInput
  /// The constants of the leaf and the tensors of the model.
  package let code: TraceCode

  package init(graph: Graph, inputs: [NodeID: NodeID], result: NodeInput, code: TraceCode) {
    self.graph = graph
    self.inputs = inputs
    self.result = result
    self.code = code
  }
}
