internal import Synchronization
public import XylemErrors
internal import XylemFiles
internal import XylemGraph
public import XylemPlugins
internal import XylemScript
internal import XylemTensor
public import XylemTrace

/// A module with its descendants, ready to be traced: the counterpart of ``ScriptModel`` for Swift.
///
/// It shares the modules, with their tree as it is now. Several threads may trace it if the modules' own code allows
/// it.
public final class SwiftModel: TracedModel, @unchecked Sendable {
  /// The root.
  public let root: Module
  let tree: ModuleTree

  /// The model's name, for messages and files.
  public let name: String

  /// Walks the module tree.
  ///
  /// - Parameter name: the model's name, for messages and files; the type's name by default. A saved extractor looks up
  ///   its model by this name.
  /// - Throws: `model.cycle`, `model.unregistered`, `model.duplicate-key`.
  public init(_ root: Module, name: String? = nil) throws(XylemError) {
    self.root = root
    tree = try ModuleTree(root)
    self.name = name ?? tree.root.type.split(separator: ".").last.map(String.init) ?? tree.root.type
  }

  /// The arguments of `forward` in order. Optional ones without a declared default have the default None.
  ///
  /// - Throws: `trace.no-forward`.
  public func forwardArguments() throws -> [ForwardArgument] {
    guard let entry = tree.root.module.wholeEntry(tree.root.type) else { throw ModuleErrors.noEntry(tree.root.type) }
    return entry.arguments.map { argument in
      let isOptional = argument.type != argument.type.unwrapped
      return ForwardArgument(
        name: argument.name, type: argument.type,
        defaultValue: argument.defaultValue ?? (isOptional ? NodeInput.none : nil))
    }
  }

  /// Whether a module occurs in several places.
  public var hasSharedModules: Bool { tree.paths.count > tree.entries.count }

  /// The first paths of the module at a path and of all modules below it.
  public func modulePaths(below path: String) -> [String] {
    guard let entry = tree.entry(at: path) else { return [] }
    var found: [String] = []
    var seen: Set<ObjectIdentifier> = []
    func visit(_ entry: ModuleTree.Entry) {
      guard seen.insert(ObjectIdentifier(entry)).inserted else { return }
      found.append(entry.path)
      for (_, child) in entry.children { visit(child) }
    }
    visit(entry)
    return found
  }

  /// A module's properties that are plain values, and its own tensors as they are now. Property names are in snake
  /// case, as in state dicts.
  public func leafContents(at path: String) -> LeafContents? {
    guard let entry = tree.entry(at: path) else { return nil }
    let tensors = entry.tensors.map { (name: $0.key, tensor: $0.tensor) }
    return LeafContents(attributes: PlainAttributes.of(entry.module)) { tensors }
  }

  /// The flag of the module at a path in a mode: its own if it is pinned, otherwise the mode's.
  public func isTraining(at path: String, in mode: Mode) -> Bool {
    guard let entry = tree.entry(at: path) else { return mode.isTraining }
    return entry.module.ownFlag == root.ownFlag ? mode.isTraining : entry.module.ownFlag
  }

  /// All tensors that modules hold, under every path of the module: the entries of the state dict, and buffers that are
  /// not in it.
  public var tensors: [StateEntry] {
    var found: [StateEntry] = []
    func visit(_ entry: ModuleTree.Entry, _ path: String) {
      let prefix = path.isEmpty ? "" : path + "."
      for slot in entry.tensors {
        found.append(
          StateEntry(
            key: prefix + slot.key, kind: slot.kind, tensor: slot.tensor, modulePath: entry.path, name: slot.key))
      }
      for (key, child) in entry.children { visit(child, prefix + key) }
    }
    visit(tree.root, "")
    return found
  }

  /// Traces `forward` in one mode: runs it once with stand-ins.
  ///
  /// Neither the modules nor the random state are changed, and nothing is computed.
  ///
  /// - Throws: `trace.control-flow`, `trace.concrete-value` with the module, the line of the model's source and
  ///   remedies; `trace.no-forward`, `trace.unknown-argument`; `model.unregistered` for a module or parameter that is
  ///   used but is not part of the model.
  public func trace(_ options: TraceOptions = TraceOptions()) throws -> Trace {
    TraceLog.current?.add(options)
    return try ModuleTracer(self, options).trace()
  }

  /// Traces `forward` with given modes of the modules, whatever their flags are.
  package func trace(_ options: TraceOptions, _ modes: ModelModes) throws -> Trace {
    var options = options
    options.mode = modes.mode
    TraceLog.current?.add(options)
    let pinned = tree.entries.filter { modes.deviating.contains($0.path) }
    return try ModuleTracer(self, options, pinned: pinned.map { ($0, !modes.mode.isTraining) }).trace()
  }

  /// Modules that keep their own flag in every mode.
  var pinned: [ModuleTree.Entry] {
    let flag = root.ownFlag
    return tree.entries.filter { $0.module.ownFlag != flag }
  }
}
