internal import XylemGraph
internal import XylemTrace

/// The explanation of a feature: what runs for it, what does not, and what happens to its memory.
public struct FeatureExplanation: Sendable, Hashable {
  /// A node that runs for its effect and not for its value.
  public struct Effect: Sendable, Hashable {
    /// The node.
    public let node: String
    /// The end of a sentence: what the node does, and for which node.
    public let reason: String
  }

  /// The feature's key.
  public let key: String
  /// The node or module whose value it is.
  public let node: String
  /// The position in the model's source. Nil if it is unknown, or if the value is not one node's.
  public let location: String?
  /// The nodes that run for this feature, in order.
  public let ran: [String]
  /// The nodes among these that write, check or set something that the feature depends on.
  public let effects: [Effect]
  /// Nodes of the trace that this feature does not need.
  public let pruned: [String]
  /// The number of operations of the whole trace that do not run for it, including those that a saved extractor has
  /// lost.
  public let prunedCount: Int
  /// Nodes that run later, for any feature, and may overwrite its memory. It is copied right before the first one that
  /// does.
  public let overwriters: [String]
}

extension FeatureExtractor {
  /// Explains each feature of the current mode, in the order of the keys.
  ///
  /// - Throws: the errors of making the extractor.
  public func explanations() throws -> [FeatureExplanation] {
    let plan = plan
    guard let trace = traces[plan.mode] else { preconditionFailure("an extractor has a trace for each plan") }
    let lost = plan.prunedCount + plan.keptCount - (trace.graph.count - (trace.graph.output == nil ? 0 : 1))
    return try zip(plan.requests, plan.overwriters).enumerated().map { index, pair in
      var builder = try PlanBuilder(model: model, trace: trace)
      let single = try builder.build([pair.0])
      let kept = Set(single.graph.nodes.map(\.id))
      let effects = single.graph.nodes.compactMap { node in
        builder.reasons[node.id].map { FeatureExplanation.Effect(node: node.name, reason: $0.text) }
      }
      let pruned = trace.graph.nodes.filter { !kept.contains($0.id) && $0.operation != .output }
      return FeatureExplanation(
        key: plan.keys[index], node: plan.nodes[index],
        location: trace.graph.node(named: plan.nodes[index])?.location.map { String(describing: $0) },
        ran: single.graph.nodes.map(\.name), effects: effects, pruned: pruned.map(\.name),
        prunedCount: pruned.count + max(0, lost), overwriters: pair.1)
    }
  }
}

extension Pruning.Reason {
  fileprivate var text: String {
    switch self {
    case .writes(let reader): "writes memory that \(reader) reads"
    case .writesModel: "writes the state of a module that runs"
    case .checks: "checks an assumption of the trace for a part that runs"
    case .changesContext: "changes state that later nodes depend on, such as the seed or whether gradients are recorded"
    }
  }
}
