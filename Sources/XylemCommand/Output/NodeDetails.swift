internal import XylemErrors
internal import XylemExtract
internal import XylemGraph
internal import XylemReport
internal import XylemTensor
internal import XylemTrace

/// The details of a node that `--long` prints.
struct NodeDetails {
  let name: String
  /// The kind, then the target: `leafModule torch.nn.modules.conv.Conv2d`.
  let operation: String
  let rule: String?
  let location: String?
  /// The plugin that provides a leaf.
  let provider: LeafProvider?
  var shape: [Int]?
  var dtype: String?
  var bytes: Int?
  var multiplyAdds: Int?

  init(_ node: Node) {
    name = node.name
    let target = node.operation.target
    operation = target.isEmpty ? node.operation.kind.rawValue : "\(node.operation.kind.rawValue) \(target)"
    rule = node.rule
    location = node.location?.description
    provider = node.operation.provider
  }

  /// The details of a trace's listed nodes, with shapes if an input shape is given.
  ///
  /// - Throws: the errors of running the model.
  static func all(
    of trace: Trace, model: LoadedModel, inputShape: InputShape?, options: ModelOptions
  ) throws -> [NodeDetails] {
    let listed = trace.nodeNames.compactMap { trace.graph.node(named: $0) }
    guard let inputShape else { return listed.map { NodeDetails($0) } }
    let shapes = try ShapeProbe(model: model, trace: trace, options: options).run(inputShape)
    var sizes: [String: [Int]] = [:]
    for entry in model.model.tensors { sizes[entry.key] = try entry.tensor.sizes }
    let counter = MultiplyAdds(sizes: sizes, graph: trace.graph, shapes: shapes)
    return listed.map { node in
      var details = NodeDetails(node)
      guard let found = shapes[node.id] else { return details }
      details.shape = found.shape
      details.dtype = found.dtype
      details.bytes = found.bytes
      let count = counter.count(of: node)
      details.multiplyAdds = count > 0 ? count : nil
      return details
    }
  }

  /// The details as JSON, with shapes if they are known.
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "name": .string(name), "operation": .string(operation), "rule": .optional(rule), "location": .optional(location),
    ]
    if let provider {
      members["plugin"] = .object([
        "id": .string(provider.plugin), "digest": .string(provider.digest), "leaf": .string(provider.leaf),
        "replaces": .bool(provider.replaces), "signature": .optional(provider.tier),
        "mode": .optional(provider.mode?.rawValue),
      ])
    }
    if let shape { members["shape"] = .array(shape.map { .int($0) }) }
    if let dtype { members["dtype"] = .string(dtype) }
    if let bytes { members["bytes"] = .int(bytes) }
    if shape != nil { members["multiplyAdds"] = .int(multiplyAdds ?? 0) }
    return .object(members)
  }
}
