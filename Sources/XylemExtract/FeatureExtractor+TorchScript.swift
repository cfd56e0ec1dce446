internal import XylemErrors
internal import XylemGraph
internal import XylemNN
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

extension FeatureExtractor {
  /// Saves the extractor as a TorchScript archive, which PyTorch loads and runs without Xylem.
  ///
  /// Its `forward` takes the model's arguments and returns the features as a dictionary of tensors in the order of the
  /// requests. Arguments that were fixed while tracing are left out. Arguments that kept their defaults remain, and
  /// raise an error for another value. `train()` and `eval()` switch the graph; a mode that the extractor was not made
  /// for raises an error. The state dict has the model's own keys, for the parameters and buffers that the features
  /// need. Leaves and regions are written out; modules with a pinned mode keep it. Layers written in Swift are written
  /// as their operators, without the checks of sizes that come before them.
  ///
  /// A feature that the model assembles from several tensors is saved as those tensors, under the keys of
  /// ``Features/tensors()``.
  ///
  /// The archive is read back once before it is written, so saving takes about three times the memory of the
  /// parameters. The file is written completely or not at all, and the same extractor gives the same bytes.
  ///
  ///     try extractor.saveTorchScript(to: "features.pt")
  ///     // in Python: torch.jit.load("features.pt")(image)["layer3"]
  ///
  /// - Throws: `extract.unsavable` for a feature that is not a tensor, for an extractor that starts from values, and for
  ///   code that an archive can't represent, such as a call whose target is known only at run time, leaves with a
  ///   program's own Swift code, and plugins' code; `file.unwritable`.
  public func saveTorchScript(to path: String) throws {
    try checkReplacements()
    for case .start(let names) in traces.values.flatMap({ $0.edits ?? [] }) {
      throw ExtractErrors.unsavableStart(names)
    }
    let exporter = try scriptExporter()
    for mode in Mode.allCases {
      guard let plan = plans[mode] else {
        let remedy = mode.isTraining ? "eval()" : "train()"
        try exporter.refuse(
          isTraining: mode.isTraining, "the features were not saved for \(mode.rawValue) mode: call \(remedy)")
        continue
      }
      try exporter.begin(isTraining: mode.isTraining)
      var writer = try PlanWriter(asOperators(plan), traces[mode]?.arguments ?? [], exporter)
      try writer.write()
    }
    try exporter.save(to: path, isTraining: self.mode.isTraining)
  }
}

extension FeatureExtractor {
  /// A plan whose leaves are operators, if they are the package's own Swift code.
  func asOperators(_ plan: Plan) throws -> Plan {
    guard model is SwiftModel, let trace = traces[plan.mode], let code = trace.code else { return plan }
    var builder = try PlanBuilder(model: model, trace: trace)
    builder.linker = HostLinker(code, expandsAll: true)
    return try builder.build(plan.requests)
  }

  /// An exporter whose `forward` takes the arguments that a mode's code reads.
  private func scriptExporter() throws -> ScriptExporter {
    let kept = Set(
      traces.values.flatMap { trace in
        trace.arguments.indices.filter { trace.arguments[$0].role == .input || trace.arguments[$0].defaultCheck != nil }
      })
    guard !(model is SwiftModel) else {
      let arguments = traces.values.map(\.arguments).max { $0.count < $1.count } ?? []
      return try ScriptExporter(
        state: neededTensors,
        arguments: arguments.enumerated().map { ($1.name, $1.type.description, kept.contains($0)) })
    }
    let root = try archived().root.object
    guard let forward = root.method("forward") ?? root.method("forward__0") else {
      throw XylemError(.extractUnsavable, "the model has no forward")
    }
    let count = try forward.schema().arguments.count - 1
    return try ScriptExporter(root, forward: forward, keeps: (0..<count).map(kept.contains))
  }
}

/// Writes one plan into the `forward` of an archive.
struct PlanWriter {
  let plan: Plan
  let exporter: ScriptExporter
  var slots: [Int: ScriptExporter.Item] = [:]
  let arguments: [ForwardArgument]
  private let outputs: [PlanOutput]
  /// Copies of values that will be overwritten, by output.
  private var copies: [Int: ScriptExporter.Item] = [:]

  init(_ plan: Plan, _ arguments: [ForwardArgument], _ exporter: ScriptExporter) throws(XylemError) {
    self.plan = plan
    self.arguments = arguments
    self.exporter = exporter
    outputs = try PlanOutput.all(of: plan)
  }

  mutating func write() throws(XylemError) {
    for (slot, argument) in plan.arguments.enumerated() {
      slots[slot] = try exporter.argument(at: argument.position)
    }
    try checkArguments()
    let code = plan.source.withoutSizeChecks()
    for instruction in code {
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
    for (index, output) in outputs.enumerated() {
      let item: ScriptExporter.Item
      if let copy = copies[index] { item = copy } else { item = try part(output) }
      try exporter.result(output.key, item) { output.unsavable(type: $0) }
    }
  }

  /// Copies the features that are, or are parts of, a value that the next instruction may overwrite. A run copies only
  /// if storage is shared; written code always copies.
  private mutating func protect(_ position: Int) throws(XylemError) {
    var known: [[Projection]: ScriptExporter.Item] = [:]
    for (index, output) in outputs.enumerated() where output.protected == position && copies[index] == nil {
      let place = output.place + output.steps
      if let copy = known[place] {
        copies[index] = copy
        continue
      }
      let copy = try exporter.clone(try part(output)) { output.unsavable(type: $0) }
      known[place] = copy
      copies[index] = copy
    }
  }

  private func part(_ output: PlanOutput) throws(XylemError) -> ScriptExporter.Item {
    var item = try exporter.load(output.operand, slots)
    for step in output.steps {
      switch step {
      case .index(let position): item = try exporter.element(position, of: item)
      case .key(let name): item = try exporter.part(name, of: item)
      }
    }
    return item
  }

  private static func message(of node: Node) -> String {
    guard case .guard(let assumption) = node.operation else { return "" }
    return assumption.isOfShapes
      ? "the shapes of this call break an assumption of the trace: \(assumption.message)"
      : "the model's own check failed: \(assumption.message)"
  }

  /// A node's name as an identifier of the language.
  private static func identifier(_ name: String) -> String {
    let plain = name.utf8.map { byte -> Character in
      let character = Character(UnicodeScalar(byte))
      return character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
    }
    return plain.first?.isNumber == true ? "_" + String(plain) : String(plain)
  }
}
