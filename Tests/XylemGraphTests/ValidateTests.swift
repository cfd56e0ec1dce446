import Testing
import XylemGraph
import XylemTestSupport

@Suite struct ValidateTests {
  private static let (x, relu, output) = (NodeID(0), NodeID(1), NodeID(2))

  /// A graph with a fault in it, made behind the back of the edits, and what validation says to it.
  struct Case: CustomTestStringConvertible, Sendable {
    let fault: GraphFault
    let text: String
    let make: @Sendable () -> Graph

    init(_ fault: GraphFault, _ text: String, _ edit: @escaping @Sendable (inout Graph) -> Void) {
      self.fault = fault
      self.text = text
      make = {
        var graph = Graph.chain()
        edit(&graph)
        return graph
      }
    }

    var testDescription: String { text }
  }

  @Test func `graphs made by edits have no faults`() {
    #expect(Graph().validate() == [])
    #expect(Graph.chain().validate() == [])
    #expect(Graph.everything().validate() == [])
    for seed in 0..<200 {
      var random = SplitMix64(seed: UInt64(seed))
      #expect(random.makeGraph().validate() == [], "seed \(seed)")
    }
  }

  @Test(arguments: nameCases + orderCases + inputCases + operationCases + shapeCases + callCases)
  func `a fault is found, alone, and described`(example: Case) {
    let faults = example.make().validate()
    #expect(faults == [example.fault])
    #expect(faults.map(\.description) == [example.text])
  }

  @Test func `every fault is reported and not the first`() {
    var graph = Graph.chain()
    graph.storage[0]?.effects = Effects(writes: [0, 4], aliases: [-1])
    graph.append(.getItem, name: "late", inputs: [])
    graph.appendCall(ModuleCall(path: "m", type: "M", ordinal: -1, result: .node(NodeID(9)), isLeaf: false))
    #expect(
      graph.validate().map(\.description) == [
        "x (%0): it writes input 0 but has no inputs", "x (%0): it writes input 4 but has no inputs",
        "x (%0): it aliases input -1 but has no inputs", "late (%3): the operation takes 2 inputs, not 0",
        "output (%2): the output is not the last node", "call m#-1: the ordinal is out of range",
        "call m#-1: it returned %9, which is not in the graph",
      ])
  }

  @Test func `long lists of faults and of nodes are only shortened in the text`() {
    var graph = Graph.chain()
    for index in 0..<12 { graph.append(.output, name: "o\(index)", inputs: [.none]) }
    #expect(
      graph.validate().map(\.description) == [
        "the graph has 13 outputs: %2, %3, %4, %5, %6, %7, %8, %9 and 5 more"
      ])
  }

  // MARK: One case for each fault

  private static let nameCases = [
    Case(.init(.node(relu, name: ""), .emptyName), "%1: the name is empty") {
      $0.storage[1]?.name = ""
      $0.idsByName["relu"] = nil
      $0.idsByName[""] = relu
    },
    Case(
      .init(.graph, .duplicateName("relu", nodes: [relu, output])), "2 nodes are named 'relu': %1, %2"
    ) {
      $0.storage[2]?.name = "relu"
      $0.idsByName["output"] = nil
    },
    Case(.init(.node(relu, name: "relu"), .unindexedName), "relu (%1): looking up the name does not find the node") {
      $0.idsByName["relu"] = nil
    },
    Case(.init(.graph, .staleName("gone")), "looking up 'gone' finds a node with a different name") {
      $0.idsByName["gone"] = relu
    },
    Case(.init(.node(relu, name: "relu"), .misplacedID(NodeID(7))), "relu (%1): the node's own id is %7") {
      let node = $0[relu]
      $0.storage[1] = Node(
        id: NodeID(7), name: node.name, operation: node.operation, inputs: node.inputs, modulePath: "", effects: nil,
        type: "", location: nil, rule: nil, isListed: true)
    },
  ]

  private static let orderCases = [
    Case(.init(.node(NodeID(9), name: ""), .missingNode), "%9: the order contains a node that is not in the graph") {
      $0.order.insert(NodeID(9), at: 0)
    },
    Case(.init(.node(relu, name: "relu"), .unorderedNode), "relu (%1): the order omits the node") {
      $0.order.remove(at: 1)
    },
    Case(.init(.node(relu, name: "relu"), .repeatedNode), "relu (%1): the order contains the node more than once") {
      $0.order.insert(contentsOf: [relu, relu], at: 1)
    },
  ]

  private static let inputCases = [
    Case(
      .init(.node(relu, name: "relu"), .unknownInput(NodeID(9), position: 1)),
      "relu (%1): input 1 reads %9, which is not in the graph"
    ) { $0.storage[1]?.inputs.append(.list([.node(NodeID(9))])) },
    Case(
      .init(.node(relu, name: "relu"), .laterInput(output, position: 1)),
      "relu (%1): input 1 reads %2, which does not run before it"
    ) {
      $0.storage[1]?.inputs.append(.node(output))
      $0.usersByID[2] = [relu]
    },
    Case(
      .init(.node(relu, name: "relu"), .laterInput(relu, position: 1)),
      "relu (%1): input 1 reads %1, which does not run before it"
    ) {
      $0.storage[1]?.inputs.append(.node(relu))
      $0.usersByID[1].append(relu)
    },
    Case(
      .init(.node(x, name: "x"), .users(found: [relu, relu], expected: [relu])),
      "x (%0): its users are %1, but %1, %1 are recorded"
    ) { $0.usersByID[0].append(relu) },
    Case(
      .init(.node(NodeID(3), name: ""), .users(found: [relu], expected: [])),
      "%3: its users are none, but %1 are recorded"
    ) { $0.usersByID.append([relu]) },
    Case(
      .init(.node(relu, name: "relu"), .tupleNames(names: 1, elements: 2)),
      "relu (%1): a tuple of 2 elements has 1 names"
    ) { $0.setInputs(of: relu, to: [.node(x), .list([.tuple([.none, .none], names: ["a"])])]) },
    Case(
      .init(.node(relu, name: "relu"), .effect(.writes, position: 1, inputs: 1)),
      "relu (%1): it writes input 1 but has 1 input"
    ) { $0.setEffects(of: relu, to: Effects(writes: [0, 1])) },
    Case(
      .init(.node(relu, name: "relu"), .effect(.aliases, position: -1, inputs: 1)),
      "relu (%1): it aliases input -1 but has 1 input"
    ) { $0.setEffects(of: relu, to: Effects(aliases: [-1])) },
  ]

  /// Replaces relu by an operation with inputs.
  private static func operation(
    _ operation: Operation, _ inputs: [NodeInput], _ problem: GraphFault.Problem, _ text: String
  ) -> Case {
    Case(.init(.node(relu, name: "relu"), problem), "relu (%1): \(text)") {
      $0.storage[1]?.operation = operation
      $0.setInputs(of: relu, to: inputs)
    }
  }

  private static func region(captures: [String], resultCount: Int = 1, changed: [Int] = []) -> Operation {
    .region(
      Region(
        kind: .if, code: CodeReference(function: "f", statement: 0), captures: captures, resultCount: resultCount,
        changedCaptures: changed))
  }

  private static let operationCases = [
    operation(
      .placeholder(Placeholder(name: "y", position: 1)), [.node(x)], .inputCount(found: 1, expected: 0),
      "the operation takes no inputs, not 1"),
    operation(
      .attribute(path: "w"), [.none, .none], .inputCount(found: 2, expected: 0),
      "the operation takes no inputs, not 2"),
    operation(
      .setAttribute(path: "w"), [], .inputCount(found: 0, expected: 1), "the operation takes 1 input, not 0"),
    operation(
      .getField(name: "f"), [.node(x), .none], .inputCount(found: 2, expected: 1),
      "the operation takes 1 input, not 2"),
    operation(
      .guard(Guard(expected: true, message: "")), [], .inputCount(found: 0, expected: 1),
      "the operation takes 1 input, not 0"),
    operation(
      .getItem, [.node(x)], .inputCount(found: 1, expected: 2), "the operation takes 2 inputs, not 1"),
    operation(
      region(captures: ["a", "b"]), [.node(x)], .captureCount(captures: 2, inputs: 1),
      "the region captures 2 values but has 1 input"),
    operation(
      region(captures: ["a"], changed: [0, 1]), [.node(x)], .changedCapture(position: 1, captures: 1),
      "the region changes capture 1 of 1"),
    operation(
      region(captures: ["a"], changed: [-1]), [.node(x)], .changedCapture(position: -1, captures: 1),
      "the region changes capture -1 of 1"),
    operation(region(captures: [], resultCount: -1), [], .resultCount(-1), "the region returns -1 values"),
    operation(region(captures: [], resultCount: 4097), [], .resultCount(4097), "the region returns 4097 values"),
    operation(
      .placeholder(Placeholder(name: "y", position: -1)), [], .placeholderPosition(-1),
      "the placeholder's position is -1"),
    operation(
      .placeholder(Placeholder(name: "y", position: 65_536)), [], .placeholderPosition(65_536),
      "the placeholder's position is 65536"),
    operation(
      .placeholder(Placeholder(name: "y", defaultValue: .list([.node(x)]), position: 1)), [], .defaultReadsNode(x),
      "the default reads %0"),
    operation(
      .placeholder(Placeholder(name: "y", defaultValue: .tuple([], names: ["a"]), position: 1)), [],
      .tupleNames(names: 1, elements: 0), "a tuple of 0 elements has 1 names"),
  ]

  private static let shapeCases = [
    Case(
      .init(.node(output, name: "output"), .inputCount(found: 0, expected: 1)),
      "output (%2): the operation takes 1 input, not 0"
    ) { $0.setInputs(of: output, to: []) },
    Case(.init(.node(output, name: "output"), .outputNotLast), "output (%2): the output is not the last node") {
      $0.append(.attribute(path: "w"), name: "w", inputs: [])
    },
    Case(.init(.graph, .severalOutputs([output, NodeID(3)])), "the graph has 2 outputs: %2, %3") {
      $0.append(.output, name: "output_1", inputs: [.none])
    },
    Case(
      .init(.node(NodeID(3), name: "y"), .latePlaceholder), "y (%3): the placeholder comes after another operation"
    ) { $0.insert(.placeholder(Placeholder(name: "y", position: 1)), name: "y", inputs: [], before: output) },
    Case(.init(.graph, .repeatedPosition(0, nodes: [NodeID(3), x])), "2 placeholders have position 0: %3, %0") {
      $0.insert(.placeholder(Placeholder(name: "y", position: 0)), name: "y", inputs: [], before: x)
    },
  ]

  private static func call(_ ordinal: Int, _ result: NodeInput = .none) -> ModuleCall {
    ModuleCall(path: "m", type: "M", ordinal: ordinal, result: result, isLeaf: false)
  }

  private static let callCases = [
    Case(
      .init(.call(path: "m", ordinal: 0), .unknownResult(NodeID(9))),
      "call m#0: it returned %9, which is not in the graph"
    ) { $0.appendCall(call(0, .list([.node(NodeID(9))]))) },
    Case(.init(.call(path: "m", ordinal: 0), .repeatedCall(count: 2)), "call m#0: 2 calls have this ordinal") {
      for ordinal in [0, 1, 0] { $0.appendCall(call(ordinal)) }
    },
    Case(.init(.call(path: "m", ordinal: -1), .callOrdinal), "call m#-1: the ordinal is out of range") {
      $0.appendCall(call(-1))
    },
    Case(
      .init(.call(path: "m", ordinal: 1 << 31), .callOrdinal), "call m#2147483648: the ordinal is out of range"
    ) { $0.appendCall(call(1 << 31)) },
    Case(
      .init(.call(path: "m", ordinal: 0), .tupleNames(names: 0, elements: 1)),
      "call m#0: a tuple of 1 elements has 0 names"
    ) { $0.appendCall(call(0, .dictionary([.init(key: .tuple([.none], names: []), value: .none)]))) },
  ]
}
