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
  /// Nil if the model did not run, and for a node that has none.
  var multiplyAdds: Int?
  /// What the node ran whose multiply-adds are not known: operators, or a plugin, as in `plugin org.example.norm`.
  var uncounted: [String] = []

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
    let run = try ShapeProbe(model: model, trace: trace, options: options).run(inputShape)
    return listed.map { node in
      var details = NodeDetails(node)
      if let count = run.counts[node.id] {
        details.multiplyAdds = count.multiplyAdds > 0 ? count.multiplyAdds : nil
        details.uncounted = count.uncounted
      }
      // Only the plugin knows what its code computes.
      if let provider = details.provider, provider.replaces { details.uncounted.append("plugin \(provider.plugin)") }
      if let found = run.tensors[node.id] {
        details.shape = found.shape
        details.dtype = found.dtype
        details.bytes = found.bytes
      }
      return details
    }
  }

  /// A sentence on the nodes whose multiply-adds are not known. Nil if all are.
  static func warning(on details: [NodeDetails]) -> String? {
    let open = details.filter { !$0.uncounted.isEmpty }
    guard !open.isEmpty else { return nil }
    let named = open.prefix(3).map { "\($0.name) (\($0.uncounted.joined(separator: ", ")))" }.joined(separator: ", ")
    return "multiply-adds are not counted within \(named)" + (open.count > 3 ? " and \(open.count - 3) more" : "")
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
    if shape != nil || multiplyAdds != nil { members["multiplyAdds"] = .int(multiplyAdds ?? 0) }
    if !uncounted.isEmpty { members["uncounted"] = .strings(uncounted) }
    return .object(members)
  }
}
