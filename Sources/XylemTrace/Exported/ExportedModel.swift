public import XylemErrors
public import XylemPlugins
internal import XylemScript

/// A model of an archive of torch.export (`.pt2`), ready to be traced.
///
///     let model = try ExportedModel(path: "resnet18.pt2")
///     let extractor = try FeatureExtractor(of: model, returning: ["layer3"], modes: model.modes)
///
/// Such an archive holds the operators of one run: those of eval mode, or those of train mode. A file may hold both, as
/// models with the names `train` and `eval`; `xylem export-script` prints a Python script that writes one.
///
/// Names, graphs and notes come from the archive's JSON: making and tracing a model loads no runtime, and nothing of the
/// model runs. Tensors are read from the archive on first use.
public final class ExportedModel: TracedModel {
  /// The name of the file without folders.
  public let name: String
  /// The modes that the archive has, train mode first. A model that does the same in both has both.
  public let modes: [Mode]

  let sources: [Mode: ExportedState.Source]
  let state: ExportedState
  /// Modules in the order in which the archive lists them, with their types if they are known.
  let modules: ExportedModules
  /// Whether the model's operators may read and write files, start processes and use the network.
  public let allowsFileOperators: Bool
  private let path: String

  /// Opens an archive.
  ///
  /// - Parameter allowsFileOperators: whether the model's operators may read and write files, start processes and use the
  ///   network. Only for models whose author you trust.
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`, `file.unsupported`; `archive.schema`,
  ///   `archive.byte-order`, `archive.no-model`, `archive.compiled`, `archive.pickled`, `archive.bad-tensor`,
  ///   `archive.unreadable`; `archive.no-mode` for several models with other names than `train` and `eval`;
  ///   `archive.modes-differ` if these have different weights.
  public convenience init(path: String, allowsFileOperators: Bool = false) throws(XylemError) {
    let archive = try ExportedArchive(path: path)
    try self.init(ExportedModel.sources(of: archive), path: path, allowsFileOperators)
  }

  /// Opens two archives of one model, exported in train mode and in eval mode.
  ///
  /// - Throws: as ``init(path:allowsFileOperators:)``; `archive.no-mode` if the files are swapped, or if one has both modes.
  public convenience init(train: String, eval: String, allowsFileOperators: Bool = false) throws(XylemError) {
    let (first, second) = (try ExportedArchive(path: train), try ExportedArchive(path: eval))
    try self.init(ExportedModel.sources(train: first, eval: second), path: eval, allowsFileOperators)
  }

  private init(
    _ sources: [Mode: ExportedState.Source], path: String, _ allowsFileOperators: Bool
  ) throws(XylemError) {
    self.sources = sources
    self.allowsFileOperators = allowsFileOperators
    self.path = path
    name = path.split(separator: "/").last.map(String.init) ?? path
    modes = [.train, .eval].filter { sources[$0] != nil }
    // Eval mode first: its archive is where weights are usually taken from.
    let ordered = [sources[.eval], sources[.train]].compactMap(\.self)
    state = try ExportedState(ordered)
    modules = ExportedModules(ordered.map(\.program), keys: state.entries.map(\.key))
  }

  /// Whether a file is an archive of torch.export, of any version, intact or not.
  public static func isArchive(_ path: String) -> Bool { ExportedArchive.isExported(path) }

  /// The model for a mode.
  ///
  /// - Throws: `archive.no-mode`.
  func source(_ mode: Mode) throws(XylemError) -> ExportedState.Source {
    guard let source = sources[mode] else { throw ExportedTraceErrors.noMode(mode, has: modes, path) }
    return source
  }

  /// Traces the model in one mode, from its JSON.
  ///
  /// - Throws: `archive.no-mode` for a mode that the archive does not have; `trace.unsupported` for operators that are
  ///   not supported; `trace.unknown-argument`, `trace.argument`, `trace.limit`.
  public func trace(_ options: TraceOptions = TraceOptions()) throws -> Trace {
    TraceLog.current?.add(options)
    return try ExportedTracer(self, source(options.mode).program, options).trace()
  }

  /// The arguments of `forward` in order. One that had a number, a string or None when the model was exported has only
  /// that value.
  ///
  /// - Throws: `trace.unsupported` for arguments that can't be passed.
  public func forwardArguments() throws -> [ForwardArgument] {
    guard let program = (sources[.eval] ?? sources[.train])?.program else { return [] }
    return try ExportedArguments(program).declared
  }

  /// All tensors of the model: parameters, buffers, and tensors that are constants of its code.
  public var tensors: [StateEntry] { state.entries }

  /// Whether a module has several paths. An archive names each module by one path.
  public var hasSharedModules: Bool { false }

  /// The paths of the module at a path and of all modules below it.
  public func modulePaths(below path: String) -> [String] { modules.paths(below: path) }

  /// The module's own tensors. An archive has no other attributes.
  public func leafContents(at path: String) -> LeafContents? {
    guard modules.all.contains(path) else { return nil }
    let own = state.entries.filter { $0.modulePath == path }.map { (name: $0.name, tensor: $0.tensor) }
    return LeafContents(attributes: []) { own }
  }

  /// The mode's flag: an archive does not say whether a module has one of its own.
  public func isTraining(at path: String, in mode: Mode) -> Bool { mode.isTraining }
}
