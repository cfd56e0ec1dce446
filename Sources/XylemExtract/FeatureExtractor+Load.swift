internal import Foundation
public import XylemDiff
internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor
public import XylemTrace

/// The contents of an extractor's file that are kept so that saving it again gives the same bytes.
struct LoadedCode: Sendable {
  let modelName: String
  let code: HostArray
}

extension FeatureExtractor {
  /// Loads an extractor written by ``save(to:weights:)``. Nothing is traced; results are bit for bit those of the saved
  /// extractor, where libtorch computes them. It computes with the engine that it was saved with: ``engineOptions``.
  ///
  /// Its ``model`` has the saved model's code and modules, and only the tensors that the extractor needs. Its traces
  /// have only the nodes that it needs.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`; `extract.unreadable` for another kind of file, a
  ///   newer schema, damaged weights, or weights in another file that is missing or changed; `plugin.not-loaded`,
  ///   `plugin.changed`; and as ``ScriptArchive/init(path:)``.
  ///
  /// A model written in Swift is looked up by its name, traced again with the same options, and filled with the saved
  /// weights.
  ///
  /// The plugins whose leaves it calls must be loaded, from the same files that it was traced with.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - allowsOtherPlugins: whether a different file of the same plugin may be used; ``otherPlugins`` then lists such
  ///     plugins.
  ///   - allowsFileOperators: whether the model's code may read and write files, start processes and use the network.
  ///     Only for models whose author you trust.
  ///   - suppression: the differences between the modes that ``warnings`` leaves out.
  ///   - models: returns a new model for a name, or nil if there is none.
  public convenience init(
    path: String, allowsOtherPlugins: Bool = false, allowsFileOperators: Bool = false,
    suppressing suppression: DiffSuppression = [],
    models: (_ name: String) throws -> (any TracedModel)? = { _ in nil }
  ) throws {
    let contents = try SafetensorsFile(path)
    guard contents.metadata["format"] == ExtractorFile.format, contents.entry(ExtractorFile.name) != nil else {
      throw ExtractErrors.unreadable(path, "it is a safetensors file of another kind")
    }
    guard contents.metadata["schema"] == String(ExtractorFile.schema) else {
      throw ExtractErrors.unreadable(
        path, "its schema is \(contents.metadata["schema"] ?? "missing"); this version reads \(ExtractorFile.schema)",
        remedies: ["save it again with this version, or load it with the one that wrote it"])
    }
    let description = try contents.array(ExtractorFile.name).bytes
    let code = contents.entry(ExtractorFile.codeName) == nil ? nil : try contents.array(ExtractorFile.codeName)
    let checksum = ExtractorFile.checksum(description: description, code: code?.bytes ?? [])
    guard contents.metadata["checksum"] == checksum else {
      throw ExtractErrors.unreadable(
        path, "its description or its code was changed after saving", remedies: ["copy the file again"])
    }
    let file: ExtractorFile
    do { file = try BoundedJSON.decode(ExtractorFile.self, from: description) } catch {
      throw ExtractErrors.unreadable(path, "its description can't be read: \(GraphFileError.reason(error))")
    }
    let substitutes = try file.substitutes(allowed: allowsOtherPlugins)
    let model: any TracedModel
    if file.isWrittenInSwift == true {
      model = try file.swiftModel(from: contents, models)
    } else {
      guard let code else { throw ExtractErrors.unreadable(path, "it has no code") }
      let archive = try unsafe code.bytes.withUnsafeBytes { bytes throws -> ScriptArchive in
        unsafe try ScriptArchive(bytes: bytes, path: path, allowsFileOperators: allowsFileOperators)
      }
      try file.fill(archive, from: contents)
      model = try ScriptModel(archive)
    }
    var plans: [Mode: Plan] = [:]
    var traces: [Mode: Trace] = [:]
    for (name, saved) in file.plans {
      guard let mode = Mode(rawValue: name), saved.trace.mode == mode else {
        throw ExtractErrors.unreadable(path, "it has a plan for the mode '\(name)'")
      }
      let saved = substitutes.isEmpty ? saved : saved.replacing(substitutes)
      let trace = try saved.retraced(by: model)
      var builder = try PlanBuilder(model: model, trace: trace)
      var plan = try builder.build(saved.resolvedRequests(in: trace, of: path))
      plan.prunedCount = saved.prunedCount
      plan.notes = saved.notes
      guard plan.graph.runsLike(saved.trace.graph) else {
        throw ExtractErrors.unreadable(
          path, "the model '\(file.model)' is not the one that was saved: its nodes differ",
          remedies: ["save the extractor again"])
      }
      plans[mode] = plan
      traces[mode] = trace.pruned(to: saved.trace)
    }
    guard plans[file.mode] != nil else {
      throw ExtractErrors.unreadable(path, "it has no plan for the mode in which it starts")
    }
    self.init(
      model: model, plans: plans, traces: traces, mode: file.mode,
      loaded: code.map { LoadedCode(modelName: file.model, code: $0) }, otherPlugins: Array(substitutes.keys),
      suppression: suppression)
    if let engine = file.engine { part.engines.restore(try engine.options(path: path), engine.report) }
  }
}

extension ExtractorFile.SavedPlan {
  /// The meaning of the requests. Older files give only names, which identify nodes in the whole trace of a model that
  /// was created again.
  fileprivate func resolvedRequests(in trace: Trace, of path: String) throws -> [ResolvedRequest] {
    let resolver = RequestResolver(trace)
    return try requests.flatMap { request -> [ResolvedRequest] in
      guard trace.isPruned, let meaning = request.meaning else {
        return try resolver.resolve([ReturnRequest(request.node, as: request.key)])
      }
      var ids = meaning.moment.map { [$0] } ?? []
      meaning.value.forEachNode { ids.append($0) }
      guard ids.allSatisfy(trace.graph.contains) else {
        throw ExtractErrors.unreadable(path, "the feature '\(request.key)' refers to a node that it lacks")
      }
      return [
        ResolvedRequest(
          key: request.key, exact: request.node, node: meaning.name, value: meaning.value, steps: meaning.steps,
          moment: meaning.moment)
      ]
    }
  }
}

extension ExtractorFile {
  /// The weights, each with its checksum. Tensors that shared memory share it again.
  fileprivate func savedTensors(in contents: SafetensorsFile) throws -> [(saved: SavedTensor, tensor: Tensor)] {
    let elsewhere = try weights.map { weights in
      guard FileManager.default.fileExists(atPath: weights) else {
        throw ExtractErrors.unreadable(
          contents.path, "its weights are in '\(weights)', which does not exist",
          remedies: ["put the archive there", "save the extractor with its weights inside"])
      }
      return Dictionary(
        try ScriptModel(path: weights).tensors.map { ($0.key, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    }
    var found: [(saved: SavedTensor, tensor: Tensor)] = []
    var made: [String: Tensor] = [:]
    var views: [String: Tensor] = [:]
    for saved in tensors {
      let whole: Tensor
      if let known = made[saved.contents] {
        whole = known
      } else if let elsewhere {
        guard let found = elsewhere[saved.key] else {
          throw ExtractErrors.unreadable(contents.path, "'\(weights ?? "")' has no tensor '\(saved.key)'")
        }
        whole = found
      } else {
        whole = try Tensor(contents.array(saved.contents))
      }
      if made[saved.contents] == nil {
        let checksum = try unsafe whole.withUnsafeBytes { unsafe Checksum($0).text }
        guard checksum == saved.checksum else {
          throw ExtractErrors.unreadable(
            contents.path, "the tensor '\(saved.key)' is not the one that was saved",
            remedies: [elsewhere == nil ? "copy the file again" : "save the extractor again"])
        }
        made[saved.contents] = whole
      }
      var tensor = whole
      if let view = saved.view {
        // One tensor under several keys remains one tensor.
        let place = "\(saved.contents) \(view.shape) \(view.strides) \(view.offset) \(view.dtype)"
        tensor = try views[place] ?? view.tensor(of: whole, path: contents.path)
        views[place] = tensor
      }
      found.append((saved, tensor))
    }
    return found
  }

  /// Assigns the weights to the modules.
  fileprivate func fill(_ archive: ScriptArchive, from contents: SafetensorsFile) throws {
    let root = try archive.root()
    for (saved, tensor) in try savedTensors(in: contents) {
      if tensor.requiresGrad != saved.requiresGrad { try tensor.setRequiresGrad(saved.requiresGrad) }
      let dot = saved.key.lastIndex(of: ".")
      let path = dot.map { String(saved.key[..<$0]) } ?? ""
      let name = dot.map { String(saved.key[saved.key.index(after: $0)...]) } ?? saved.key
      guard let owner = root.submodule(at: path) else {
        throw ExtractErrors.unreadable(contents.path, "its code has no module '\(path)'")
      }
      try owner.setAttribute(name, to: .tensor(tensor))
    }
  }
}

extension ExtractorFile {
  /// The model with the name in the file, filled with the weights.
  fileprivate func swiftModel(
    from contents: SafetensorsFile, _ models: (String) throws -> (any TracedModel)?
  ) throws -> any TracedModel {
    guard let model = try models(self.model) else {
      throw ExtractErrors.unreadable(
        contents.path, "its model '\(self.model)' is written in Swift and is not registered in this program",
        remedies: Audience.remedies(
          program: ["FeatureExtractor(path: path, models: { name in … })  // provides the model"],
          commandLine: ["load it in a program that has the model", "xylem models  # lists the built-in models"]))
    }
    let own = Dictionary(model.tensors.map { ($0.key, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    let tensors = try savedTensors(in: contents)
    for (saved, tensor) in tensors {
      guard let target = own[saved.key], try target.sizes == tensor.sizes, target.dtype == tensor.dtype else {
        throw ExtractErrors.unreadable(
          contents.path, "the model '\(self.model)' has no tensor '\(saved.key)' of the saved shape and type")
      }
    }
    try TensorRuntime.withGradients(false) {
      for (saved, tensor) in tensors {
        guard let target = own[saved.key] else { continue }
        _ = try TensorOperator.call("aten::copy_", [.tensor(target), .tensor(tensor), .bool(false)])
      }
    }
    for (saved, _) in tensors {
      if let target = own[saved.key], target.requiresGrad != saved.requiresGrad {
        try target.setRequiresGrad(saved.requiresGrad)
      }
    }
    return model
  }
}

extension ExtractorFile.SavedPlan {
  /// The trace itself, if its code is found by name. For a model written in Swift, a new trace with the same options and
  /// the same changes.
  fileprivate func retraced(by model: any TracedModel) throws -> Trace {
    guard let options = trace.options, !(model is ScriptModel) else { return trace }
    var editor = TraceEditor(try model.trace(options), of: model)
    try editor.apply(trace.edits ?? [], for: requests.map { ReturnRequest($0.node, as: $0.key) })
    return editor.trace
  }
}

extension Trace {
  /// The trace with only the nodes of a saved one: the file has only the weights that those need.
  fileprivate func pruned(to saved: Trace) -> Trace {
    var trace = self
    trace.graph.remove(Set(graph.nodes.map(\.id)).subtracting(saved.graph.nodes.map(\.id)))
    trace.isPruned = true
    return trace
  }
}

extension Graph {
  /// Whether the nodes of a plan are those of another graph, apart from its output node.
  fileprivate func runsLike(_ saved: Graph) -> Bool {
    let others = saved.nodes.filter { contains($0.id) || $0.operation != .output }
    return nodes.count == others.count
      && zip(nodes, others).allSatisfy { $0.name == $1.name && $0.operation == $1.operation && $0.inputs == $1.inputs }
  }
}
