internal import OrderedCollections
internal import XylemGraph

extension FindingBuilder {
  /// The difference between a leaf's two modes.
  private enum LeafMode: Hashable {
    /// It draws random numbers in one mode.
    case draws(ModeDifference)
    /// It writes state in one mode.
    case writes(ModeDifference)
    /// It computes something else in one mode.
    case computes(ModeDifference)
    /// The model's own code, which was read and differs between the modes.
    case read
    /// A layer that runs a fused kernel in eval mode and gets masks, which that kernel may interpret differently.
    case fused
    /// A layer of a type that usually depends on the mode; its code was not read.
    case layer(ModeBehaviour)
    /// As the plugin declares.
    case declared(ModeTrait)
    case unknown
  }

  /// Findings about leaves that differ between the modes, or for which this is unknown.
  mutating func addLeaves() {
    struct Key: Hashable {
      let mode: LeafMode
      let operation: String
    }
    var places: OrderedDictionary<Key, [Int]> = [:]
    for t in train.nodes.indices where toEval[t] >= 0 {
      for mode in modes(t) {
        let key = Key(mode: mode, operation: train.nodes[t].operation.normalName)
        places[key, default: []].append(t)
      }
    }
    for (key, nodes) in places {
      add(key.mode, nodes, type: train.nodes[nodes[0]].operation.typeName)
    }
  }

  private mutating func add(_ mode: LeafMode, _ nodes: [Int], type: String) {
    func text(_ difference: ModeDifference) -> String {
      FindingText.layer(difference, type: type, number: nodes.count, labels: labels)
    }
    switch mode {
    case .draws(let difference):
      addGroup(.randomInOneMode, nodes, message: text(difference), cause: difference.cause)
    case .writes(let difference):
      addGroup(.stateUpdatedInOneMode, nodes, message: text(difference), cause: difference.cause)
    case .computes(let difference):
      addGroup(
        .leafModeDeclared, nodes, message: text(difference), why: FindingText.whyRead, cause: difference.cause)
    case .read:
      addGroup(
        .leafModeUnknown, nodes,
        message: FindingText.readMode(type, number: nodes.count, does: differences(nodes)), why: FindingText.whyRead)
    case .fused:
      addGroup(
        .leafModeUnknown, nodes, message: FindingText.readMode(type, number: nodes.count, does: []),
        why: FindingText.whyFused)
    case .layer(let behaviour):
      let rule: RuleID =
        switch behaviour.kind {
        case .random: .randomInOneMode
        case .statistics: .stateUpdatedInOneMode
        case .parts: .leafModeDeclared
        }
      addGroup(
        rule, nodes, message: FindingText.usualLayer(behaviour, type: type, number: nodes.count),
        why: FindingText.whyUsual, cause: behaviour.cause)
    case .declared(let trait):
      addGroup(
        .leafModeDeclared, nodes, message: FindingText.declaredMode(type, trait: trait, number: nodes.count),
        cause: .declared)
    case .unknown:
      addGroup(.leafModeUnknown, nodes, message: FindingText.unknownMode(type, number: nodes.count))
    }
  }

  private func isPinned(_ path: String) -> Bool {
    (train.side.pinnedModules + eval.side.pinnedModules).contains { NormalName.isWithin(path, $0) }
  }

  /// The differences between the modes of a pair of leaves. Empty for other nodes, and for leaves that do the same in
  /// both.
  private func modes(_ t: Int) -> [LeafMode] {
    let operation = train.nodes[t].operation
    if let trait = operation.provider?.mode {
      return trait == .none || isPinned(train.nodes[t].modulePath) ? [] : [.declared(trait)]
    }
    let type: String
    switch operation {
    case .leafModule(let leaf): type = leaf.type
    // A function gets the mode through its arguments, which are compared; a method reads its module's mode.
    case .leafFunction(let function): if function.modulePath == nil { return [] } else { type = function.name }
    default: return []
    }
    if operation.provider?.replaces != true, let same = doTheSame(t), let (a, b) = behaviours(t) {
      if same { return [] }
      guard ModeBehaviour.isKnownPackage(type) else { return [.read] }
      let found = differences(a, b, type)
      return found.isEmpty && isGivenMasks(train.nodes[t], type) ? [.fused] : found
    }
    if isPinned(train.nodes[t].modulePath) { return [] }
    if operation.provider?.replaces == true { return isModeFree(t) ? [] : [.unknown] }
    if case .leafModule = operation {
      if let behaviour = ModeBehaviour.ofModule(type) { return [.layer(behaviour)] }
      if ModeBehaviour.isKnownPackage(type) { return [] }
    }
    return isModeFree(t) ? [] : [.unknown]
  }

  /// Whether a layer with a fused kernel for eval mode gets a mask. Without one, both code paths compute the same.
  private func isGivenMasks(_ node: Node, _ type: String) -> Bool {
    guard let first = ModeBehaviour.firstMask(ofFused: type) else { return false }
    return node.inputs.dropFirst(first).contains { $0.node != nil }
  }

  /// The differences between the modes in the code of a known layer. Other operators with the same values are not a
  /// difference.
  private func differences(_ a: NodeBehaviour, _ b: NodeBehaviour, _ type: String) -> [LeafMode] {
    var found: [LeafMode] = []
    if a.draws.isEmpty != b.draws.isEmpty {
      let isTrain = b.draws.isEmpty
      let cause = Finding.Cause.ofDraws(a.draws + b.draws, type: type)
      found.append(.draws(ModeDifference(.draws, cause, isTrain: isTrain, restPasses: (isTrain ? b : a).passesInput)))
    }
    if a.writes.isEmpty != b.writes.isEmpty {
      let isTrain = b.writes.isEmpty
      let cause = Finding.Cause.ofWrites(a.writers + b.writers, type: type)
      let (own, other) = isTrain ? (a, b) : (b, a)
      let kind: ModeDifference.Kind = own.updatesStatistics ? .updates : .writes
      found.append(.writes(ModeDifference(kind, cause, isTrain: isTrain, restUses: other.usesStatistics)))
    }
    if !found.isEmpty { return found }
    if a.dropsAll != b.dropsAll {
      let cause = Finding.Cause.ofDraws([], type: type)
      return [
        .computes(ModeDifference(.drops, cause, isTrain: a.dropsAll, restPasses: (a.dropsAll ? b : a).passesInput))
      ]
    }
    guard a.usesStatistics != b.usesStatistics else { return [] }
    return [.computes(ModeDifference(.uses, Finding.Cause.ofWrites([], type: type), isTrain: a.usesStatistics))]
  }

  /// What nodes do in one mode only, for the model's own code.
  func differences(_ nodes: [Int]) -> [ModeDifference] {
    var found: [ModeDifference] = []
    for t in nodes {
      guard let (a, b) = behaviours(t) else { continue }
      if a.draws.isEmpty != b.draws.isEmpty {
        let isTrain = b.draws.isEmpty
        found.append(ModeDifference(.draws, Finding.Cause.ofDraws(a.draws + b.draws, type: ""), isTrain: isTrain))
      }
      if a.writes.isEmpty != b.writes.isEmpty {
        let isTrain = b.writes.isEmpty
        found.append(ModeDifference(.writes, Finding.Cause.ofWrites(a.writers + b.writers, type: ""), isTrain: isTrain))
      }
    }
    var seen: Set<ModeDifference> = []
    return found.filter { seen.insert($0).inserted }
  }

  // MARK: - Groups

  /// One finding for paired nodes of one kind, with a member for each if there are several.
  mutating func addGroup(
    _ rule: RuleID, _ nodes: [Int], message: String, why: String? = nil, cause: Finding.Cause? = nil,
    operation: String? = nil
  ) {
    let places = nodes.map { (train: Optional($0), eval: Optional(toEval[$0])) }
    addGroup(rule, places, message: message, why: why, cause: cause, operation: operation)
  }

  /// One finding for nodes of one kind, some of which one side may lack.
  ///
  /// - Parameters:
  ///   - why: nil for the rule's own reason.
  ///   - level: nil for the level of the rule and the cause.
  mutating func addGroup(
    _ rule: RuleID, _ places: [(train: Int?, eval: Int?)], message: String, why: String? = nil,
    cause: Finding.Cause? = nil,
    level: Finding.Level? = nil, operation: String? = nil
  ) {
    func node(_ place: (train: Int?, eval: Int?)) -> Node? {
      place.train.map { train.nodes[$0] } ?? place.eval.map { eval.nodes[$0] }
    }
    guard let first = places.first, let firstNode = node(first), let position = first.train ?? first.eval else {
      return
    }
    let name = operation ?? firstNode.operation.normalName
    let paths = places.compactMap { node($0)?.modulePath }
    var lines: (train: String?, eval: String?) = (
      first.train.map { FindingText.line(train, $0) }, first.eval.map { FindingText.line(eval, $0) }
    )
    if let t = first.train, let e = first.eval { lines = self.lines(t, e) }
    var finding = makeFinding(
      rule, first.train != nil, position, module: NormalName.commonAncestor(paths), edit: "mode", message: message,
      train: lines.train, eval: lines.eval, cause: cause, operation: name)
    if let why { finding.why = why }
    if let level { finding.level = level }
    // A kind of leaf is one difference, however many leaves there are.
    finding.fingerprint = Fingerprint.make(rule, module: "", operation: name, edit: "mode")
    if places.count > 1 {
      finding.members = places.compactMap { place in
        guard let node = node(place) else { return nil }
        let line =
          place.train.map { FindingText.line(train, $0) } ?? place.eval.map { FindingText.line(eval, $0) } ?? ""
        return Finding.Member(
          fingerprint: Fingerprint.make(rule, module: node.modulePath, operation: name, edit: "mode"), node: node.name,
          message: line)
      }
    }
    drafts.append(
      FindingDraft(
        finding: finding, trainNodes: places.compactMap(\.train), evalNodes: places.compactMap(\.eval)))
  }
}

extension Operation {
  /// The type of a leaf, or the name of a function.
  var typeName: String {
    switch self {
    case .leafModule(let leaf): leaf.type
    case .leafFunction(let function): function.name
    default: target
    }
  }
}
