internal import XylemGraph

extension FindingBuilder {
  // MARK: - The result

  func hasOtherStructure(_ t: Int, _ e: Int) -> Bool {
    train.shape[t] != eval.shape[e] || structure(train, t) != structure(eval, e)
  }

  func structureText(_ t: Int, _ e: Int) -> String {
    hasOtherStructure(t, e)
      ? FindingText.structure(train: structure(train, t), eval: structure(eval, e), labels: labels)
      : FindingText.consumer("the result")
  }

  /// The type of value that `forward` returns, in words.
  private func structure(_ side: IndexedSide, _ position: Int) -> String {
    side.nodes[position].inputs.first.map { words(side, $0) } ?? "nothing"
  }

  private func words(_ side: IndexedSide, _ argument: NodeInput) -> String {
    switch argument {
    case .node(let id): side.side.graph.contains(id) ? side.side.graph[id].type : "Tensor"
    case .list(let elements): "a list of \(elements.count)"
    case .tuple(let elements, let names):
      "("
        + elements.enumerated().map { index, element in
          (names.flatMap { $0.indices.contains(index) ? $0[index] + ": " : nil } ?? "") + words(side, element)
        }.joined(separator: ", ") + ")"
    case .dictionary(let entries): "{" + entries.map(\.key.description).joined(separator: ", ") + "}"
    default: argument.description
    }
  }

  mutating func addOutput(_ t: Int, _ e: Int) {
    let (a, b) = (structure(train, t), structure(eval, e))
    let lines = self.lines(t, e)
    let finding = makeFinding(
      .outputStructureDiffers, true, t, edit: "structure", arguments: train.nodes[t].inputs + eval.nodes[e].inputs,
      message: FindingText.structure(train: a, eval: b, labels: labels), train: lines.train, eval: lines.eval)
    drafts.append(FindingDraft(finding: finding, trainNodes: [t], evalNodes: [e]))
    explained.insert(t)
  }

  /// Findings for parts of the result whose shapes are known from a run.
  mutating func addShapes() {
    guard !train.side.shapes.isEmpty, !eval.side.shapes.isEmpty else { return }
    for t in train.nodes.indices where train.users[t].contains(where: { train.nodes[$0].operation.kind == .output }) {
      let e = toEval[t]
      guard e >= 0, let a = train.side.shapes[train.nodes[t].id], let b = eval.side.shapes[eval.nodes[e].id], a != b
      else { continue }
      let finding = makeFinding(
        .outputShapeDiffers, true, t, edit: "shape",
        message: FindingText.shape(train.nodes[t].name, train: a, eval: b, labels: labels),
        train: "\(train.nodes[t].name): \(a)", eval: "\(eval.nodes[e].name): \(b)")
      drafts.append(FindingDraft(finding: finding, trainNodes: [t], evalNodes: [e]))
    }
  }

  /// Joins everything that torchvision's detectors do in one mode only into one finding: they return losses or boxes.
  mutating func joinDetector(clusters: Int) {
    let root = train.types[""] ?? eval.types[""] ?? ""
    guard comparesModes, root.hasPrefix("torchvision.models.detection.") else { return }
    let joined = (0..<clusters).filter { index in
      drafts[index].finding.cause == nil && isDetectorCode(drafts[index])
    }
    let outputs = drafts.indices.filter { drafts[$0].finding.rule == .outputStructureDiffers }
    guard let t = train.nodes.indices.last, let e = eval.nodes.indices.last, !joined.isEmpty,
      train.nodes[t].operation.kind == .output, eval.nodes[e].operation.kind == .output,
      givesLosses(train, t) != givesLosses(eval, e), givesLosses(train, t) == train.side.isTraining
    else { return }
    let gone = Set(joined + outputs)
    let lines = self.lines(t, e)
    var finding = makeFinding(
      .outputStructureDiffers, true, t, edit: "detector", message: FindingText.detector,
      train: lines.train, eval: lines.eval, cause: .detector)
    var consequences: [Finding.Member] = []
    for index in joined {
      let own = drafts[index].finding
      finding.members = []
      consequences.append(
        Finding.Member(
          fingerprint: own.fingerprint, node: own.node ?? own.module, message: own.message, isConsequence: true))
      consequences += drafts[index].consequences
    }
    let draft = FindingDraft(
      finding: finding, trainNodes: gone.flatMap { drafts[$0].trainNodes }.sorted(),
      evalNodes: gone.flatMap { drafts[$0].evalNodes }.sorted(), consequences: consequences)
    drafts = drafts.indices.filter { !gone.contains($0) }.map { drafts[$0] } + [draft]
  }

  /// Whether the result is a dictionary of losses, or begins with one.
  private func givesLosses(_ side: IndexedSide, _ position: Int) -> Bool {
    func isFilled(_ argument: NodeInput?) -> Bool {
      if case .dictionary(let entries)? = argument { return !entries.isEmpty }
      return false
    }
    let result = side.nodes[position].inputs.first
    if case .tuple(let parts, _)? = result { return isFilled(parts.first) }
    return isFilled(result)
  }

  private func isDetectorCode(_ draft: FindingDraft) -> Bool {
    func isOwn(_ side: IndexedSide, _ position: Int) -> Bool {
      for path in NormalName.ancestry(side.nodes[position].modulePath) {
        if let type = side.types[path], ModeBehaviour.isKnownPackage(type) == false { return false }
        if let type = side.types[path], type.hasPrefix("torchvision.models.detection.") { return true }
      }
      return false
    }
    return draft.trainNodes.filter { toEval[$0] < 0 }.allSatisfy { isOwn(train, $0) }
      && draft.evalNodes.filter { toTrain[$0] < 0 }.allSatisfy { isOwn(eval, $0) }
  }
}
