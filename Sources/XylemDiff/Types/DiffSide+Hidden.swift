public import XylemGraph

extension DiffSide {
  /// The blind spots of a graph, in the order of the nodes, each module or function of a place once.
  ///
  /// Leaves of `torch.nn`, `torch.nn.functional`, `torchvision` and `math` are not blind spots: their behaviour is
  /// known.
  ///
  /// - Parameters:
  ///   - automatic: modules that became leaves because they could not be traced, with the reasons.
  ///   - modeFree: leaves and regions whose own code was read and can't read the mode.
  public static func hiddenParts(
    of graph: Graph, automatic: [String: String] = [:], modeFree: Set<NodeID> = []
  ) -> [HiddenPart] {
    var parts: [HiddenPart] = []
    var seen: Set<HiddenPart> = []
    for node in graph.nodes {
      guard var part = hiddenPart(node, automatic: automatic) else { continue }
      part.mayReadMode = !modeFree.contains(node.id)
      guard seen.insert(part).inserted else { continue }
      parts.append(part)
    }
    return parts
  }

  /// Why a node can't be inspected. Nil for a node that can, or whose behaviour is known.
  public func hiddenPart(of node: Node) -> HiddenPart? {
    guard var part = Self.hiddenPart(node, automatic: [:]) else { return nil }
    part.mayReadMode = !modeFree.contains(node.id)
    // A leaf that could not be traced is already among the hidden parts, with its reason.
    if part.kind == .leafModule, let known = hidden.first(where: { $0.path == part.path && $0.kind == .automaticLeaf })
    {
      part.kind = known.kind
      part.reason = known.reason
    }
    return part
  }

  private static func hiddenPart(_ node: Node, automatic: [String: String]) -> HiddenPart? {
    let provider = node.operation.provider
    switch node.operation {
    case .leafModule(let leaf):
      if let reason = automatic[leaf.path] {
        return HiddenPart(path: leaf.path, kind: .automaticLeaf, type: leaf.type, mode: provider?.mode, reason: reason)
      }
      if let provider, provider.replaces {
        return HiddenPart(
          path: leaf.path, kind: .plugin, type: leaf.type, mode: provider.mode, reason: "runs in \(provider.plugin)")
      }
      guard !ModeBehaviour.isKnownPackage(leaf.type) else { return nil }
      return HiddenPart(
        path: leaf.path, kind: .leafModule, type: leaf.type, mode: provider?.mode,
        reason: node.rule.map { "a leaf by the rule '\($0)'" })
    case .leafFunction(let function):
      if let provider, provider.replaces {
        return HiddenPart(
          path: node.modulePath, kind: .plugin, type: function.name, mode: provider.mode,
          reason: "runs in \(provider.plugin)")
      }
      guard !ModeBehaviour.isKnownPackage(function.name) else { return nil }
      return HiddenPart(
        path: node.modulePath, kind: .leafFunction, type: function.name, mode: provider?.mode,
        reason: node.rule.map { "a leaf by the rule '\($0)'" })
    case .region(let region):
      return HiddenPart(
        path: node.modulePath, kind: .region, type: region.kind.rawValue,
        reason: "control flow that depends on the input",
        hiddenModules: region.hiddenModules)
    default: return nil
    }
  }
}
