internal import XylemGraph

/// The requested return nodes in each of the two traces.
struct ReturnNodes {
  let train: IndexedSide
  let eval: IndexedSide
  let toEval: [Int]
  let toTrain: [Int]
  let requests: [String: [String]]

  /// Findings for requests that a trace lacks, or that mean different nodes in the two traces.
  func findings() -> [FindingDraft] {
    let left = requests[train.side.label] ?? []
    let right = requests[eval.side.label] ?? []
    var drafts: [FindingDraft] = []
    for request in left {
      if let draft = check(request, isTrain: true, isShared: right.contains(request)) { drafts.append(draft) }
    }
    for request in right where !left.contains(request) {
      if let draft = check(request, isTrain: false, isShared: false) { drafts.append(draft) }
    }
    return drafts
  }

  /// The meaning of each request in both traces.
  func impacts() -> [ReturnImpact] {
    let left = requests[train.side.label] ?? []
    let right = requests[eval.side.label] ?? []
    let onlyRight = right.filter { !left.contains($0) }
    return (left + onlyRight).map { request in
      let (inTrain, inEval) = (left.contains(request), right.contains(request))
      let here = inTrain ? meaning(request, train) : nil
      let there = inEval ? meaning(request, eval) : nil
      var impact = ReturnImpact(request: request, train: shown(here, request, train), eval: shown(there, request, eval))
      impact.trainReturn = impact.train.map { _ in request }
      impact.evalReturn = impact.eval.map { _ in request }
      guard inTrain, inEval else { return impact }
      // One node under two names is returned under one key.
      if let t = here?.position, toEval[t] >= 0, toEval[t] != there?.position {
        let name = eval.nodes[toEval[t]].name
        (impact.eval, impact.evalReturn) = (name, "\(name)=\(key(request))")
      } else if here == nil, let e = there?.position, toTrain[e] >= 0 {
        let name = train.nodes[toTrain[e]].name
        (impact.train, impact.trainReturn) = (name, "\(name)=\(key(request))")
      } else if let t = here?.position, let e = there?.position, toEval[t] != e {
        // The name means a different node in each mode, and neither mode has the other's node.
        (impact.eval, impact.evalReturn) = (nil, nil)
      }
      return impact
    }
  }

  private func shown(_ meaning: Meaning?, _ request: String, _ side: IndexedSide) -> String? {
    switch meaning {
    case .node(let position): side.nodes[position].operation == .output ? "output" : side.nodes[position].name
    case .module: String(bare(request).prefix { $0 != "[" && $0 != "#" })
    case nil: nil
    }
  }

  /// A request without its key.
  private func bare(_ request: String) -> String { KeyedName(request).node }

  /// - Parameter isShared: whether the request applies to both modes.
  private func check(_ request: String, isTrain: Bool, isShared: Bool) -> FindingDraft? {
    let (own, other) = isTrain ? (train, eval) : (eval, train)
    let here = meaning(request, own)
    let there = meaning(request, other)
    guard isShared else {
      // It is requested in one mode only and must exist only there.
      return here == nil ? missing(request, isTrain: isTrain, elsewhere: there) : nil
    }
    switch (here, there) {
    case (nil, nil): return missing(request, isTrain: isTrain, elsewhere: nil)
    case (nil, let place?): return missing(request, isTrain: isTrain, elsewhere: place)
    case (let place?, nil): return missing(request, isTrain: !isTrain, elsewhere: place)
    case (.module?, .module?): return nil
    case (let a?, let b?):
      guard let t = a.position, let e = b.position, toEval[t] != e else { return nil }
      return toEval[t] >= 0 ? renamed(request, t, toEval[t]) : missing(request, isTrain: false, elsewhere: a)
    }
  }

  private enum Meaning {
    case node(Int)
    case module

    var position: Int? { if case .node(let position) = self { position } else { nil } }
  }

  /// The node with this name, the result of a module, or the last node under a prefix.
  private func meaning(_ request: String, _ side: IndexedSide) -> Meaning? {
    let name = String(bare(request).prefix { $0 != "[" && $0 != "#" })
    if let position = side.position(named: name), side.nodes[position].isListed { return .node(position) }
    if side.types[name] != nil { return .module }
    // The result of `forward`, if nothing else has that name.
    if name == "output" { return side.nodes.lastIndex { $0.operation == .output }.map { .node($0) } }
    return side.nodes.lastIndex { $0.name.hasPrefix(name + ".") }.map { .node($0) }
  }

  private func missing(_ request: String, isTrain: Bool, elsewhere: Meaning?) -> FindingDraft {
    let (own, other) = isTrain ? (train, eval) : (eval, train)
    if let place = elsewhere?.position {
      let counterpart = isTrain ? toTrain[place] : toEval[place]
      if counterpart >= 0 {
        return isTrain ? renamed(request, counterpart, place) : renamed(request, place, counterpart)
      }
    }
    let options = isTrain ? ("--eval-return", "--train-return") : ("--train-return", "--eval-return")
    let node = elsewhere?.position.map { other.nodes[$0] }
    let remedy =
      elsewhere == nil
      ? "xylem nodes MODEL --mode both" : "\(options.0) \(request)  # and a different node with \(options.1)"
    let rule = RuleID.returnNodeMissingInMode
    let finding = Finding(
      rule: rule, level: rule.defaultLevel,
      fingerprint: Fingerprint.make(
        rule, module: node?.modulePath ?? "", operation: request, edit: isTrain ? "train" : "eval"),
      module: node?.modulePath ?? "", moduleType: node.flatMap { other.types[$0.modulePath] }, node: request,
      operation: node?.operation.normalName, location: node?.location,
      message: FindingText.missing(request, side: name(own)), why: rule.why,
      train: line(train, isTrain ? nil : elsewhere), eval: line(eval, isTrain ? elsewhere : nil), remedy: remedy)
    return FindingDraft(finding: finding, trainNodes: [], evalNodes: [])
  }

  private func line(_ side: IndexedSide, _ meaning: Meaning?) -> String? {
    meaning?.position.map { FindingText.line(side, $0) }
  }

  private func renamed(_ request: String, _ t: Int, _ e: Int) -> FindingDraft {
    let (a, b) = (train.nodes[t], eval.nodes[e])
    let rule = RuleID.returnNodeRenamed
    let message =
      a.name == request
      ? FindingText.otherName(request, b.name, side: name(eval), other: name(train))
      : FindingText.otherName(request, a.name, side: name(train), other: name(eval))
    let lines = NodeLine.pair(NodeLine(train, t), NodeLine(eval, e))
    let finding = Finding(
      rule: rule, level: rule.defaultLevel,
      fingerprint: Fingerprint.make(rule, module: a.modulePath, operation: a.operation.normalName, edit: request),
      module: a.modulePath, moduleType: train.types[a.modulePath], node: a.name, operation: a.operation.normalName,
      location: a.location, message: message, why: rule.why, train: lines.train,
      eval: lines.eval,
      remedy: "--train-return \(a.name)=\(key(request)) --eval-return \(b.name)=\(key(request))")
    return FindingDraft(finding: finding, trainNodes: [], evalNodes: [])
  }

  private func name(_ side: IndexedSide) -> String {
    train.side.isTraining == eval.side.isTraining ? side.side.label : side.side.label + " mode"
  }

  private func key(_ request: String) -> String { KeyedName(request).key ?? request }
}
