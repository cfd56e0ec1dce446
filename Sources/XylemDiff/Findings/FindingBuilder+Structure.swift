internal import XylemGraph

extension FindingBuilder {
  /// Findings about nodes of one side, about arguments, and their consequences.
  mutating func addStructure() {
    let counts = CallCounts(train, eval)
    let opaque = CallCounts.opaque(train, eval)
    let left = ClusterSearch.run(
      train, other: eval, isTrain: true, counterpart: toEval, callsMore: counts.more(inTrain: true),
      opaque: opaque)
    let right = ClusterSearch.run(
      eval, other: train, isTrain: false, counterpart: toTrain, callsMore: counts.more(inTrain: false),
      opaque: opaque)
    let offset = left.clusters.count
    for cluster in left.clusters + right.clusters {
      let draft = draft(of: cluster, counts: counts)
      drafts.append(draft)
    }

    var renamed: [Int] = []
    for t in train.nodes.indices where toEval[t] >= 0 {
      let e = toEval[t]
      if train.name[t] != eval.name[e] {
        kinds[t] = .renamed
        renamed.append(t)
      }
      let changes = comparison.changes(t, e)
      if !changes.isEmpty { addChanges(changes, t, e, left.clusterOf, right.clusterOf, offset: offset) }
    }
    addOrder()
    foldNames(renamed, clusters: offset + right.clusters.count)
    addShapes()
    let gone = joinOpaque()
    joinDetector(clusters: offset + right.clusters.count - gone)
    joinLayers()
    mergeKnownCauses()
  }

  // MARK: - Nodes of one side

  private mutating func draft(of cluster: Cluster, counts: CallCounts) -> FindingDraft {
    let side = side(cluster.isTrain)
    let own = cluster.nodes.filter { cluster.isAbout(side.nodes[$0].modulePath) }
    let first = own.first { side.nodes[$0].operation.kind != .attribute } ?? own.first ?? cluster.nodes[0]
    let line = FindingText.line(side, first)
    let (trainLine, evalLine) = cluster.isTrain ? (line, nil) : (nil, line)
    let only: RuleID = cluster.isTrain ? .nodeOnlyInTrain : .nodeOnlyInEval
    let label = label(cluster.isTrain)
    let node = side.nodes[first]
    var finding: Finding
    switch cluster.kind {
    case .module(let path):
      finding = makeFinding(
        only, cluster.isTrain, first, module: path, edit: "module",
        message: FindingText.moduleAlone(
          FindingText.module(path, side.types[path]), cause: cluster.cause, nodes: cluster.nodes.count, side: label),
        train: trainLine, eval: evalLine, cause: cluster.cause, operation: "module " + (side.types[path] ?? ""))
    case .calls(let path):
      let (a, b) = counts.counts(of: path)
      finding = makeFinding(
        .moduleCallCountDiffers, cluster.isTrain, first, module: path, edit: cluster.isTrain ? "more" : "less",
        message: FindingText.calls(FindingText.module(path, side.types[path]), train: a, eval: b, labels: labels),
        train: trainLine, eval: evalLine, operation: "module " + (side.types[path] ?? ""))
    case .opaque(let path):
      let isLeaf = side.nodes[first].operation.kind == .leafModule && node.modulePath == path
      finding = makeFinding(
        .leafModeUnknown, cluster.isTrain, first, module: path,
        edit: "opaque in " + (cluster.isTrain == isLeaf ? "train" : "eval"),
        message: FindingText.opaque(
          FindingText.module(path, side.types[path]), leaf: self.label(cluster.isTrain == isLeaf),
          traced: self.label(cluster.isTrain != isLeaf)),
        train: trainLine, eval: evalLine, operation: "module " + (side.types[path] ?? ""))
    case .known, .flow:
      let rule = cluster.cause == nil ? rule(ofFlow: cluster, only: only) : only
      // The edit of a rule without a side names the side: a node that moves to the other mode is a different
      // difference.
      let edit = rule == only ? "only" : "only in " + (cluster.isTrain ? "train" : "eval")
      finding = makeFinding(
        rule, cluster.isTrain, first, edit: edit, arguments: node.inputs,
        message: FindingText.alone(node.name, rest: cluster.nodes.count - 1, side: label), train: trainLine,
        eval: evalLine, cause: cluster.cause)
    }
    if case .opaque(let path) = cluster.kind { opaquePaths[drafts.count] = path }
    var draft = FindingDraft(
      finding: finding, trainNodes: cluster.isTrain ? cluster.nodes : [],
      evalNodes: cluster.isTrain ? [] : cluster.nodes)
    for position in cluster.nodes where position != first {
      draft.consequences.append(
        consequence(side, position, FindingText.follows(side.nodes[position].name), edit: "only"))
    }
    return draft
  }

  /// The most specific rule for nodes without a known cause.
  private func rule(ofFlow cluster: Cluster, only: RuleID) -> RuleID {
    let nodes = cluster.nodes.map { side(cluster.isTrain).nodes[$0] }
    if nodes.contains(where: { $0.operation.kind == .setAttribute }) { return .stateUpdatedInOneMode }
    let draws = nodes.contains { node in
      node.operation.kind == .operator && node.effects?.usesRandomState == true
    }
    return draws ? .randomInOneMode : only
  }

  private func consequence(_ side: IndexedSide, _ position: Int, _ message: String, edit: String) -> Finding.Member {
    let node = side.nodes[position]
    return Finding.Member(
      fingerprint: Fingerprint.make(
        .inputRewired, module: node.modulePath, operation: node.operation.normalName, edit: edit, arguments: node.inputs
      ),
      node: node.name, message: message, isConsequence: true)
  }

  // MARK: - Arguments

  private mutating func addChanges(
    _ changes: [ArgumentChange], _ t: Int, _ e: Int, _ left: [Int], _ right: [Int], offset: Int
  ) {
    var blamed: Set<Int> = []
    var constants: [ArgumentChange] = []
    var rewired: [(position: Int, train: Int?, eval: Int?)] = []
    for change in changes {
      switch change {
      case .constant: constants.append(change)
      case .input(let position, let a, let b):
        if let a, left[a] >= 0 {
          blamed.insert(left[a])
        } else if let b, right[b] >= 0 {
          blamed.insert(offset + right[b])
        } else {
          rewired.append((position, a, b))
        }
      }
    }
    kinds[t] = constants.isEmpty ? .rewired : .changed
    let isOutput = train.nodes[t].operation.kind == .output
    for index in blamed.sorted() {
      let text = isOutput ? structureText(t, e) : FindingText.consumer(train.nodes[t].name)
      drafts[index].consequences.append(consequence(train, t, text, edit: "reads"))
      drafts[index].trainNodes.append(t)
      drafts[index].evalNodes.append(e)
    }
    if isOutput, blamed.isEmpty, hasOtherStructure(t, e) || !constants.isEmpty { return addOutput(t, e) }
    if !constants.isEmpty && !(isOutput && !blamed.isEmpty) { addConstants(constants, t, e) }
    if !rewired.isEmpty { addRewired(rewired, t, e) }
  }

  private mutating func addConstants(_ changes: [ArgumentChange], _ t: Int, _ e: Int) {
    explained.insert(t)
    // A dropout with a probability of 0 ignores the mode.
    if comparesModes, doTheSame(t) == true {
      let readsTheSame = zip(train.inputs[t], eval.inputs[e]).allSatisfy { toEval[$0] == $1 }
      kinds[t] = !readsTheSame ? .rewired : train.name[t] == eval.name[e] ? .same : .renamed
      return
    }
    let a = train.nodes[t]
    let flag = modeFlag(changes, a.operation)
    var parts: [String] = []
    var edits: [String] = []
    var arguments: [NodeInput] = []
    for case .constant(let place, let position, let old, let new) in changes {
      let name = flag?.position == position ? flag?.name : nil
      parts.append(
        FindingText.attribute(
          a.name, place: name ?? place, train: text(old), eval: text(new), labels: labels))
      edits.append(place)
      arguments += [old ?? .string("nothing"), new ?? .string("nothing")]
    }
    let position = changes.lazy.compactMap(\.position).first
    let lines = self.lines(t, e, at: position)
    // Nodes are all equal here, so these are the constants of both sides.
    arguments += a.inputs
    let message =
      flag.map { FindingText.flag(a.name, behaviour: $0.behaviour, name: $0.name) }
      ?? FindingText.list(parts, separator: "; ")
    let finding = makeFinding(
      .attributeDiffers, true, t, edit: edits.joined(separator: ","), arguments: arguments, message: message,
      train: lines.train, eval: lines.eval, cause: flag?.behaviour.cause)
    drafts.append(FindingDraft(finding: finding, trainNodes: [t], evalNodes: [e]))
  }

  /// The description of an argument for a sentence. A long one is truncated.
  private func text(_ argument: NodeInput?) -> String {
    guard let text = argument?.description else { return "omitted" }
    return text.count > 200 ? "\(text.prefix(200))…" : text
  }

  /// The argument that passes the mode to the operation, if it is the only difference and is on in train mode.
  private func modeFlag(_ changes: [ArgumentChange], _ operation: Operation) -> ModeBehaviour.Flag? {
    guard comparesModes, changes.count == 1, case .constant(_, let position?, let a?, let b?) = changes[0] else {
      return nil
    }
    let (on, off) = train.side.isTraining ? (a, b) : (b, a)
    return ModeBehaviour.flags(of: operation).first { $0.position == position && isOn(on) && isOff(off) }
  }

  private func isOn(_ argument: NodeInput) -> Bool {
    argument == .bool(true) || (argument.literal?.number ?? 0) > 0
  }

  private func isOff(_ argument: NodeInput) -> Bool {
    argument == .bool(false) || argument.literal?.number == 0
  }

  private mutating func addRewired(_ changes: [(position: Int, train: Int?, eval: Int?)], _ t: Int, _ e: Int) {
    let node = train.nodes[t]
    let (old, new) = (changes.map { $0.train.map { train.nodes[$0] } }, changes.map { $0.eval.map { eval.nodes[$0] } })
    let names = (old.map { $0?.name ?? "nothing" }, new.map { $0?.name ?? "nothing" })
    let edit = zip(changes, zip(old, new)).map { change, nodes in
      "\(change.position) \(source(nodes.0)) \(source(nodes.1))"
    }
    let lines = self.lines(t, e, at: changes.first?.position)
    let finding = makeFinding(
      .inputRewired, true, t, edit: edit.joined(separator: ","),
      message: FindingText.rewired(
        node.name, train: FindingText.list(names.0), eval: FindingText.list(names.1), labels: labels),
      train: lines.train, eval: lines.eval)
    drafts.append(FindingDraft(finding: finding, trainNodes: [t], evalNodes: [e]))
    explained.insert(t)
  }

  private func source(_ node: Node?) -> String {
    node.map { $0.modulePath + " " + $0.operation.normalName } ?? "nothing"
  }
}
