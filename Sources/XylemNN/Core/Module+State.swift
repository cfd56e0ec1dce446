internal import XylemErrors
public import XylemRuntime
public import XylemTrace

extension Module {
  /// The parameters and buffers by their keys, in PyTorch's order: a module's own before those of its children. A shared tensor
  /// is there under each of its keys. These are the model's tensors and no copies.
  ///
  /// - Throws: as ``Module/namedModules()``.
  public final func state() throws -> [StateEntry] {
    try SwiftModel(self).tensors.filter { $0.kind != .attribute }
  }

  /// Fills parameters and buffers with the contents of a state dict; elements are converted to the tensors' own types.
  ///
  /// Nothing is changed where an error is thrown.
  ///
  ///     let report = try model.load(Dictionary(uniqueKeysWithValues: StateDictFile.read("resnet50.pth")))
  ///
  /// - Parameters:
  ///   - state: tensors by the model's keys.
  ///   - strict: whether every key must be there, and none that the model does not have.
  /// - Returns: what became of each key.
  /// - Throws: `model.state` with the keys that are missing, unexpected, or of another shape; as ``Module/namedModules()``.
  @discardableResult
  public final func load(_ state: [String: Tensor], strict: Bool = true) throws -> StateReport {
    let model = try SwiftModel(self)
    let entries = model.tensors.filter { $0.kind != .attribute }
    let loader = try StateLoader(state, into: entries, known: Set(entries.map(\.key)))
    let report = loader.report
    guard loader.misshaped.isEmpty, !strict || report.missing.isEmpty && report.unexpected.isEmpty else {
      throw ModuleErrors.state(loader, of: model, strict: strict)
    }
    guard !report.loaded.isEmpty || entries.isEmpty else { throw ModuleErrors.state(loader, of: model, strict: true) }
    try loader.fill()
    return report
  }

  /// Fills parameters and buffers from a file: safetensors, or a state dict that `torch.save` wrote.
  ///
  /// - Throws: as ``load(_:strict:)-(_,_)``; `file.not-found`, `file.unreadable`, `file.malformed`, `file.unsupported`.
  @discardableResult
  public final func load(_ path: String, strict: Bool = true) throws -> StateReport {
    let state = try StateDictFile.read(path)
    do {
      return try load(
        Dictionary(state.map { ($0.key, $0.tensor) }, uniquingKeysWith: { first, _ in first }), strict: strict)
    } catch var error as XylemError where error.id == .modelState {
      error.place.file = path
      throw error
    }
  }

  /// Writes the state dict to a file, whole or not at all: safetensors, or for the endings `.pt` and `.pth` what PyTorch's
  /// `torch.load` reads.
  ///
  /// - Throws: `file.unwritable`, `file.unsupported`; as ``Module/namedModules()``.
  public final func save(to path: String) throws {
    try StateDictFile.write(try state().map { ($0.key, $0.tensor) }, to: path)
  }
}

extension ModuleErrors {
  static func state(_ loader: StateLoader, of model: SwiftModel, strict: Bool) -> XylemError {
    let report = loader.report
    var parts: [String] = []
    var lines: [String] = []
    func add(_ what: String, _ keys: [String]) {
      guard !keys.isEmpty else { return }
      parts.append("\(keys.count) \(what)")
      lines.append("\(what): " + keys.prefix(6).joined(separator: ", ") + (keys.count > 6 ? ", …" : ""))
    }
    add(
      "of another shape",
      loader.misshaped.map { misshaped in
        let layer = misshaped.key.lastIndex(of: ".").map { String(misshaped.key[..<$0]) } ?? ""
        let type = model.tree.entry(at: layer)?.type.split(separator: ".").last ?? "module"
        return "\(misshaped.key) of the \(type) is \(misshaped.expected) and was given as \(misshaped.given)"
      })
    if strict {
      add("missing", report.missing)
      add("unexpected", report.unexpected)
    }
    if report.loaded.isEmpty { parts.append("none fits") }
    var remedies: [String] = []
    if strict, loader.misshaped.isEmpty {
      remedies.append("strict: false  // loads what fits by key and leaves the rest")
    }
    if let first = report.missing.first, report.missing.count <= 3 {
      remedies += nearMisses(of: first, among: report.unexpected).prefix(1).map {
        "rename the key '\($0)' to '\(first)'"
      }
    }
    if !loader.misshaped.isEmpty { remedies.append("build the model with the sizes that the weights have") }
    return XylemError(
      .modelState, "the tensors are not those of \(model.name): " + parts.joined(separator: ", "),
      cause: Reason(lines.joined(separator: "\n")), remedies: remedies)
  }
}
