internal import OrderedCollections
internal import XylemGraph

extension FindingBuilder {
  /// Joins the findings about a module that is a leaf on one side, and returns the number of findings that were merged.
  mutating func joinOpaque() -> Int {
    var first: [String: Int] = [:]
    var gone: Set<Int> = []
    for index in opaquePaths.keys.sorted() {
      guard let path = opaquePaths[index] else { continue }
      guard let kept = first[path] else {
        first[path] = index
        continue
      }
      let other = drafts[index]
      drafts[kept].finding.eval = drafts[kept].finding.eval ?? other.finding.eval
      drafts[kept].finding.train = drafts[kept].finding.train ?? other.finding.train
      drafts[kept].trainNodes += other.trainNodes
      drafts[kept].evalNodes += other.evalNodes
      drafts[kept].consequences += other.consequences
      gone.insert(index)
    }
    drafts = drafts.indices.filter { !gone.contains($0) }.map { drafts[$0] }
    return gone.count
  }

  /// Joins the findings about one layer of a known kind that was traced through: the counter that batch norm writes and
  /// the flag that it passes on have one cause.
  mutating func joinLayers() {
    var groups: OrderedDictionary<String, [Int]> = [:]
    var layers: [String: FindingDraft.Layer] = [:]
    for index in drafts.indices {
      guard let layer = layer(of: drafts[index]) else { continue }
      groups[layer.path, default: []].append(index)
      layers[layer.path] = layer
    }
    var gone: Set<Int> = []
    for (path, group) in groups where group.count > 1 {
      guard let layer = layers[path] else { continue }
      drafts[group[0]] = joined(group, layer)
      gone.formUnion(group.dropFirst())
    }
    drafts = drafts.indices.filter { !gone.contains($0) }.map { drafts[$0] }
  }

  /// The layer whose own code a draft with a known cause is about.
  private func layer(of draft: FindingDraft) -> FindingDraft.Layer? {
    guard let cause = draft.finding.cause else { return nil }
    let side = draft.trainNodes.isEmpty ? eval : train
    for path in NormalName.ancestry(draft.finding.module) {
      if let type = side.types[path], let behaviour = ModeBehaviour.ofModule(type) {
        return behaviour.cause == cause && behaviour.kind != .parts
          ? FindingDraft.Layer(path: path, behaviour: behaviour, type: type) : nil
      }
    }
    return nil
  }

  private func joined(_ group: [Int], _ layer: FindingDraft.Layer) -> FindingDraft {
    let main = group.first { drafts[$0].finding.rule == .attributeDiffers } ?? group[0]
    var draft = drafts[main]
    let rule: RuleID = layer.behaviour.kind == .random ? .randomInOneMode : .stateUpdatedInOneMode
    draft.finding.rule = rule
    draft.finding.why = rule.why
    draft.finding.module = layer.path
    draft.finding.moduleType = layer.type
    draft.finding.operation = "module " + layer.type
    draft.finding.fingerprint = Fingerprint.make(
      rule, module: layer.path, operation: "module " + layer.type, edit: "mode")
    draft.trainNodes = group.flatMap { drafts[$0].trainNodes }.sorted()
    draft.evalNodes = group.flatMap { drafts[$0].evalNodes }.sorted()
    var layer = layer
    layer.difference = difference(layer.behaviour, draft)
    draft.layer = layer
    draft.finding.message = text([draft])
    draft.consequences = group.flatMap { index in
      let finding = drafts[index].finding
      let own = Finding.Member(
        fingerprint: finding.fingerprint, node: finding.node ?? finding.module, message: finding.message,
        isConsequence: true)
      return [own] + drafts[index].consequences
    }
    return draft
  }

  /// What the nodes of a layer do in one mode only. Nil if their code was not read or does something else.
  private func difference(_ behaviour: ModeBehaviour, _ draft: FindingDraft) -> ModeDifference? {
    func read(_ side: IndexedSide, _ positions: [Int]) -> [(node: Node, does: NodeBehaviour)] {
      positions.compactMap { position in
        let node = side.nodes[position]
        return side.side.behaviours[node.id].map { (node, $0) }
      }
    }
    let (a, b) = (read(train, draft.trainNodes), read(eval, draft.evalNodes))
    let isRandom = behaviour.kind == .random
    func acts(_ nodes: [(node: Node, does: NodeBehaviour)]) -> Bool {
      nodes.contains { isRandom ? !$0.does.draws.isEmpty : !$0.does.writes.isEmpty }
    }
    guard acts(a) != acts(b) else { return nil }
    let updates = (acts(a) ? a : b).contains(where: \.does.updatesStatistics)
    let rest = (acts(a) ? b : a).filter { !ModeBehaviour.flags(of: $0.node.operation).isEmpty }
    return ModeDifference(
      isRandom ? .draws : updates ? .updates : .writes, behaviour.cause, isTrain: acts(a),
      restPasses: isRandom && !rest.isEmpty && rest.allSatisfy(\.does.passesInput),
      restUses: !isRandom && rest.contains(where: \.does.usesStatistics))
  }

  /// What layers of one type do, for drafts that are about such layers as a whole.
  private func text(_ drafts: [FindingDraft]) -> String {
    guard let layer = drafts[0].layer else { return "" }
    let differences = drafts.compactMap { $0.layer?.difference }
    guard differences.count == drafts.count, let first = differences.first else {
      return FindingText.usualLayer(layer.behaviour, type: layer.type, number: drafts.count)
    }
    let whole = ModeDifference(
      differences.contains { $0.kind == .writes } ? .writes : first.kind, first.cause, isTrain: first.isTrain,
      restPasses: differences.allSatisfy(\.restPasses),
      restUses: differences.allSatisfy(\.restUses))
    return FindingText.layer(whole, type: layer.type, number: drafts.count, labels: labels)
  }

  /// One finding for all places of a known cause, except for auxiliary heads, which have one finding each.
  mutating func mergeKnownCauses() {
    let builder = self
    merge(
      key: { draft in
        guard let cause = draft.finding.cause, cause != .auxiliaryHead, cause != .detector else { return nil }
        let finding = draft.finding
        return "\(finding.rule.rawValue) \(cause) \(finding.moduleType ?? "") \(finding.operation ?? "")"
      },
      message: { drafts in
        if drafts.allSatisfy({ $0.layer != nil }) { return builder.text(drafts) }
        let finding = drafts[0].finding
        guard let cause = finding.cause else { return finding.message }
        return FindingText.places(
          cause, number: drafts.count, such: finding.node ?? "",
          byArgument: finding.rule == .attributeDiffers)
      })
  }
}
