internal import Foundation
internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemPlugins
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

/// Where a saved extractor keeps its weights.
public enum SavedWeights: Sendable, Hashable {
  /// In the extractor's own file.
  case inside
  /// In the archive that the model came from, whose path is recorded. The archive must not change.
  case reference
}

extension FeatureExtractor {
  /// Writes the extractor to a file, completely or not at all. ``init(path:)`` loads it again without tracing. The file
  /// holds both modes' graphs, the requests, the code of the model's leaves, and the weights that are needed. The code
  /// of a model written in Swift is compiled into programs, so the file has the model's name and tracing options
  /// instead.
  ///
  /// The file says what the extractor computes with, ``engineOptions``, and which engine computed which part in its last
  /// call.
  ///
  /// The same extractor gives the same bytes. While writing, the weights are in memory twice.
  ///
  /// - Parameters:
  ///   - path: the file; its extension is `.xylem` by convention.
  ///   - weights: whether the file holds the weights itself.
  /// - Throws: `extract.unsavable` if the code can't be restored exactly, for a model of torch.export, or if the weights are to be referenced and
  ///   the model has no file; `file.unwritable`, `file.unsupported`.
  public func save(to path: String, weights: SavedWeights = .inside) throws {
    if model is ExportedModel { throw ExtractErrors.unsavableExported(model.name) }
    try checkReplacements()
    let code = model is ScriptModel ? try loaded?.code ?? checkedCode(archived().archive) : nil
    var file = ExtractorFile(
      model: modelName, isWrittenInSwift: code == nil ? true : nil, mode: mode, plans: [:], tensors: [])
    file.engine = ExtractorFile.SavedEngine(engineOptions, engineReport)
    for (mode, plan) in plans {
      file.plans[mode.rawValue] = try savedPlan(plan)
    }
    file.plugins = plans.values.reduce(into: Set()) { $0.formUnion($1.graph.plugins) }.sorted { $0.id < $1.id }
    if weights == .reference {
      let archive = try archived().archive
      guard loaded == nil, FileManager.default.fileExists(atPath: archive.path) else {
        throw ExtractErrors.unsavable(
          "the weights can't be referenced: the model does not come from an archive file")
      }
      file.weights = URL(fileURLWithPath: archive.path).standardizedFileURL.path
    }
    let contents = try SavedContents(neededTensors, keepsArrays: weights == .inside)
    file.tensors = contents.tensors
    var arrays = contents.arrays
    let description = Array(try JSONText.sorted(file).utf8)
    arrays.append(
      (ExtractorFile.name, try HostArray(dtype: .uint8, shape: [description.count], bytes: description)))
    if let code { arrays.append((ExtractorFile.codeName, code)) }
    try SafetensorsWriter.write(
      arrays,
      metadata: [
        "format": ExtractorFile.format, "schema": String(ExtractorFile.schema),
        "checksum": ExtractorFile.checksum(description: description, code: code?.bytes ?? []),
      ], to: path)
  }

  /// Checks that a file can hold all replacements of values.
  ///
  /// - Throws: `extract.unsavable` for compiled code.
  func checkReplacements() throws(XylemError) {
    for edit in traces.values.flatMap({ $0.edits ?? [] }) where !edit.isSavable {
      guard case .replace(let name, _) = edit else { continue }
      throw ExtractErrors.unsavableReplacement(name)
    }
  }

  /// The model, if it is an archive.
  ///
  /// - Throws: `extract.unsavable` for a model written in Swift, whose code is compiled into the program.
  func archived() throws(XylemError) -> ScriptModel {
    if model is ExportedModel { throw ExtractErrors.unsavableExported(model.name) }
    guard let model = model as? ScriptModel else {
      throw ExtractErrors.unsavable(
        "the model '\(model.name)' is written in Swift: it has no archive and no TorchScript code",
        remedies: ["save it as features.xylem, with its weights inside"])
    }
    return model
  }

  private func savedPlan(_ plan: Plan) throws -> ExtractorFile.SavedPlan {
    guard var trace = traces[plan.mode] else { preconditionFailure("an extractor has a trace for each plan") }
    var kept = Set(plan.graph.nodes.map(\.id))
    if let output = trace.graph.output {
      var isWhole = true
      output.inputs[0].forEachNode { isWhole = isWhole && kept.contains($0) }
      if isWhole { kept.insert(output.id) }
    }
    trace.graph.remove(Set(trace.graph.nodes.map(\.id)).subtracting(kept))
    trace.isPruned = true
    trace.options?.mode = plan.mode
    return ExtractorFile.SavedPlan(
      trace: trace,
      requests: plan.resolved.map { request in
        let meaning = ExtractorFile.SavedRequest.Meaning(
          value: request.value, steps: request.steps, moment: request.moment, name: request.node)
        return .init(node: request.exact, key: request.key, meaning: meaning)
      },
      prunedCount: plan.prunedCount, notes: plan.notes)
  }

  /// The model's code, in which references to statements remain valid.
  private func checkedCode(_ archive: ScriptArchive) throws -> HostArray {
    let code = try archive.code()
    let names = Set(
      plans.values.flatMap { plan in plan.graph.nodes.flatMap { $0.codeReferences.map(\.function) } })
    guard !names.isEmpty else { return try code.hostArray() }
    let saved = try unsafe code.withUnsafeBytes {
      try unsafe ScriptArchive(bytes: $0, path: archive.path, allowsFileOperators: archive.allowsFileOperators)
    }
    for name in names.sorted() {
      guard let before = archive.function(named: name), let after = saved.function(named: name),
        try before.code().hasSameForm(as: after.code())
      else {
        throw ExtractErrors.unsavable(
          "the code of '\(name)' can't be restored exactly", cause: "the graph has a block of it as a region",
          remedies: Audience.remedies(
            program: ["LeafPolicy().leaf(type: …)  // makes the module with this code a leaf"],
            commandLine: ["--leaf TYPE  # makes the module with this code a leaf"]))
      }
    }
    return try code.hostArray()
  }
}

extension Node {
  /// The parts of the model's code that the node refers to by number.
  var codeReferences: [CodeReference] {
    var found: [CodeReference] = []
    if case .region(let region) = operation { found.append(region.code) }
    func add(_ argument: NodeInput) {
      switch argument {
      case .constant(let reference): found.append(reference)
      case .list(let elements), .tuple(let elements, _): elements.forEach(add)
      case .dictionary(let entries):
        for entry in entries {
          add(entry.key)
          add(entry.value)
        }
      default: break
      }
    }
    inputs.forEach(add)
    return found
  }
}
