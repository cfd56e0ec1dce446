package import XylemFiles
package import XylemGraph

/// A model of an archive of torch.export: its operators in order, what its values are, and how it is called.
///
/// Only what running and naming need is kept. The sizes of values are text of PyTorch's symbolic shapes; those of inputs
/// are parsed, see ``SizeExpression``.
package struct ExportedProgram: Sendable {
  /// The name of the model in the archive.
  package let name: String
  /// The operators.
  package let graph: ExportedGraph
  /// The meaning of the graph's inputs, in order.
  package let inputs: [ExportedInput]
  /// The meaning of the graph's outputs, in order.
  package let outputs: [ExportedOutput]
  /// The modules of the model, with their calls' inputs and results if the archive has them. The root comes first.
  package let calls: [ExportedCall]
  /// The bounds of symbolic sizes, by name.
  package let ranges: [String: ClosedRange<Int>]

  /// The inputs and results of the root.
  package var signature: ExportedCall.Signature? { calls.first?.signature }
}

/// Operators in order. The graphs of conditions and of blocks are arguments of their operators.
package struct ExportedGraph: Sendable {
  /// The names of the inputs, or constants in their place.
  package let inputs: [ExportedArgument]
  package let outputs: [ExportedArgument]
  package let nodes: [ExportedNode]
  /// Descriptions of tensors, by the names of values.
  package let tensors: [String: ExportedTensor]
  /// The types of numbers that are values, by their names: `int`, `float` or `bool`.
  package let numbers: [String: String]

  /// The type of a value.
  package func type(of name: String) -> String { numbers[name] ?? "Tensor" }
}

/// A call of an operator.
package struct ExportedNode: Sendable {
  /// An argument, with the name that the operator's schema gives it.
  package struct Input: Sendable {
    package let name: String
    package let argument: ExportedArgument
    /// Whether it was passed by its name, not by its position.
    package let isKeyword: Bool
  }

  /// A module whose code ran when the operator was called.
  package struct Frame: Sendable, Hashable {
    /// The call: the module's path, and `@1` for its second call.
    package let call: String
    package let path: String
    /// The qualified type name.
    package let type: String

    /// Creates a call of a module.
    package init(call: String, path: String, type: String) { (self.call, self.path, self.type) = (call, path, type) }
  }

  /// The operator: `torch.ops.aten.conv2d.default`, `_operator.mul`.
  package let target: String
  package let inputs: [Input]
  /// The results: each is a value, a list of values, or a constant.
  package let outputs: [ExportedArgument]
  /// The modules whose code ran, outermost first, without the root. Nil if the archive does not say: a pass of PyTorch
  /// added the operator.
  package let frames: [Frame]?
  /// The root's type, if the archive says.
  package let rootType: String?
  /// The call of a function or a method that the operator is a part of, as in `interpolate_1;function.interpolate`.
  package let function: String
  /// The line of the model's own source, innermost of those that are known.
  package let location: SourceLocation?
}

/// An argument or a result of an operator.
package indirect enum ExportedArgument: Sendable {
  case literal(Literal)
  /// A value, by its name.
  case value(String)
  case list([ExportedArgument])
  case dictionary([(key: String, value: ExportedArgument)])
  case graph(ExportedGraph)
  /// Something that can't be passed, by its kind.
  case other(String)
}

extension ExportedArgument {
  /// Calls `body` with the name of every value in the structure, in order. Graphs are not entered.
  package func forEachName(_ body: (String) -> Void) {
    switch self {
    case .value(let name): body(name)
    case .list(let elements): for element in elements { element.forEachName(body) }
    case .dictionary(let entries): for entry in entries { entry.value.forEachName(body) }
    case .literal, .graph, .other: break
    }
  }

  /// All names of values in the structure.
  package var names: [String] {
    var names: [String] = []
    forEachName { names.append($0) }
    return names
  }
}

/// A description of a tensor.
package struct ExportedTensor: Sendable {
  /// The element type. Nil for a type that Xylem does not know.
  package let dtype: DType?
  package let sizes: [ExportedSize]
}

/// A size of a tensor.
package enum ExportedSize: Sendable, Hashable {
  case fixed(Int)
  case symbolic(SizeExpression)
}

/// The meaning of an input of the graph.
package enum ExportedInput: Sendable {
  /// An argument of `forward`, or a part of one.
  case user(ExportedArgument)
  /// An argument of `forward` that has the value that it had when the model was exported.
  case constant(name: String, Literal)
  case parameter(name: String, key: String)
  case buffer(name: String, key: String, isPersistent: Bool)
  /// A tensor that is written in the model's code.
  case tensor(name: String, key: String)
  /// Something that can't be passed, by its kind.
  case other(String)
}

/// The meaning of an output of the graph.
package enum ExportedOutput: Sendable {
  /// A part of the result of `forward`.
  case user(ExportedArgument)
  /// The value that a parameter or a buffer has afterwards.
  case state(name: String, key: String)
  /// The value that an argument of `forward` has afterwards, by the name of the graph's input.
  case input(name: String, input: String)
  /// Something that has no meaning in a forward pass, by its kind.
  case other(String)
}

/// A call of a module, with its inputs and results if the model was exported with `preserve_module_call_signature`.
package struct ExportedCall: Sendable {
  /// The inputs and results of a call.
  package struct Signature: Sendable {
    package let inputs: [ExportedArgument]
    package let outputs: [ExportedArgument]
    /// The structure of positional and named arguments, whose leaves are `inputs`.
    package let inputTree: ExportedTree
    /// The structure of the result, whose leaves are `outputs`.
    package let outputTree: ExportedTree
    /// The names of the arguments. Only the root's are known.
    package let argumentNames: [String]
  }

  /// The module's path, and `@1` for its second call. Empty for the root.
  package let call: String
  package let signature: Signature?

  /// The module's path.
  package var path: String {
    guard let at = call.lastIndex(of: "@"), Int(call[call.index(after: at)...]) != nil else { return call }
    return String(call[..<at])
  }
}
