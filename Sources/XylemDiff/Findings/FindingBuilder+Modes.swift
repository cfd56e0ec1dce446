internal import OrderedCollections
internal import XylemGraph

extension FindingBuilder {
  /// Findings about nodes that look equal and may differ: layers that depend on the mode, effects, leaves, regions, and
  /// modules that keep their own mode.
  mutating func addModes() {
    guard comparesModes else { return }
    addLeaves()
    addEffects()
    addRegions()
    addBothModes()
    addPinned()
  }

  /// What both nodes of a pair do, if their code was read.
  func behaviours(_ t: Int) -> (train: NodeBehaviour, eval: NodeBehaviour)? {
    guard toEval[t] >= 0, let a = train.side.behaviours[train.nodes[t].id],
      let b = eval.side.behaviours[eval.nodes[toEval[t]].id]
    else { return nil }
    return (a, b)
  }

  /// Whether both nodes of a pair do the same with their inputs. Nil if their code was not read.
  func doTheSame(_ t: Int) -> Bool? {
    guard let (a, b) = behaviours(t), let first = a.digest, let second = b.digest else { return nil }
    return first == second
  }

  /// Whether both nodes of a pair do the same, or can't read the mode.
  func isModeFree(_ t: Int) -> Bool {
    doTheSame(t)
      ?? (train.side.modeFree.contains(train.nodes[t].id) && eval.side.modeFree.contains(eval.nodes[toEval[t]].id))
  }

  // MARK: - Effects

  /// Pairs with known effects that differ, without an argument that explains it.
  private mutating func addEffects() {
    for t in train.nodes.indices where toEval[t] >= 0 && !explained.contains(t) {
      let e = toEval[t]
      guard let a = train.nodes[t].effects, let b = eval.nodes[e].effects, a != b else { continue }
      let node = train.nodes[t]
      let lines = self.lines(t, e)
      if a.usesRandomState != b.usesRandomState {
        let finding = makeFinding(
          .randomInOneMode, true, t, edit: "effect in " + (a.usesRandomState ? "train" : "eval"),
          message: FindingText.random(node.name, side: label(a.usesRandomState)), train: lines.train, eval: lines.eval)
        drafts.append(FindingDraft(finding: finding, trainNodes: [t], evalNodes: [e]))
      }
      if a.writesModel != b.writesModel || a.writes != b.writes {
        let writesMore = a.writesModel == b.writesModel ? a.writes.count > b.writes.count : a.writesModel
        let finding = makeFinding(
          .stateUpdatedInOneMode, true, t, edit: "effect in " + (writesMore ? "train" : "eval"),
          message: FindingText.state(node.name, side: label(writesMore)), train: lines.train, eval: lines.eval)
        drafts.append(FindingDraft(finding: finding, trainNodes: [t], evalNodes: [e]))
      }
    }
  }

  // MARK: - Regions

  private mutating func addRegions() {
    struct Key: Hashable {
      let name: String
      let isRead: Bool
    }
    var places: OrderedDictionary<Key, [Int]> = [:]
    for t in train.nodes.indices where toEval[t] >= 0 {
      guard case .region(let region) = train.nodes[t].operation, !isModeFree(t) else { continue }
      let key = Key(
        name: "region \(region.kind.rawValue) \(NormalName.function(region.code.function))#\(region.code.statement)",
        isRead: doTheSame(t) != nil)
      places[key, default: []].append(t)
    }
    for (key, nodes) in places {
      guard case .region(let region) = train.nodes[nodes[0]].operation else { continue }
      let text = FindingText.region(
        region.kind.rawValue, modules: region.hiddenModules.count, number: nodes.count,
        does: key.isRead ? differences(nodes) : nil)
      addGroup(
        .controlFlowHidden, nodes, message: text, why: key.isRead ? FindingText.whyRead : nil, operation: key.name)
    }
  }

  // MARK: - Modules with a mode of their own

  private mutating func addPinned() {
    let all = Set(train.side.pinnedModules + eval.side.pinnedModules).sorted()
    let topmost = all.filter { path in !all.contains { $0 != path && NormalName.isWithin(path, $0) } }
    var paths: OrderedDictionary<String, [String]> = [:]
    for path in topmost { paths[train.types[path] ?? eval.types[path] ?? "", default: []].append(path) }
    for (type, group) in paths { addPinned(group, type: type) }
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
      cause: .ownMode, remedy: "")
    if paths.count > 1 {
      finding.members = paths.map { path in
        Finding.Member(
          fingerprint: Fingerprint.make(rule, module: path, operation: "module " + type, edit: "mode"), node: path,
          message: FindingText.pinned(FindingText.module(path, type.isEmpty ? nil : type)))
      }
    }
    drafts.append(FindingDraft(finding: finding, trainNodes: nodes, evalNodes: nodes.map { toEval[$0] }))
  }
}
