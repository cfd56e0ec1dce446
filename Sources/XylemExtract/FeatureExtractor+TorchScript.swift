internal import XylemErrors
internal import XylemGraph
internal import XylemRuntime
internal import XylemTrace

extension FeatureExtractor {
  /// Saves the extractor as a TorchScript archive, which PyTorch loads and runs without Xylem.
  ///
  /// Its `forward` takes the model's arguments, those left out that were fixed while tracing, and returns the features as a
  /// dictionary of tensors in the order in which they were asked for. `train()` and `eval()` switch the graph; a mode that the
  /// extractor was not made for raises. The state dict has the model's own keys, of the parameters and buffers that the
  /// features need. Leaves and regions are written out; modules whose mode was pinned keep it.
  ///
  /// The archive is read back once before it is written, so that saving takes some three times the memory of the
  /// parameters. The file is written whole or not at all, and the same extractor gives the same bytes.
  ///
  ///     try extractor.saveTorchScript(to: "features.pt")
  ///     // in Python: torch.jit.load("features.pt")(image)["layer3"]
  ///
  /// - Throws: `extract.unsavable` for a feature that is no tensor, and for code that has no form in an archive, such as a call
  ///   whose target is known only when it runs; `file.unwritable`.
  public func saveTorchScript(to path: String) throws {
    let root = try archived().root.object
    guard let forward = root.method("forward") ?? root.method("forward__0") else {
      throw XylemError(.extractUnsavable, "the model has no forward")
    }
    let kept = Set(traces.values.flatMap { $0.graph.placeholders.map(\.placeholder.position) })
    let count = try forward.schema().arguments.count - 1
    let exporter = try ScriptExporter(root, forward: forward, keeps: (0..<count).map(kept.contains))
    for mode in Mode.allCases {
      guard let plan = plans[mode] else {
        let remedy = mode.isTraining ? "eval()" : "train()"
        try exporter.refuse(
          isTraining: mode.isTraining, "the features were not saved for \(mode.rawValue) mode: call \(remedy)")
        continue
      }
      try exporter.begin(isTraining: mode.isTraining)
      var writer = PlanWriter(plan, exporter)
      try writer.write()
    }
    try exporter.save(to: path, isTraining: self.mode.isTraining)
  }
}

/// Writes one plan into an archive's `forward`.
private struct PlanWriter {
  private let plan: Plan
  private let exporter: ScriptExporter
  private var slots: [Int: ScriptExporter.Item] = [:]
  /// Copies of what will be overwritten, by result.
  private var copies: [Int: ScriptExporter.Item] = [:]

  init(_ plan: Plan, _ exporter: ScriptExporter) {
    self.plan = plan
    self.exporter = exporter
  }

  mutating func write() throws(XylemError) {
    for (slot, argument) in plan.arguments.enumerated() {
      slots[slot] = try exporter.argument(at: argument.position)
    }
    for instruction in plan.recipe.instructions {
      for position in instruction.mayOverwrite { try protect(position) }
      let node = plan.origins[instruction.origin]
      do throws(XylemError) {
        try exporter.write(instruction, message: Self.message(of: node), &slots)
      } catch {
        throw ExtractErrors.unsavable(at: node, error)
      }
      if instruction.results.count == 1, let item = slots[instruction.results[0]] {
        try exporter.name(item, Self.identifier(node.name))
      }
    }
    for (index, key) in plan.keys.enumerated() {
      let item: ScriptExporter.Item
      if let copy = copies[index] {
        item = copy
      } else {
        item = try part(index, of: plan.recipe.results[index].operand)
      }
      try exporter.result(key, item) { ExtractErrors.unsavable(key: key, node: plan.nodes[index], type: $0) }
    }
  }

  /// Copies the features that are, or are parts of, a value that the next instruction may overwrite. At run time that is
  /// done where storage is shared; written code does it always.
  private mutating func protect(_ position: Int) throws(XylemError) {
    var known: [[Projection]: ScriptExporter.Item] = [:]
    for (index, result) in plan.recipe.results.enumerated()
    where result.protected == position && copies[index] == nil {
      if let copy = known[plan.steps[index]] {
        copies[index] = copy
        continue
      }
      let item = try part(index, of: plan.recipe.protected[position].operand)
      let copy = try exporter.clone(item) {
        ExtractErrors.unsavable(key: plan.keys[index], node: plan.nodes[index], type: $0)
      }
      known[plan.steps[index]] = copy
      copies[index] = copy
    }
  }

  private func part(_ index: Int, of operand: Program.Operand) throws(XylemError) -> ScriptExporter.Item {
    var item = try exporter.load(operand, slots)
    for step in plan.steps[index] {
      switch step {
      case .index(let position): item = try exporter.element(position, of: item)
      case .key(let name): item = try exporter.part(name, of: item)
      }
    }
    return item
  }

  private static func message(of node: Node) -> String {
    guard case .guard(let assumption) = node.operation else { return "" }
    return "the model's own check failed: \(assumption.message)"
  }

  /// A node's name as one of the language's.
  private static func identifier(_ name: String) -> String {
    let plain = name.utf8.map { byte -> Character in
      let character = Character(UnicodeScalar(byte))
      return character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
    }
    return plain.first?.isNumber == true ? "_" + String(plain) : String(plain)
  }
}
