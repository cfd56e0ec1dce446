internal import XylemGraph

extension FindingBuilder {
  /// Findings about nodes that look the same and may not be: layers that know the mode, effects, leaves, regions, and modules
  /// that keep a mode of their own.
  mutating func addModes() {
    guard comparesModes else { return }
    addLeaves()
    addEffects()
    addRegions()
    addPinned()
  }

  private func isPinned(_ path: String) -> Bool {
    (train.side.pinnedModules + eval.side.pinnedModules).contains { NormalName.isWithin(path, $0) }
  }

  /// Whether the code of both nodes of a pair can't find out the mode.
  private func isModeFree(_ t: Int) -> Bool {
    train.side.modeFree.contains(train.nodes[t].id) && eval.side.modeFree.contains(eval.nodes[toEval[t]].id)
  }

  // MARK: - Leaves

  private enum LeafMode: Hashable {
    case layer(ModeBehaviour)
    case declared(String)
    case unknown
  }

  /// What a leaf does with the mode; nil for other nodes, and for leaves that do nothing with it.
  private func mode(of operation: Operation) -> LeafMode? {
    if let trait = operation.provider?.mode { return trait == "none" ? nil : .declared(trait) }
    switch operation {
    case .leafModule(let leaf):
      if operation.provider?.replaces == true { return .unknown }
      if let behaviour = ModeBehaviour.ofModule(leaf.type) { return .layer(behaviour) }
      return ModeBehaviour.isKnownPackage(leaf.type) ? nil : .unknown
    case .leafFunction(let function):
      // A function gets the mode by its arguments, which are compared; a method sees its module's.
      if operation.provider?.replaces == true { return .unknown }
      return function.modulePath == nil ? nil : .unknown
    default: return nil
    }
  }

  private mutating func addLeaves() {
    struct Key: Hashable {
      let mode: LeafMode
      let type: String
    }
    var order: [Key] = []
    var places: [Key: [Int]] = [:]
    for t in train.nodes.indices where toEval[t] >= 0 {
      let node = train.nodes[t]
      guard let mode = mode(of: node.operation), !isPinned(node.modulePath) else { continue }
      if mode == .unknown, isModeFree(t) { continue }
      let key = Key(mode: mode, type: node.operation.target)
      if places[key] == nil { order.append(key) }
      places[key, default: []].append(t)
    }
    for key in order {
      guard let nodes = places[key] else { continue }
      switch key.mode {
      case .layer(let behaviour):
        let rule: RuleID =
          switch behaviour.kind {
          case .random: .randomInOneMode
          case .statistics: .stateUpdatedInOneMode
          case .parts: .leafModeDeclared
          }
        addGroup(
          rule, nodes, message: FindingText.layer(behaviour, type: key.type, number: nodes.count),
          cause: behaviour.cause)
      case .declared(let trait):
        addGroup(
          .leafModeDeclared, nodes,
          message: FindingText.declaredMode(key.type, trait: trait, number: nodes.count), cause: "declared")
      case .unknown:
        addGroup(.leafModeUnknown, nodes, message: FindingText.unknownMode(key.type, number: nodes.count))
      }
    }
  }

  /// One finding for paired nodes of one kind, with a member for each where there are several.
  private mutating func addGroup(
    _ rule: RuleID, _ nodes: [Int], message: String, cause: String? = nil, operation: String? = nil
  ) {
    let first = nodes[0]
    let name = operation ?? train.nodes[first].operation.normalName
    let path =
      nodes.count == 1
      ? train.nodes[first].modulePath : NormalName.commonAncestor(nodes.map { train.nodes[$0].modulePath })
    var finding = makeFinding(
      rule, true, first, module: path, edit: "mode", message: message, train: FindingText.line(train, first),
      eval: FindingText.line(eval, toEval[first]), cause: cause, operation: name)
    // A kind of leaf is one thing, however many there are.
    finding.fingerprint = Fingerprint.make(rule, module: "", operation: name, edit: "mode")
    if nodes.count > 1 {
      finding.members = nodes.map { t in
        let node = train.nodes[t]
        return Finding.Member(
          fingerprint: Fingerprint.make(rule, module: node.modulePath, operation: name, edit: "mode"), node: node.name,
          message: FindingText.line(train, t))
      }
    }
    drafts.append(Draft(finding: finding, trainNodes: nodes, evalNodes: nodes.map { toEval[$0] }))
  }

  // MARK: - Effects

  /// Pairs whose effects are known and differ, where no argument explains it.
  private mutating func addEffects() {
    for t in train.nodes.indices where toEval[t] >= 0 && !explained.contains(t) {
      let e = toEval[t]
      guard let a = train.nodes[t].effects, let b = eval.nodes[e].effects, a != b else { continue }
      let node = train.nodes[t]
      let lines = (FindingText.line(train, t), FindingText.line(eval, e))
      if a.usesRandomState != b.usesRandomState {
        let finding = makeFinding(
          .randomInOneMode, true, t, edit: "effect in " + (a.usesRandomState ? "train" : "eval"),
          message: FindingText.random(node.name, side: label(a.usesRandomState)), train: lines.0, eval: lines.1)
        drafts.append(Draft(finding: finding, trainNodes: [t], evalNodes: [e]))
      }
      if a.writesModel != b.writesModel || a.writes != b.writes {
        let writesMore = a.writesModel == b.writesModel ? a.writes.count > b.writes.count : a.writesModel
        let finding = makeFinding(
          .stateUpdatedInOneMode, true, t, edit: "effect in " + (writesMore ? "train" : "eval"),
          message: FindingText.state(node.name, side: label(writesMore)), train: lines.0, eval: lines.1)
        drafts.append(Draft(finding: finding, trainNodes: [t], evalNodes: [e]))
      }
    }
  }

  // MARK: - Regions

  private mutating func addRegions() {
    var order: [String] = []
    var places: [String: [Int]] = [:]
    for t in train.nodes.indices where toEval[t] >= 0 {
      guard case .region(let region) = train.nodes[t].operation, !isModeFree(t) else { continue }
      let name = "region \(region.kind.rawValue) \(NormalName.function(region.code.function))#\(region.code.statement)"
      if places[name] == nil { order.append(name) }
      places[name, default: []].append(t)
    }
    for name in order {
      guard let nodes = places[name], case .region(let region) = train.nodes[nodes[0]].operation else { continue }
      addGroup(
        .controlFlowHidden, nodes,
        message: FindingText.region(region.kind.rawValue, modules: region.hiddenModules.count, number: nodes.count),
        operation: name)
    }
  }

  // MARK: - Modules with a mode of their own

  private mutating func addPinned() {
    let all = Set(train.side.pinnedModules + eval.side.pinnedModules).sorted()
    let topmost = all.filter { path in !all.contains { $0 != path && NormalName.isWithin(path, $0) } }
    var order: [String] = []
    var paths: [String: [String]] = [:]
    for path in topmost {
      let type = train.types[path] ?? eval.types[path] ?? ""
      if paths[type] == nil { order.append(type) }
      paths[type, default: []].append(path)
    }
    for type in order {
      guard let group = paths[type] else { continue }
      addPinned(group, type: type)
    }
  }

  private mutating func addPinned(_ paths: [String], type: String) {
    let rule = RuleID.submoduleModeMixed
    let nodes = train.nodes.indices.filter { t in
      toEval[t] >= 0 && paths.contains { NormalName.isWithin(train.nodes[t].modulePath, $0) }
    }
    let module = paths.count == 1 ? paths[0] : NormalName.commonAncestor(paths)
    let text =
      paths.count == 1
      ? FindingText.pinned(FindingText.module(module, type.isEmpty ? nil : type))
      : FindingText.pinnedTypes(type, number: paths.count)
    let first = nodes.first.map { train.nodes[$0] }
    var finding = Finding(
      rule: rule, level: rule.defaultLevel,
      fingerprint: Fingerprint.make(
        rule, module: paths.count == 1 ? module : "", operation: "module " + type, edit: "mode"),
      module: module, moduleType: type.isEmpty ? nil : type, node: first?.name,
      operation: first?.operation.normalName, location: first?.location, message: text, why: rule.why,
      cause: "mode of its own", remedy: "")
    if paths.count > 1 {
      finding.members = paths.map { path in
        Finding.Member(
          fingerprint: Fingerprint.make(rule, module: path, operation: "module " + type, edit: "mode"), node: path,
          message: FindingText.pinned(FindingText.module(path, type.isEmpty ? nil : type)))
      }
    }
    drafts.append(Draft(finding: finding, trainNodes: nodes, evalNodes: nodes.map { toEval[$0] }))
  }
}
