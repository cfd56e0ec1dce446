internal import Foundation
internal import XylemErrors
internal import XylemRuntime
internal import XylemTrace

/// What is kept of an extractor's file, so that saving it again gives the same bytes.
struct LoadedCode: Sendable {
  let modelName: String
  let code: HostArray
}

extension FeatureExtractor {
  /// Loads an extractor that ``save(to:weights:)`` wrote. Nothing is traced; results are bit for bit those of the saved one.
  ///
  /// Its ``model`` has the saved model's code and modules, and of their tensors those that the extractor needs; its traces
  /// have the nodes that it needs.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`; `extract.unreadable` for another kind of file, a newer
  ///   schema, damaged weights, or weights that are elsewhere and are gone or changed; and as ``ScriptArchive/init(path:)``.
  public convenience init(path: String) throws {
    let contents = try SafetensorsFile(path)
    guard contents.metadata["format"] == ExtractorFile.format, contents.entry(ExtractorFile.name) != nil,
      contents.entry(ExtractorFile.codeName) != nil
    else { throw ExtractErrors.unreadable(path, "it is a safetensors file of another kind") }
    guard contents.metadata["schema"] == String(ExtractorFile.schema) else {
      throw ExtractErrors.unreadable(
        path, "its schema is \(contents.metadata["schema"] ?? "missing"); this version reads \(ExtractorFile.schema)",
        remedies: ["save it again with this version, or load it with the one that wrote it"])
    }
    let description = try contents.array(ExtractorFile.name).bytes
    let code = try contents.array(ExtractorFile.codeName)
    guard contents.metadata["checksum"] == ExtractorFile.checksum(description: description, code: code.bytes) else {
      throw ExtractErrors.unreadable(
        path, "its description or its code is not what was saved", remedies: ["copy the file again"])
    }
    let file: ExtractorFile
    do { file = try JSONDecoder().decode(ExtractorFile.self, from: Data(description)) } catch {
      throw ExtractErrors.unreadable(path, "its description can't be read: \(error)")
    }
    guard file.plugins.isEmpty else {
      throw ExtractErrors.unreadable(path, "it needs the plugins \(file.plugins.joined(separator: ", "))")
    }
    let archive = try unsafe code.bytes.withUnsafeBytes { bytes throws -> ScriptArchive in
      unsafe try ScriptArchive(bytes: bytes, path: path)
    }
    try file.fill(archive, from: contents)
    let model = try ScriptModel(archive)
    var plans: [Mode: Plan] = [:]
    var traces: [Mode: Trace] = [:]
    for (name, saved) in file.plans {
      guard let mode = Mode(rawValue: name), saved.trace.mode == mode else {
        throw ExtractErrors.unreadable(path, "it has a plan for the mode '\(name)'")
      }
      var builder = try PlanBuilder(model: model, trace: saved.trace)
      var plan = try builder.build(saved.requests.map { ReturnRequest($0.node, as: $0.key) })
      plan.prunedCount = saved.prunedCount
      plan.notes = saved.notes
      plans[mode] = plan
      traces[mode] = saved.trace
    }
    guard plans[file.mode] != nil else {
      throw ExtractErrors.unreadable(path, "it has no plan for the mode in which it starts")
    }
    self.init(
      model: model, plans: plans, traces: traces, mode: file.mode,
      loaded: LoadedCode(modelName: file.model, code: code))
  }
}

extension ExtractorFile {
  /// Puts the weights in their places.
  fileprivate func fill(_ archive: ScriptArchive, from contents: SafetensorsFile) throws {
    let elsewhere = try weights.map { weights in
      guard FileManager.default.fileExists(atPath: weights) else {
        throw ExtractErrors.unreadable(
          contents.path, "its weights are in '\(weights)', which does not exist",
          remedies: ["put the archive there", "save the extractor with its weights inside"])
      }
      return Dictionary(
        try ScriptModel(path: weights).tensors.map { ($0.key, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    }
    let root = try archive.root()
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
        // One tensor under several keys stays one.
        let place = "\(saved.contents) \(view.shape) \(view.strides) \(view.offset) \(view.dtype)"
        tensor = try views[place] ?? view.tensor(of: whole, path: contents.path)
        views[place] = tensor
      }
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
