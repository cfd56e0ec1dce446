internal import OrderedCollections
internal import XylemGraph

extension FindingBuilder {
  /// Findings about random numbers and state in eval mode: dropout that is never off, statistics that are always
  /// updated.
  mutating func addBothModes() {
    add(.randomInEval) { $0.isDrawUsed && !$0.draws.isEmpty }
    add(.stateUpdatedInEval) { !$0.writes.isEmpty }
  }

  /// A place on the eval side, with its counterpart on the train side.
  private typealias Place = (train: Int?, eval: Int?)

  private mutating func add(_ rule: RuleID, where does: (NodeBehaviour) -> Bool) {
    struct Key: Hashable {
      let operation: String
      let cause: Finding.Cause
      let isInBoth: Bool
    }
    let isSwapped = train.side.isTraining
    let (side, toOther) = isSwapped ? (eval, toTrain) : (train, toEval)
    var places: OrderedDictionary<Key, [Place]> = [:]
    for position in side.nodes.indices {
      let node = side.nodes[position]
      guard let behaviour = side.side.behaviours[node.id], does(behaviour) else { continue }
      let counterpart = toOther[position] >= 0 ? toOther[position] : nil
      let place: Place = isSwapped ? (counterpart, position) : (position, counterpart)
      let other = counterpart.flatMap {
        (isSwapped ? train : eval).side.behaviours[(isSwapped ? train : eval).nodes[$0].id]
      }
      let isInBoth = other.map(does) ?? false
      // Effects of eval mode only have a finding about one mode.
      if !isInBoth, isSaid(rule, place) { continue }
      let type = node.operation.typeName
      let cause: Finding.Cause =
        rule == .randomInEval
        ? .ofDraws(behaviour.draws, type: type) : .ofWrites(behaviour.writers, type: type)
      let key = Key(operation: operation(of: node, rule, behaviour), cause: cause, isInBoth: isInBoth)
      places[key, default: []].append(place)
    }
    for (key, group) in places {
      addGroup(
        rule, group, message: text(rule, group, key.cause, isInBoth: key.isInBoth), cause: key.cause,
        level: key.cause == .cache ? .info : rule.defaultLevel, operation: key.operation)
    }
  }

  /// The key that joins places: the operation, or for state that the model's own code writes, the state.
  private func operation(of node: Node, _ rule: RuleID, _ behaviour: NodeBehaviour) -> String {
    switch node.operation {
    case .operator, .setAttribute:
      rule == .stateUpdatedInEval ? "state " + behaviour.writes.joined(separator: " ") : node.operation.normalName
    default: node.operation.normalName
    }
  }

  /// Whether another finding already reports the effect in one mode.
  private func isSaid(_ rule: RuleID, _ place: Place) -> Bool {
    let said: RuleID = rule == .randomInEval ? .randomInOneMode : .stateUpdatedInOneMode
    return drafts.contains { draft in
      draft.finding.rule == said
        && (place.eval.map(draft.evalNodes.contains) == true || place.train.map(draft.trainNodes.contains) == true)
    }
  }

  private func text(_ rule: RuleID, _ places: [Place], _ cause: Finding.Cause, isInBoth: Bool) -> String {
    let isEvalFirst = !train.side.isTraining
    let nodes = places.compactMap { place in
      isEvalFirst ? place.train.map { train.nodes[$0] } : place.eval.map { eval.nodes[$0] }
    }
    let behaviours = (isEvalFirst ? train : eval).side.behaviours
    let subject = FindingText.subject(nodes, cause: cause)
    let mode = isInBoth ? "both modes" : label(isEvalFirst)
    guard rule == .randomInEval else {
      var paths: [String] = []
      for node in nodes { paths += behaviours[node.id]?.writes.filter { !paths.contains($0) } ?? [] }
      return FindingText.writes(subject, paths, mode: mode)
    }
    return FindingText.draws(subject, mode: mode, flag: flag(of: nodes[0]))
  }

  /// The argument that turns random numbers on, if it is a constant.
  private func flag(of node: Node) -> String? {
    ModeBehaviour.flags(of: node.operation).first { flag in
      node.inputs.indices.contains(flag.position) && node.inputs[flag.position] == .bool(true)
    }?.name
  }
}
