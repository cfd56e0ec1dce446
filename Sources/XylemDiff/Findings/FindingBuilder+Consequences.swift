internal import XylemGraph

extension FindingBuilder {
  // MARK: - Order and names

  /// Findings for pairs that run in a different order. Attributes are excluded: they are read wherever they are needed
  /// first.
  mutating func addOrder() {
    let pairs = train.nodes.indices.filter {
      toEval[$0] >= 0 && train.nodes[$0].operation.kind != .attribute
    }
    let inOrder = Set(longestRising(pairs.map { toEval[$0] }))
    for (index, t) in pairs.enumerated() where !inOrder.contains(index) {
      if kinds[t] == .same || kinds[t] == .renamed { kinds[t] = .moved }
      let e = toEval[t]
      let node = train.nodes[t]
      let lines = self.lines(t, e)
      let finding = makeFinding(
        .orderDiffers, true, t, edit: "moved", arguments: node.inputs, message: FindingText.moved(node.name),
        train: lines.train, eval: lines.eval)
      drafts.append(FindingDraft(finding: finding, trainNodes: [t], evalNodes: [e]))
    }
  }

  /// Assigns name changes to the preceding cause: a node that one side lacks shifts the numbers of later nodes.
  mutating func foldNames(_ renamed: [Int], clusters: Int) {
    let owners = NameOwners(drafts[..<clusters], self)
    var left: [Int] = []
    for t in renamed {
      let e = toEval[t]
      let node = train.nodes[t]
      guard let owner = owners.owner(of: node, t, e) ?? (clusters > 0 ? 0 : nil) else {
        left.append(t)
        continue
      }
      drafts[owner].consequences.append(
        Finding.Member(
          fingerprint: Fingerprint.make(
            .renumberedOnly, module: node.modulePath, operation: node.operation.normalName, edit: "name"),
          node: node.name, message: FindingText.renamed(node.name, eval.nodes[e].name, labels: labels),
          isConsequence: true))
      drafts[owner].trainNodes.append(t)
      drafts[owner].evalNodes.append(e)
    }
    if !left.isEmpty { addRenumbered(left) }
  }

  private mutating func addRenumbered(_ nodes: [Int]) {
    let path = NormalName.commonAncestor(nodes.map { train.nodes[$0].modulePath })
    var finding = makeFinding(
      .renumberedOnly, true, nodes[0], module: path, edit: "names", message: FindingText.renumbered(nodes.count),
      train: FindingText.line(train, nodes[0]), eval: FindingText.line(eval, toEval[nodes[0]]), operation: "names")
    finding.members = nodes.map { t in
      let node = train.nodes[t]
      return Finding.Member(
        fingerprint: Fingerprint.make(
          .renumberedOnly, module: node.modulePath, operation: node.operation.normalName, edit: "name"),
        node: node.name, message: FindingText.renamed(node.name, eval.nodes[toEval[t]].name, labels: labels))
    }
    drafts.append(FindingDraft(finding: finding, trainNodes: nodes, evalNodes: nodes.map { toEval[$0] }))
  }
}
