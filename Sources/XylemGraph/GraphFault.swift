import XylemErrors

/// A fault of a graph, as data. Its description is a sentence.
public struct GraphFault: Hashable, Sendable {
  /// The subject of a fault.
  public enum Subject: Hashable, Sendable {
    /// The graph as a whole.
    case graph
    /// A node. Its name is empty if the graph doesn't have the node.
    case node(NodeID, name: String)
    /// A call of a module.
    case call(path: String, ordinal: Int)
  }

  /// The list of a node's effects that refers to an input.
  public enum EffectList: String, Hashable, Sendable {
    /// The inputs that may be written.
    case writes
    /// The inputs that may share storage with the value.
    case aliases
    /// The inputs of which a part may live on in the model.
    case keeps
  }

  /// The kind of fault. Positions are counted from 0.
  public enum Problem: Hashable, Sendable {
    /// A node's name is empty.
    case emptyName
    /// Several nodes have one name.
    case duplicateName(String, nodes: [NodeID])
    /// Looking up the node's name finds nothing or another node.
    case unindexedName
    /// Looking up a name finds a node with a different name.
    case staleName(String)
    /// Several nodes have one id. The graph kept the first.
    case duplicateID(names: [String])
    /// The node is stored under an id that is not its own.
    case misplacedID(NodeID)

    /// The execution order contains a node that is not in the graph.
    case missingNode
    /// The node is not in the execution order.
    case unorderedNode
    /// The node is in the execution order more than once.
    case repeatedNode

    /// An input reads a node that is not in the graph.
    case unknownInput(NodeID, position: Int)
    /// An input reads a node that runs later, or the node itself.
    case laterInput(NodeID, position: Int)
    /// The list of the node's users does not match the nodes' inputs. Both lists are sorted.
    case users(found: [NodeID], expected: [NodeID])
    /// The operation takes a different number of inputs.
    case inputCount(found: Int, expected: Int)
    /// A tuple has different numbers of names and elements.
    case tupleNames(names: Int, elements: Int)
    /// A placeholder's default reads a node.
    case defaultReadsNode(NodeID)

    /// A region has different numbers of captures and inputs.
    case captureCount(captures: Int, inputs: Int)
    /// A region changes a capture that it doesn't have.
    case changedCapture(position: Int, captures: Int)
    /// A region returns a negative number of values, or more than 4096.
    case resultCount(Int)
    /// An effect is on an input that the node doesn't have.
    case effect(EffectList, position: Int, inputs: Int)

    /// A node comes after the output.
    case outputNotLast
    /// There is more than one output.
    case severalOutputs([NodeID])
    /// A placeholder comes after another kind of node.
    case latePlaceholder
    /// A placeholder's position is below 0 or above 65535.
    case placeholderPosition(Int)
    /// Several placeholders have one position.
    case repeatedPosition(Int, nodes: [NodeID])

    /// A module's call returned a node that is not in the graph.
    case unknownResult(NodeID)
    /// Several calls of a module have one ordinal.
    case repeatedCall(count: Int)
    /// A call's ordinal is below 0, or not below two to the power of 31.
    case callOrdinal
  }

  /// The subject of the fault.
  public let subject: Subject
  /// The kind of fault.
  public let problem: Problem

  /// Creates a fault found by validation.
  package init(_ subject: Subject, _ problem: Problem) {
    self.subject = subject
    self.problem = problem
  }
}

/// The cause of a `graph.invalid`: all faults of a decoded graph. It prints the first ones.
public struct InvalidGraph: Error, Hashable, CustomStringConvertible {
  /// All faults, in the order of ``Graph/validate()``.
  public let faults: [GraphFault]

  /// The first ten faults, a line for each, and the number of the others.
  public var description: String {
    let shown = faults.prefix(10).map(\.description)
    let rest = faults.count - shown.count
    return (shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
  }

  /// The error that reports the faults.
  var error: XylemError {
    let count = faults.count == 1 ? "a fault" : "\(faults.count) faults"
    return XylemError(.graphInvalid, "the graph has \(count)", cause: self)
  }
}
