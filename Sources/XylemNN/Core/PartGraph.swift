package import XylemGraph
package import XylemTensor
package import XylemTrace

/// The graph of a part of a model, for recording it in the trace of a model that holds the part.
package struct PartGraph {
  /// A step into a structured value.
  package enum Step {
    case index(Int)
    case key(String)
  }

  /// A value that the part returns.
  package struct Result {
    package let key: String
    package let value: NodeInput
    package let steps: [Step]
    /// The node after which the value is read. Nil for the nodes of the value themselves.
    package let moment: NodeID?
    /// Whether a later node may overwrite it.
    package let isOverwritten: Bool

    package init(key: String, value: NodeInput, steps: [Step], moment: NodeID?, isOverwritten: Bool) {
      (self.key, self.value, self.steps) = (key, value, steps)
      (self.moment, self.isOverwritten) = (moment, isOverwritten)
    }
  }

  /// The trace of the whole model, which names the nodes.
  package let trace: Trace
  /// The nodes that the part needs, with their effects.
  package let graph: Graph
  /// The arguments by their nodes.
  package let inputs: [NodeID: Value]
  package let results: [Result]

  package init(trace: Trace, graph: Graph, inputs: [NodeID: Value], results: [Result]) {
    (self.trace, self.graph, self.inputs, self.results) = (trace, graph, inputs, results)
  }
}
