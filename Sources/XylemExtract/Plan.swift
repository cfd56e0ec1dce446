internal import XylemErrors
public import XylemGraph
internal import XylemScript
internal import XylemTensor
public import XylemTrace

/// A pruned graph of one mode as a flat list of instructions, with slots, last uses and aliasing resolved.
///
/// Immutable; may run in several threads at once.
public struct Plan: Sendable {
  /// The mode it computes.
  public let mode: Mode
  /// The graph that it runs: what is needed, in the model's order.
  public let graph: Graph
  /// The number of nodes of the whole trace that do not run.
  public internal(set) var prunedCount: Int
  /// The keys of the results, in the order in which they were asked for.
  public let keys: [String]
  /// For each key, the name of the node or module whose value it is.
  public let nodes: [String]
  /// For each key, the nodes of whose values the result is made.
  public let valueNodes: [[NodeID]]
  /// For each key, a request that means the same without globs and prefixes.
  public let requests: [ReturnRequest]
  /// For each key, what the request means in the trace.
  let resolved: [ResolvedRequest]
  /// The arguments of `forward` that the plan reads.
  public let arguments: [Placeholder]
  /// What is to be known about the plan, such as random numbers that come out differently.
  public internal(set) var notes: [String]

  package let program: Program
  /// What the program was compiled from, for writing it in another form.
  let recipe: Recipe
  let steps: [[Projection]]
  /// For each key, the structure of the value where it has names; nil for any other.
  let structures: [Argument?]
  /// For each protected value, the key that asked for it first.
  let protectedKeys: [String]
  /// For each key, the names of the nodes that run after its value is there and may write over it.
  let overwriters: [[String]]
  /// Nodes of the instructions, by origin.
  package let origins: [Node]

  /// The number of nodes that run.
  public var keptCount: Int { graph.count }

  /// The number of instructions.
  public var instructionCount: Int { program.count }
}

/// The instructions of a plan, and what it returns, before they are compiled.
struct Recipe: Sendable {
  let instructions: [Program.Instruction]
  let protected: [Program.Protected]
  let results: [(operand: Program.Operand, protected: Int?)]
}
