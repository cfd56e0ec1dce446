package import XylemGraph

/// What a node does in one mode according to its code: the schema and constants of an operator, or everything that a
/// leaf or a region runs.
package struct CodeBehaviour: Sendable, Hashable {
  /// A hash of everything that it computes and writes, given its arguments. Equal hashes mean equal computations.
  /// Hashes are valid within one process.
  package var digest = 0
  /// Short names of the operators that draw the random numbers on which the result or a write depends, each once.
  package var draws: [String] = []
  /// Paths of attributes of the model that it may write.
  package var writtenAttributes: [String] = []
  /// Short names of the operators that write attributes or arguments, each once; `=` stands for an assignment.
  package var writers: [String] = []
  /// Nodes that it reads and whose values it may write.
  package var writtenNodes: [NodeID] = []
  /// Its effects, as nodes and plans represent them.
  package var effects = Effects.none
  /// Whether it normalises with statistics collected earlier.
  package var usesStatistics = false
  /// Whether it drops a whole value.
  package var dropsAll = false
  /// Whether it returns its first argument unchanged.
  package var passesInput = false
  /// Whether it sets the random state to a constant.
  package var fixesSeed = false
  /// Attributes among these that are only set to constants, such as a flag that is set once.
  package var flags: [String] = []
  /// Attributes that it always sets before reading them.
  package var scratch: [String] = []
  /// Paths of attributes that it reads, among those that code changes.
  package var readAttributes: [String] = []
  /// Whether its value is its first argument, which it writes.
  package var isInPlace = false
  /// Positions of the inputs of which it reads only the shape or the type.
  package var formInputs: Set<Int> = []
}
