internal import Foundation
internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemPlugins
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

/// Where a saved extractor's weights are.
public enum SavedWeights: Sendable, Hashable {
  /// In the extractor's own file.
  case inside
  /// In the archive that the model came from, whose path is written down: the archive has to stay as it is.
  case reference
}

extension FeatureExtractor {
  /// Writes the extractor to a file, whole or not at all, from which ``init(path:)`` makes it again without tracing: both modes'
  /// graphs, the requests, the code of the model's leaves, and of the weights those that are needed. Code of a model that is
  /// written in Swift is compiled into programs: the file has the model's name instead, and how it was traced.
  ///
  /// The same extractor gives the same bytes. While it is written, the weights are in memory twice.
  ///
  /// - Parameters:
  ///   - path: by custom with the ending `.xylem`.
  ///   - weights: whether the file holds the weights itself.
  /// - Throws: `extract.unsavable` where the code does not come back as it
  ///   was, or where weights are referred to and the model has no file; `file.unwritable`, `file.unsupported`.
  public func save(to path: String, weights: SavedWeights = .inside) throws {
    let code = model is ScriptModel ? try loaded?.code ?? checkedCode(archived().archive) : nil
    var file = ExtractorFile(
      model: modelName, isWrittenInSwift: code == nil ? true : nil, mode: mode, plans: [:], tensors: [])
    for (mode, plan) in plans {
      file.plans[mode.rawValue] = try savedPlan(plan)
    }
    file.plugins = plans.values.reduce(into: Set()) { $0.formUnion($1.graph.plugins) }.sorted { $0.id < $1.id }
    if weights == .reference {
      let archive = try archived().archive
      guard loaded == nil, FileManager.default.fileExists(atPath: archive.path) else {
        throw ExtractErrors.unsavable(
          "the weights can't be referred to: the model does not come from an archive's file")
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

  /// The model, where it is an archive.
  ///
  /// - Throws: `extract.unsavable` for a model that is written in Swift: its code is compiled into the program.
  func archived() throws(XylemError) -> ScriptModel {
    guard let model = model as? ScriptModel else {
      throw ExtractErrors.unsavable(
        "the model '\(model.name)' is written in Swift: it has no archive, and its code none of TorchScript's",
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

  /// The model's code, in which what refers to its statements finds them again.
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
          "the code of '\(name)' does not come back as it was", cause: "a block of it is kept whole in the graph",
          remedies: Audience.remedies(
            program: ["LeafPolicy().leaf(type: …)  // makes the module whose code it is a leaf"],
            commandLine: ["--leaf TYPE  # makes the module whose code it is a leaf"]))
      }
    }
    return try code.hostArray()
  }
}

extension Node {
  /// The pieces of the model's code that the node refers to by their numbers.
  var codeReferences: [CodeReference] {
    var found: [CodeReference] = []
    if case .region(let region) = operation { found.append(region.code) }
    func add(_ argument: XylemGraph.Argument) {
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
