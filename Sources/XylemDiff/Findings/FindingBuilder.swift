internal import XylemGraph

/// Turns an alignment into findings, one for each cause.
struct FindingBuilder {
  let train: IndexedSide
  let eval: IndexedSide
  let toEval: [Int]
  let toTrain: [Int]
  let labels: (String, String)
  let comparison: ArgumentComparison
  /// Whether the sides are the two modes of one model.
  let comparesModes: Bool
  var drafts: [FindingDraft] = []
  /// For each node of the train trace, how it relates to its counterpart.
  var kinds: [TraceDiff.Row.Kind]
  /// For drafts about a module that is a leaf on one side only, its path.
  var opaquePaths: [Int: String] = [:]
  /// Pairs that have their own finding about arguments.
  var explained: Set<Int> = []

  init(_ train: IndexedSide, _ eval: IndexedSide, toEval: [Int], toTrain: [Int]) {
    self.train = train
    self.eval = eval
    self.toEval = toEval
    self.toTrain = toTrain
    comparison = ArgumentComparison(train: train, eval: eval, toEval: toEval)
    comparesModes = train.side.isTraining != eval.side.isTraining
    let suffix = comparesModes ? " mode" : ""
    labels = (train.side.label + suffix, eval.side.label + suffix)
    kinds = toEval.map { $0 < 0 ? .onlyInTrain : .same }
  }

  mutating func run() {
    addStructure()
    addModes()
  }

  /// Both nodes of a pair as lines of code that show the difference.
  ///
  /// - Parameter argument: the position of the argument that differs. Nil for the first argument whose text differs.
  func lines(_ t: Int, _ e: Int, at argument: Int? = nil) -> (train: String, eval: String) {
    NodeLine.pair(NodeLine(train, t), NodeLine(eval, e), argument: argument)
  }

  func side(_ isTrain: Bool) -> IndexedSide { isTrain ? train : eval }
  func label(_ isTrain: Bool) -> String { isTrain ? labels.0 : labels.1 }

  /// The level of a finding with a known cause: by design and explained.
  func level(_ rule: RuleID, cause: Finding.Cause?) -> Finding.Level { cause == nil ? rule.defaultLevel : .info }

  /// A finding about a node, filled from the node.
  func makeFinding(
    _ rule: RuleID, _ isTrain: Bool, _ position: Int, module: String? = nil, edit: String, arguments: [NodeInput] = [],
    message: String, train trainLine: String?, eval evalLine: String?, cause: Finding.Cause? = nil,
    operation: String? = nil
  ) -> Finding {
    let side = side(isTrain)
    let node = side.nodes[position]
    let path = module ?? node.modulePath
    let operationName = operation ?? node.operation.normalName
    return Finding(
      rule: rule, level: level(rule, cause: cause),
      fingerprint: Fingerprint.make(rule, module: path, operation: operationName, edit: edit, arguments: arguments),
      module: path, moduleType: side.types[path], node: node.name, operation: node.operation.normalName,
      location: node.location, message: message, why: rule.why, train: trainLine, eval: evalLine, cause: cause,
      remedy: "")
  }

  /// Joins findings of one rule and one known cause at several places into one, with the places as its members.
  mutating func merge(key: (FindingDraft) -> String?, message: ([FindingDraft]) -> String) {
    var groups: [String: [Int]] = [:]
    for index in drafts.indices {
      if let key = key(drafts[index]) { groups[key, default: []].append(index) }
    }
    var gone: Set<Int> = []
    for (key, indices) in groups where indices.count > 1 {
      var joined = drafts[indices[0]]
      joined.finding.module = NormalName.commonAncestor(indices.map { drafts[$0].finding.module })
      let side = joined.trainNodes.isEmpty ? eval : train
      joined.finding.moduleType = side.types[joined.finding.module]
      joined.finding.fingerprint = Fingerprint.make(
        joined.finding.rule, module: "", operation: key, edit: "everywhere")
      joined.finding.message = message(indices.map { drafts[$0] })
      joined.finding.members = indices.map { index in
        let finding = drafts[index].finding
        return Finding.Member(
          fingerprint: finding.fingerprint, node: finding.node ?? finding.module, message: finding.message)
      }
      joined.trainNodes = indices.flatMap { drafts[$0].trainNodes }.sorted()
      joined.evalNodes = indices.flatMap { drafts[$0].evalNodes }.sorted()
      joined.consequences = indices.flatMap { drafts[$0].consequences }
      drafts[indices[0]] = joined
      gone.formUnion(indices.dropFirst())
    }
    drafts = drafts.indices.filter { !gone.contains($0) }.map { drafts[$0] }
  }
}
