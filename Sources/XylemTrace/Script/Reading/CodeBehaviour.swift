package import XylemGraph

/// What a node does in one mode, as its own code says: of an operator its schema and constants, of a leaf or a region everything that it
/// runs.
package struct CodeBehaviour: Sendable, Hashable {
  /// A hash of everything that it computes and writes, given its arguments. Equal hashes mean equal computations; they are good within
  /// one process.
  package var digest = 0
  /// Operators that draw random numbers on which the result, or what is written, depends, by their short names, each once.
  package var draws: [String] = []
  /// Paths of attributes of the model that it may write.
  package var writtenAttributes: [String] = []
  /// Operators that write attributes or arguments, by their short names, each once; `=` stands for an assignment.
  package var writers: [String] = []
  /// Nodes that it reads and whose values it may write.
  package var writtenNodes: [NodeID] = []
  /// Its effects, as far as nodes and plans know them.
  package var effects = Effects.none
  /// Whether it normalises by statistics that were collected before.
  package var usesStatistics = false
  /// Whether it drops something as a whole.
  package var dropsAll = false
  /// Whether it gives its first argument as it is.
  package var passesInput = false
  /// Whether it sets the random state to a constant.
  package var fixesSeed = false
  /// Those of the attributes that are given constants only, as a flag is that is set once.
  package var flags: [String] = []
  /// Attributes that it gives a value in any case, before it reads them.
  package var scratch: [String] = []
  /// Paths of attributes that it reads, of those that code gives other values.
  package var readAttributes: [String] = []
  /// Whether its value is its first argument, which it writes.
  package var isInPlace = false
  /// Inputs of which it asks the shape or the type alone, by their positions.
  package var formInputs: Set<Int> = []
}
