import XylemErrors

/// One thing that is wrong with a graph, as data; its description is the text.
public struct GraphFault: Hashable, Sendable {
  /// What the fault is a fault of.
  public enum Subject: Hashable, Sendable {
    /// The graph as a whole.
    case graph
    /// A node; its name is empty where the graph doesn't have the node.
    case node(NodeID, name: String)
    /// A call of a module.
    case call(path: String, ordinal: Int)
  }

  /// Which list of a node's effects names an input.
  public enum EffectList: String, Hashable, Sendable {
    /// The inputs that may be written.
    case writes
    /// The inputs that the value may share storage with.
    case aliases
    /// The inputs of which something may live on in the model.
    case keeps
  }

  /// What is wrong. Positions count from 0.
  public enum Problem: Hashable, Sendable {
    /// A node's name is empty.
    case emptyName
    /// Several nodes have one name.
    case duplicateName(String, nodes: [NodeID])
    /// Looking up the node's name finds nothing or another node.
    case unindexedName
    /// Looking up a name finds a node that is called otherwise.
    case staleName(String)
    /// Several nodes have one id; the graph kept the first.
    case duplicateID(names: [String])
    /// The node is kept under an id that is not its own.
    case misplacedID(NodeID)

    /// The order of execution names a node that is not in the graph.
    case missingNode
    /// The node is not in the order of execution.
    case unorderedNode
    /// The node is in the order of execution more than once.
    case repeatedNode

    /// An input reads a node that is not in the graph.
    case unknownInput(NodeID, position: Int)
    /// An input reads a node that runs later, or the node itself.
    case laterInput(NodeID, position: Int)
    /// The list of the node's users is not what the nodes' inputs say. Both lists are sorted.
    case users(found: [NodeID], expected: [NodeID])
    /// The operation takes another number of inputs.
    case inputCount(found: Int, expected: Int)
    /// A tuple has another number of names than of elements.
    case tupleNames(names: Int, elements: Int)
    /// A placeholder's default reads a node.
    case defaultReadsNode(NodeID)

    /// A region has another number of captures than of inputs.
    case captureCount(captures: Int, inputs: Int)
    /// A region changes a capture that it doesn't have.
    case changedCapture(position: Int, captures: Int)
    /// A region gives less than no values, or more than 4096.
    case resultCount(Int)
    /// An effect is on an input that the node doesn't have.
    case effect(EffectList, position: Int, inputs: Int)

    /// A node comes after the output.
    case outputNotLast
    /// There is more than one output.
    case severalOutputs([NodeID])
    /// A placeholder comes after a node that is none.
    case latePlaceholder
    /// A placeholder's position is below 0, or not below 65536.
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

  /// What the fault is a fault of.
  public let subject: Subject
  /// What is wrong with it.
  public let problem: Problem

  /// A fault as validation finds it.
  package init(_ subject: Subject, _ problem: Problem) {
    self.subject = subject
    self.problem = problem
  }
}

/// The cause of a `graph.invalid`: every fault of a graph that was read. It prints the first ones.
public struct InvalidGraph: Error, Hashable, CustomStringConvertible {
  /// Every fault, in the order of ``Graph/validate()``.
  public let faults: [GraphFault]

  /// The first ten faults, a line for each, and how many more there are.
  public var description: String {
    let shown = faults.prefix(10).map(\.description)
    let rest = faults.count - shown.count
    return (shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
  }

  /// The faults as what Xylem throws.
  var error: XylemError {
    let count = faults.count == 1 ? "a fault" : "\(faults.count) faults"
    return XylemError(.graphInvalid, "the graph has \(count)", cause: self)
  }
}
