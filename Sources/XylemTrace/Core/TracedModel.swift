internal import OrderedCollections
internal import XylemErrors
internal import XylemGraph
public import XylemPlugins
internal import XylemScript
internal import XylemTensor

/// A model that can be traced and run in parts: an archive, or a tree of modules written in Swift.
public protocol TracedModel: Traceable, AnyObject, Sendable {
  /// The name of the model for messages and files: its file name, or its type's name.
  var name: String { get }

  /// All tensors that modules hold, under every path of the module, in the model's order: the entries of the state
  /// dict, and tensors that are plain attributes.
  var tensors: [StateEntry] { get }

  /// Traces `forward` in one mode. The model is not changed.
  ///
  /// - Throws: `trace.control-flow`, `trace.concrete-value` and the other errors of tracing, with the module, the source
  ///   line and remedies.
  func trace(_ options: TraceOptions) throws -> Trace

  /// The arguments of `forward` in order, without the model itself.
  ///
  /// - Throws: `trace.no-forward`.
  func forwardArguments() throws -> [ForwardArgument]

  /// Whether a module has several paths.
  var hasSharedModules: Bool { get }

  /// The first paths of the module at a path and of all modules below it. Empty if there is no such module.
  func modulePaths(below path: String) -> [String]

  /// The data of the module at a path for a plugin's code: its plain attributes, and its own tensors as they are now.
  /// Nil if there is no such module.
  func leafContents(at path: String) -> LeafContents?

  /// The flag of the module at a path in a mode: its own if it differs from the root's, otherwise the mode's.
  func isTraining(at path: String, in mode: Mode) -> Bool
}

/// A value that can become a traced model.
public protocol Traceable {
  /// The model, ready to be traced.
  ///
  /// - Throws: an error if its modules can't be found, as with a cycle among them.
  func tracedModel() throws -> any TracedModel
}

extension TracedModel {
  /// The model itself.
  public func tracedModel() -> any TracedModel { self }

  /// Paths of the modules at or below a path that are named by another path, because they occur in several places.
  package func pathsElsewhere(below path: String) -> [String] {
    hasSharedModules ? modulePaths(below: path).filter { $0 != path && !$0.hasPrefix(path + ".") } : []
  }
}

extension ScriptModel: TracedModel {
  /// The name of the archive's file, without folders.
  public var name: String { archive.path.split(separator: "/").last.map(String.init) ?? archive.path }

  /// The arguments of `forward` in order.
  ///
  /// - Throws: `trace.no-forward`, `archive.unreadable`.
  public func forwardArguments() throws -> [ForwardArgument] {
    try forwardMethod(of: root).function.schema().arguments.dropFirst().map { argument in
      ForwardArgument(
        name: argument.name, type: TypeExpression(argument.type),
        defaultValue: argument.defaultValue.flatMap { NodeInput(literal: $0) })
    }
  }

  /// `forward`, or the name that scripting gives it in a layer with several signatures.
  func forwardMethod(of module: ScriptModule) throws -> (function: ScriptFunction, name: String) {
    for name in ["forward", "forward__0"] {
      if let function = module.object.method(name) { return (function, name) }
    }
    throw TraceErrors.noForward(
      methods: module.object.methodNames, at: .init(modulePath: module.path, moduleType: module.type))
  }

  /// Whether a module has several paths.
  public var hasSharedModules: Bool { modulePaths.count > modules.count || !twins.firstPaths.isEmpty }

  /// The first paths of the module at a path and of all modules below it.
  public func modulePaths(below path: String) -> [String] {
    guard let root = module(at: path) else { return [] }
    let paths = modules(below: root).map(\.path)
    let twins = twins
    guard !twins.firstPaths.isEmpty else { return paths }
    // An archive may have one object for each path of a module: a write to one is a write to all.
    let first = Set(paths.map(twins.first))
    let elsewhere = modules.map(\.path).filter { first.contains(twins.first($0)) }
    return paths + elsewhere.filter { !paths.contains($0) }
  }

  /// The flag of the module at a path in a mode.
  public func isTraining(at path: String, in mode: Mode) -> Bool {
    module(at: path).map { isTraining($0, in: mode) } ?? mode.isTraining
  }

  /// A module's plain attributes, including constants of its class, and its own tensors as they are now.
  public func leafContents(at path: String) -> LeafContents? {
    guard let module = module(at: path) else { return nil }
    var attributes: [(name: String, value: Value)] = []
    var names: [String] = []
    for (name, attribute) in module.attributes where name != "training" {
      guard case .value(let value) = attribute.content else { continue }
      if case .tensor = value {
        names.append(name)
      } else if LeafContents.isPlain(value) {
        attributes.append((name, module.object.attribute(name) ?? value))
      }
    }
    let object = module.object
    attributes += object.constants.filter { LeafContents.isPlain($0.value) }
    return LeafContents(attributes: attributes) { [names] in
      names.compactMap { name in object.attribute(name)?.tensor.map { (name, $0) } }
    }
  }
}
