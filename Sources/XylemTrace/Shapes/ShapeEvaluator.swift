package import XylemErrors
package import XylemGraph
package import XylemTensor

/// Finds the sizes, ranks, types and devices of a graph's values while the graph is made, by running its nodes on
/// tensors of known shapes.
///
/// Nodes run in order, and only once a value is asked for: a trace that decides nothing by a shape computes nothing.
/// The elements of tensors are not known: a number that code reads from them is not, nor a shape that depends on them, of
/// which the rank is still known. What the runtime records of the operators tells that.
///
/// The model and the random state are as before after ``finish()``. All values are in memory until then.
package final class ShapeEvaluator {
  /// How much is known about a value that is at hand.
  private enum Knowledge: Int, Comparable {
    /// Its structure, and its tensors' ranks, types and devices: their sizes depend on elements.
    case ranks
    /// All but the elements of tensors.
    case shapes
    /// All.
    case elements

    static func < (a: Knowledge, b: Knowledge) -> Bool { a.rawValue < b.rawValue }
  }

  /// What is known about the value of a node.
  private enum Fact {
    case known(Value, Knowledge)
    case unknown
  }

  private let model: any TracedModel
  private let inputs: [String: Value]
  private unowned let code: any NodeCode
  private var snapshot: ModelSnapshot?
  /// The processor time that nodes have taken so far, in seconds.
  private(set) var seconds = 0.0
  private var facts: [NodeID: Fact] = [:]
  /// What nodes wrote to attributes.
  private var attributes: [String: Fact] = [:]
  /// The nodes that ran, in order.
  private var done: [NodeID] = []
  /// Calls that change how later operators compute.
  private var contexts: [(TensorOperator, [Value])] = []
  /// Nodes whose values are tensors of the model itself.
  private var shared: Set<NodeID> = []
  /// Nodes that wrote their inputs or attributes: they can't be undone.
  private var writers: Set<NodeID> = []

  /// Creates an evaluator for arguments with known shapes. Nil if no argument has one.
  ///
  /// - Parameter code: what runs leaves. The evaluator does not keep it alive.
  /// - Throws: `runtime.not-found`; `trace.shape` if there is not enough memory.
  package init?(_ model: any TracedModel, _ arguments: [ForwardArgument], code: any NodeCode) throws(XylemError) {
    inputs = try Self.inputs(for: arguments)
    guard !inputs.isEmpty else { return nil }
    self.model = model
    self.code = code
  }

  // MARK: - Asking

  /// The value of a node, if the shapes of the inputs decide it. The elements of tensors in it mean nothing.
  ///
  /// - Throws: `trace.shape` if a node up to this one fails on tensors of these shapes.
  package func value(of id: NodeID, in graph: Graph) throws -> Value? {
    if facts[id] == nil { try run(graph, upTo: id) }
    guard case .known(let value, let knowledge)? = facts[id], knowledge >= .shapes else { return nil }
    return value
  }

  /// Forgets the nodes that are no longer in a graph that was rolled back.
  package func forget(after last: NodeID?) {
    let kept = last.map { last in done.prefix { $0.rawValue <= last.rawValue }.count } ?? 0
    let gone = done[kept...]
    guard gone.allSatisfy({ !writers.contains($0) }) else {
      // What they wrote may show in what is kept: all runs again.
      (facts, attributes, done, contexts, writers, shared) = ([:], [:], [], [], [], [])
      return
    }
    for id in gone { facts[id] = nil }
    done.removeSubrange(kept...)
  }

  /// Restores the model and the random state.
  ///
  /// - Throws: the errors of operators.
  package func finish() throws {
    (facts, attributes, done, contexts, writers, shared) = ([:], [:], [], [], [], [])
    try snapshot?.restore()
    snapshot = nil
  }

  // MARK: - Running

  private func run(_ graph: Graph, upTo id: NodeID) throws {
    let start = TraceBudget.processorSeconds()
    defer { seconds += TraceBudget.processorSeconds() - start }
    if snapshot == nil {
      // The weights are made as they would be without this.
      for entry in model.tensors { try entry.tensor.materialize() }
      snapshot = try ModelSnapshot(model, includesParameters: false)
    }
    try Recording.$current.withValue(nil) {
      try TensorRuntime.isolatingContexts {
        try TensorRuntime.withGradients(false) {
          for (op, arguments) in contexts { _ = try op(arguments) }
          for node in graph.nodes where facts[node.id] == nil && node.id.rawValue <= id.rawValue {
            facts[node.id] = try fact(of: node)
            done.append(node.id)
          }
        }
      }
    }
  }

  private func fact(of node: Node) throws -> Fact {
    switch node.operation {
    case .placeholder(let placeholder):
      return inputs[placeholder.name].map { .known($0, .shapes) } ?? .unknown
    case .attribute(let path):
      if let written = attributes[path] { return written }
      // A number that is read when the model runs is state: another one may be there in a call.
      guard let value = code.attribute(at: path), try value.holdsTensorsAlone() else { return .unknown }
      shared.insert(node.id)
      return .known(value, .shapes)
    case .setAttribute(let path):
      writers.insert(node.id)
      attributes[path] = try operands(node).map { .known($0.values[0], $0.knowledge) } ?? .unknown
      return .unknown
    case .guard, .output, .region: return .unknown
    case .operator(let name): return try operatorFact(name, node)
    case .getItem, .getField, .leafModule, .leafFunction:
      guard let (values, knowledge) = try operands(node) else { return .unknown }
      return try recorded(node, values, knowledge) {
        switch node.operation {
        case .getItem: try Subscripts.item(of: values[0], values[1])
        case .getField(let name): try Subscripts.field(name, of: values[0])
        default: try self.code.call(node, values)
        }
      }
    }
  }

  private func operatorFact(_ name: String, _ node: Node) throws -> Fact {
    guard let op = try? TensorOperator(fullName: name) else { return .unknown }
    let facts = OperatorFacts.of(op)
    let effects = facts.effects(of: node.inputs)
    for position in effects?.writes ?? [] { try own(node.inputs[position]) }
    guard case (let values, var knowledge)? = try operands(node), !facts.reachesOutside else { return .unknown }
    if effects?.writes.isEmpty != true { writers.insert(node.id) }
    if effects?.changesContext == true {
      writers.insert(node.id)
      contexts.append((op, values))
      return try op(values).first.map { .known($0, .elements) } ?? .unknown
    }
    if knowledge == .ranks, Self.ofRanks.contains(facts.shortName), values.first?.tensor != nil { knowledge = .shapes }
    return try recorded(node, values, knowledge) {
      let results = try op(values)
      return results.count == 1 ? results[0] : .tuple(results, names: [])
    }
  }

  /// Operators on a tensor whose results do not depend on sizes.
  private static let ofRanks: Set<String> = [
    "dim", "dtype", "device", "layout", "is_floating_point", "is_complex", "is_cuda", "is_sparse", "__is__",
    "__isnot__",
  ]

  /// Gives a node that reads a tensor of the model a copy, since it is going to be written.
  private func own(_ input: NodeInput) throws {
    guard case .node(let id) = input, shared.remove(id) != nil, case .known(let value, let knowledge)? = facts[id]
    else { return }
    facts[id] = .known(try value.cloned(), knowledge)
  }

  /// Runs code while its operators are recorded, which tells whether its result depends on elements.
  private func recorded(
    _ node: Node, _ values: [Value], _ knowledge: Knowledge, _ body: () throws -> Value?
  ) throws -> Fact {
    // What is known is not an input of the recording.
    let capture = try OperatorCapture(
      inputs: knowledge == .elements ? [] : values.filter { $0.literal == nil }, expanded: [])
    capture.enter(section: 0)
    let result: Value?
    do { result = try body() } catch {
      try capture.end()
      let failure =
        error as? XylemError ?? XylemError(.extractExecution, "the model's own code failed", cause: error)
      // An operator without an implementation can be traced, but not run. Other sizes might not fail.
      if failure.id == .runtimeMissingKernel || knowledge == .ranks { return .unknown }
      throw TraceErrors.shapeFailure(at: node, failure)
    }
    try capture.end()
    var flags: OperatorCapture.Flags = []
    for call in capture.nodes { flags.formUnion(call.flags) }
    guard let result else { return .unknown }
    let holdsTensors = try result.holdsTensors()
    if knowledge == .ranks || flags.contains(.depends) || !capture.readingSections.isEmpty {
      return holdsTensors ? .known(result, .ranks) : .unknown
    }
    guard holdsTensors else { return .known(result, .elements) }
    let isLeafModule = if case .leafModule = node.operation { true } else { false }
    let isOfElements = knowledge == .elements && !flags.contains(.random) && !isLeafModule
    return .known(result, isOfElements ? .elements : .shapes)
  }

  // MARK: - Operands

  /// The values of a node's inputs. Nil if one is not known.
  private func operands(_ node: Node) throws -> (values: [Value], knowledge: Knowledge)? {
    var knowledge = Knowledge.elements
    return try operands(node.inputs, &knowledge).map { ($0, knowledge) }
  }

  private func operand(_ input: NodeInput, _ knowledge: inout Knowledge) throws -> Value? {
    switch input {
    case .literal(let literal): return .literal(literal)
    case .node(let id):
      guard case .known(let value, let own)? = facts[id] else { return nil }
      knowledge = min(knowledge, own)
      return value
    case .list(let elements): return try operands(elements, &knowledge).map { .list($0) }
    case .tuple(let elements, let names):
      return try operands(elements, &knowledge).map { .tuple($0, names: names ?? []) }
    case .dictionary(let entries):
      guard let keys = try operands(entries.map(\.key), &knowledge),
        let values = try operands(entries.map(\.value), &knowledge)
      else { return nil }
      return .dictionary(zip(keys, values).map { (key: $0, value: $1) })
    case .constant(let reference): return try code.constant(reference)
    case .module(let path): return code.module(path)
    }
  }

  private func operands(_ inputs: [NodeInput], _ knowledge: inout Knowledge) throws -> [Value]? {
    var values: [Value] = []
    for input in inputs {
      guard let value = try operand(input, &knowledge) else { return nil }
      values.append(value)
    }
    return values
  }
}

extension Value {
  /// Whether it is a tensor, or a list of tensors that has some. Code that keeps state in a list or a dictionary begins
  /// with an empty one.
  fileprivate func holdsTensorsAlone() throws(XylemError) -> Bool {
    switch try unpacked() {
    case .tensor: return true
    case .list(let elements), .tuple(let elements, _):
      for element in elements where try !element.holdsTensorsAlone() { return false }
      return !elements.isEmpty
    default: return false
    }
  }

  /// Whether it is or contains a tensor, or is a value that can't be inspected.
  fileprivate func holdsTensors() throws(XylemError) -> Bool {
    let parts: [Value]
    switch try unpacked() {
    case .literal, .standIn: return false
    case .tensor, .object: return true
    case .list(let elements), .tuple(let elements, _): parts = elements
    case .dictionary(let entries): parts = entries.map(\.value)
    }
    for part in parts where try part.holdsTensors() { return true }
    return false
  }
}
