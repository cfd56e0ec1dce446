internal import XylemErrors
public import XylemGraph
internal import XylemScript
internal import XylemTensor
public import XylemTrace

/// A pruned graph of one mode as a flat list of instructions, with slots, last uses and aliasing resolved.
///
/// Immutable; several threads may run it at once.
public struct Plan: Sendable {
  /// The mode of the plan.
  public let mode: Mode
  /// The graph that it runs: the needed nodes, in the model's order.
  public let graph: Graph
  /// The number of nodes of the whole trace that do not run.
  public internal(set) var prunedCount: Int
  /// The keys of the results, in the order of the requests.
  public let keys: [String]
  /// For each key, the name of the node or module whose value it is.
  public let nodes: [String]
  /// For each key, the nodes whose values make up the result.
  public let valueNodes: [[NodeID]]
  /// For each key, an equivalent request without globs and prefixes.
  public let requests: [ReturnRequest]
  /// For each key, the meaning of the request in the trace.
  let resolved: [ResolvedRequest]
  /// The arguments of `forward` that the plan reads.
  public let arguments: [Placeholder]
  /// Notes about the plan, such as random numbers that differ.
  public internal(set) var notes: [String]

  package let program: Program
  /// The source of the compiled program, for writing it in another format.
  let source: ProgramSource
  let steps: [[Projection]]
  /// For each key, the structure of the value if it has names, otherwise nil.
  let structures: [NodeInput?]
  /// The shapes that the model was traced with, by place: `x`, `images.0`. Empty without known shapes.
  let knownShapes: [String: KnownShape]
  /// For each protected value, the key that requested it first.
  let protectedKeys: [String]
  /// For each key, the names of the nodes that run after its value is computed and may overwrite it.
  let overwriters: [[String]]
  /// The nodes of the instructions, by origin.
  package let origins: [Node]

  /// The number of nodes that run.
  public var keptCount: Int { graph.count }

  /// The number of instructions.
  public var instructionCount: Int { program.count }
}

extension ProgramSource {
  /// The instructions without Swift code that only refuses sizes. Other programs can't run that code, and their operators
  /// refuse most of these sizes too.
  func withoutSizeChecks() -> [Program.Instruction] {
    var checks: Set<Int> = []
    return instructions.filter { instruction in
      if case .host(let function) = instruction.action, function.isSizeCheck {
        checks.formUnion(instruction.results)
        return false
      }
      if case .check = instruction.action, case .slot(let slot)? = instruction.operands.first {
        return !checks.contains(slot)
      }
      return true
    }
  }
}

/// The instructions and results of a plan before compilation.
struct ProgramSource: Sendable {
  let instructions: [Program.Instruction]
  let protected: [Program.Protected]
  let results: [(operand: Program.Operand, protected: Int?)]
}
