import XylemGraph

extension Graph {
  /// `x -> relu -> output`, ids 0 to 2.
  static func chain() -> Graph {
    var graph = Graph()
    let x = graph.append(.placeholder(Placeholder(name: "x", position: 0)), name: "x", inputs: [])
    let relu = graph.append(.operator(name: "aten::relu"), name: "relu", inputs: [.node(x)])
    graph.append(.output, name: "output", inputs: [.node(relu)])
    return graph
  }

  /// One node for every operation, with every kind of argument among them.
  static func everything() -> Graph {
    var graph = Graph()
    let x = graph.append(.placeholder(Placeholder(name: "x", position: 0)), name: "x", inputs: [])
    graph.append(
      .placeholder(Placeholder(name: "mask", defaultValue: NodeInput.none, position: 1)), name: "mask", inputs: [],
      type: "Optional[Tensor]")
    let weight = graph.append(
      .attribute(path: "stem.weight"), name: "stem.weight", inputs: [], modulePath: "stem",
      effects: Effects(aliasesModel: true))
    let stem = graph.append(
      .leafModule(LeafModule(path: "stem", type: "torch.nn.modules.conv.Conv2d")), name: "stem", inputs: [.node(x)],
      modulePath: "stem", location: SourceLocation(file: "net.py", line: 12), rule: "torch.nn.modules.conv.Conv2d")
    let add = graph.append(
      .operator(name: "aten::add_.Tensor"), name: "layer1.0.add", inputs: [.node(stem), .node(weight), .float(-0.0)],
      modulePath: "layer1.0", effects: Effects(writes: [0], aliases: [0]),
      location: SourceLocation(file: "net.py", line: 20))
    let item = graph.append(
      .getItem, name: "layer1.0.getitem",
      inputs: [.node(add), .list([.int(0), .none, .tuple([.int(1), .none, .int(2)], names: nil)])],
      modulePath: "layer1.0", effects: Effects(aliases: [0]), isListed: false)
    let field = graph.append(.getField(name: "logits"), name: "getattr", inputs: [.node(item)])
    let function = graph.append(
      .leafFunction(
        LeafFunction(
          name: "torch.nn.functional.softmax", qualifiedName: "__torch__.torch.nn.functional.softmax",
          modulePath: "head")), name: "head.softmax",
      inputs: [.node(field)] + NodeInput.samples, modulePath: "head", effects: nil, rule: "torch.nn.functional.*")
    let region = graph.append(
      .region(
        Region(
          kind: .loop, code: CodeReference(function: "__torch__.Net.forward", statement: 7), captures: ["x", "xs"],
          resultCount: 1, changedCaptures: [1], hiddenModules: ["layer2"])), name: "loop",
      inputs: [.node(function), .list([.node(x), .node(x)])], effects: .unknown(inputs: 2),
      type: "Tuple[Tensor, List[Tensor]]")
    graph.append(
      .guard(Guard(expected: true, message: "expected 4D input (got {0}D input)")), name: "guard",
      inputs: [.node(region)], effects: Effects.none)
    graph.append(
      .setAttribute(path: "steps"), name: "setattr", inputs: [.node(add)], effects: Effects(writesModel: true))
    graph.append(.output, name: "output", inputs: [.tuple([.node(region), .node(stem)], names: ["out", "aux"])])
    graph.appendCall(ModuleCall(path: "stem", type: "Conv2d", ordinal: 0, result: .node(stem), isLeaf: true))
    graph.appendCall(
      ModuleCall(path: "layer1.0", type: "Block", ordinal: 0, result: .list([.node(item), .none]), isLeaf: false))
    graph.appendCall(ModuleCall(path: "silent", type: "Silent", ordinal: 0, result: .none, isLeaf: false))
    return graph
  }
}

extension NodeInput {
  /// Every kind of argument but nodes, with the values that are hard to keep.
  static let samples: [NodeInput] = [
    .none, .bool(true), .bool(false), .int(0), .int(.max), .int(.min), .float(0), .float(-0.0), .float(0.1), .float(1),
    .float(.infinity), .float(-.infinity), .float(.nan), .float(.greatestFiniteMagnitude),
    .float(.leastNonzeroMagnitude),
    .float(1e16), .float(9_007_199_254_740_991), .complex(0.5, -0.0), .complex(.nan, .infinity), .string(""),
    .string("it's \"\\\n\u{0}\u{202E} 层 👩‍👩‍👧"), .string("nan"), .device("cpu"), .device("cuda:1"), .list([]),
    .list([.list([.none])]),
    .tuple([], names: nil), .tuple([.int(1)], names: nil), .tuple([.int(1), .none], names: ["x", "y"]),
    .tuple([], names: []), .dictionary([]),
    .dictionary([
      Entry(key: .string("node"), value: .int(1)), Entry(key: .int(2), value: .none),
      Entry(key: .bool(true), value: .dictionary([])),
    ]), .module(""), .module("encoder.0"), .constant(CodeReference(function: "__torch__.f", statement: 3)),
  ]
}
