internal import XylemErrors
internal import XylemScript
public import XylemTensor
public import XylemTrace

extension Module {
  /// The parameters and buffers by their keys, in PyTorch's order: a module's own before those of its children. A
  /// shared tensor is listed under each of its keys. These are the model's tensors, not copies.
  ///
  /// - Throws: as ``Module/namedModules()``.
  public final func state() throws -> [StateEntry] {
    try SwiftModel(self).tensors.filter { $0.kind != .attribute }
  }

  /// Loads a state dict into parameters and buffers. Elements are converted to the tensors' own types.
  ///
  /// Nothing is changed if an error is thrown.
  ///
  ///     let weights = Dictionary(uniqueKeysWithValues: try StateDictFile.read("resnet50.pth"))
  ///     let report = try model.load(weights, allowing: .missing)
  ///     report.missing  // keys whose tensors stay as they were
  ///
  /// - Parameters:
  ///   - state: tensors by the model's keys.
  ///   - tolerance: what may remain unloaded or unused. By default every key must be given, and no others.
  /// - Returns: the keys by outcome.
  /// - Throws: `model.state` with the keys that are missing, unexpected, or have a different shape or type; as
  ///   ``Module/namedModules()``.
  @discardableResult
  public final func load(_ state: [String: Tensor], allowing tolerance: StateTolerance = []) throws -> StateReport {
    let model = try SwiftModel(self)
    let entries = model.tensors.filter { $0.kind != .attribute }
    let loader = try StateLoader(
      state, into: entries, known: Set(entries.map(\.key)), former: allFormerKeys())
    try Self.check(loader, of: model, tolerance)
    try loader.fill()
    return loader.report
  }

  /// Loads a state dict into parameters and buffers, as `load_state_dict` of PyTorch does. If not strict, keys may be
  /// missing or unexpected.
  ///
  /// - Throws: as ``load(_:allowing:)``.
  @discardableResult
  public final func load(_ state: [String: Tensor], strict: Bool) throws -> StateReport {
    try load(state, allowing: strict ? [] : [.missing, .unexpected])
  }

  /// Loads parameters and buffers from a file: safetensors, a checkpoint written by `torch.save`, or a TorchScript
  /// archive.
  ///
  /// The file's keys may have a prefix that the model's keys lack: `state_dict` or another dictionary, and the
  /// additions of wrappers, as in `module.layer1.0.conv1.weight`. The prefix is found by counting the matching tensors,
  /// and the report contains it. Everything else in the file is ignored.
  ///
  ///     let report = try model.load("checkpoint.pth", allowing: .mismatched)
  ///     report.prefix      // "state_dict.module."
  ///     report.mismatched  // fc.weight, which is [1000, 512]; the file has [10, 512]
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - prefix: the prefix of the file's keys, if several would match: `ema.`.
  ///   - tolerance: what may remain unloaded or unused.
  /// - Throws: as ``load(_:allowing:)``, also if several prefixes match about equally well, or none; `file.not-found`,
  ///   `file.unreadable`, `file.malformed`, `file.unsupported`.
  @discardableResult
  public final func load(
    _ path: String, prefix: String? = nil, allowing tolerance: StateTolerance = []
  ) throws -> StateReport {
    try load(path, prefix: prefix, allowing: tolerance) { "try model.load(\"\(path)\", prefix: \"\($0)\")" }
  }

  /// Loads parameters and buffers from a file, as ``load(_:prefix:allowing:)`` does.
  ///
  /// - Parameter remedy: how a caller selects a prefix.
  package final func load(
    _ path: String, prefix: String?, allowing tolerance: StateTolerance, remedy: (String) -> String
  ) throws -> StateReport {
    let model = try SwiftModel(self)
    let entries = model.tensors.filter { $0.kind != .attribute }
    let file = try StateDictReader(path)
    do {
      let loader = try StateLoader(file, under: prefix, into: entries, former: allFormerKeys())
      guard loader.ambiguous.isEmpty else {
        throw ModuleErrors.ambiguousState(loader.ambiguous, model.name, remedy: remedy)
      }
      if loader.report.loaded.isEmpty, !entries.isEmpty {
        throw ModuleErrors.foreignState(file, prefix: prefix, loader, of: model)
      }
      try Self.check(loader, of: model, tolerance)
      try loader.fill()
      return loader.report
    } catch var error as XylemError where error.id == .modelState {
      error.place.file = path
      throw error
    }
  }

  /// Loads parameters and buffers from a file, as `load_state_dict` of PyTorch does. If not strict, keys may be missing
  /// or unexpected.
  ///
  /// - Throws: as ``load(_:prefix:allowing:)``.
  @discardableResult
  public final func load(_ path: String, strict: Bool) throws -> StateReport {
    try load(path, allowing: strict ? [] : [.missing, .unexpected])
  }

  /// The keys of earlier versions of all modules, from the root, with their keys now.
  private func allFormerKeys() throws(XylemError) -> [String: String] {
    var all: [String: String] = [:]
    for (path, module) in try namedModules() {
      let start = path.isEmpty ? "" : path + "."
      for (old, new) in module.formerKeys { all[start + old] = start + new }
    }
    return all
  }

  private static func check(
    _ loader: StateLoader, of model: SwiftModel, _ tolerance: StateTolerance
  ) throws(XylemError) {
    let report = loader.report
    let isComplete = report.missing.isEmpty || tolerance.contains(.missing)
    let isKnown = report.unexpected.isEmpty || tolerance.contains(.unexpected)
    let fits =
      tolerance.contains(.mismatched)
      || report.mismatched.allSatisfy { tolerance.contains(.shapes) && $0.isOfShape }
    let hasLoaded = !report.loaded.isEmpty || model.tensors.allSatisfy { $0.kind == .attribute }
    guard isComplete, isKnown, fits, hasLoaded else { throw ModuleErrors.state(report, of: model, tolerance) }
  }

  /// Writes the state dict to a file, completely or not at all: safetensors, or for the extensions `.pt` and `.pth` a
  /// file for PyTorch's `torch.load`.
  ///
  /// - Throws: `file.unwritable`, `file.unsupported`; as ``Module/namedModules()``.
  public final func save(to path: String) throws {
    try StateDictFile.write(try state().map { ($0.key, $0.tensor) }, to: path)
  }
}

extension ModuleErrors {
  static func state(_ report: StateReport, of model: SwiftModel, _ tolerance: StateTolerance) -> XylemError {
    var parts: [String] = []
    var lines: [String] = []
    var wanted: [String] = []
    func add(_ what: String, _ keys: [String], _ allowed: StateTolerance, _ name: String) {
      guard !keys.isEmpty, !tolerance.contains(allowed) else { return }
      parts.append("\(keys.count) \(what)")
      lines.append("\(what): " + keys.prefix(6).joined(separator: ", ") + (keys.count > 6 ? ", …" : ""))
      wanted.append("." + name)
    }
    add(
      "with a different shape or type",
      report.mismatched.map { mismatch in
        let layer = mismatch.key.lastIndex(of: ".").map { String(mismatch.key[..<$0]) } ?? ""
        let type = model.tree.entry(at: layer)?.type.split(separator: ".").last ?? "module"
        return "\(mismatch.key) of the \(type) is \(mismatch.expected) but got \(mismatch.given)"
      }, .mismatched, "mismatched")
    add("missing", report.missing, .missing, "missing")
    add("unexpected", report.unexpected, .unexpected, "unexpected")
    if report.loaded.isEmpty { parts.append("none match") }
    var remedies: [String] = []
    if !report.loaded.isEmpty, !wanted.isEmpty {
      let allowed = wanted.count == 1 ? wanted[0] : "[\(wanted.joined(separator: ", "))]"
      remedies.append("allowing: \(allowed)  // loads the matching tensors and leaves the others unchanged")
    }
    if let first = report.missing.first, report.missing.count <= 3 {
      remedies += nearMisses(of: first, among: report.unexpected).prefix(1).map {
        "rename the key '\($0)' to '\(first)'"
      }
    }
    if !report.mismatched.isEmpty { remedies.append("build the model with the sizes of the weights") }
    return XylemError(
      .modelState, "the tensors are not those of \(model.name): " + parts.joined(separator: ", "),
      cause: Reason(lines.joined(separator: "\n")), remedies: remedies)
  }

  static func ambiguousState(_ prefixes: [String], _ model: String, remedy: (String) -> String) -> XylemError {
    XylemError(
      .modelState, "the file has several sets of tensors that match \(model)",
      cause: Reason("the keys begin with " + prefixes.prefix(6).map { "'\($0)'" }.joined(separator: ", ")),
      remedies: prefixes.prefix(3).map(remedy))
  }

  static func foreignState(
    _ file: StateDictReader, prefix: String?, _ loader: StateLoader, of model: SwiftModel
  ) -> XylemError {
    let given = file.entries.prefix(4).map(\.key) + (file.entries.count > 4 ? ["…"] : [])
    let wanted = model.tensors.prefix(4).map(\.key) + (model.tensors.count > 4 ? ["…"] : [])
    var lines = [
      "the file has \(given.joined(separator: ", "))", "the model has \(wanted.joined(separator: ", "))",
    ]
    if let first = loader.report.mismatched.first {
      lines.append("\(first.key) is \(first.expected) but got \(first.given)")
    }
    return XylemError(
      .modelState,
      prefix.map { "no tensor of \(model.name) is in the file under '\($0)'" }
        ?? "none of the file's tensors belong to \(model.name)",
      cause: Reason(lines.joined(separator: "\n")))
  }
}
