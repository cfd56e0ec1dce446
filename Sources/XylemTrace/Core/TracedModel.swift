internal import OrderedCollections
internal import XylemErrors
internal import XylemGraph
public import XylemPlugins
internal import XylemScript
internal import XylemTensor

/// A model that can be traced and run in parts: an archive, or a tree of modules written in Swift.
public protocol TracedModel: Traceable, AnyObject, Sendable {
  /// The name of the model for people and files: its file's, or its type's.
  var name: String { get }

  /// Every tensor that a module holds, under every path that reaches it, in the model's order: the state dict's entries, and
  /// tensors that are attributes and nothing else.
  var tensors: [StateEntry] { get }

  /// Traces `forward` in one mode. The model is not changed.
  ///
  /// - Throws: `trace.control-flow`, `trace.concrete-value` and the other errors of tracing, with the module, the source
  ///   line and remedies.
  func trace(_ options: TraceOptions) throws -> Trace

  /// The arguments of `forward` in order, the model itself left out.
  ///
  /// - Throws: `trace.no-forward`.
  func forwardArguments() throws -> [ForwardArgument]

  /// Whether a module can be reached by several paths.
  var hasSharedModules: Bool { get }

  /// The first paths of the module that a path reaches and of every module below it; empty where there is no such module.
  func modulePaths(below path: String) -> [String]

  /// What a plugin's code gets of the module at a path: its plain attributes, and its own tensors as they are now; nil where there is
  /// no such module.
  func leafContents(at path: String) -> LeafContents?

  /// The flag that the module at a path has in a mode: its own where it differs from the root's, else the mode's.
  func isTraining(at path: String, in mode: Mode) -> Bool
}

/// What a traced model can be made of.
public protocol Traceable {
  /// The model, ready to be traced.
  ///
  /// - Throws: where its modules can't be found, as with a cycle among them.
  func tracedModel() throws -> any TracedModel
}

extension TracedModel {
  /// The model itself.
  public func tracedModel() -> any TracedModel { self }

  /// Paths of the modules that a path reaches and that are named by another: those that stand in several places.
  package func pathsElsewhere(below path: String) -> [String] {
    hasSharedModules ? modulePaths(below: path).filter { $0 != path && !$0.hasPrefix(path + ".") } : []
  }
}

extension ScriptModel: TracedModel {
  /// The archive's file without folders.
  public var name: String { archive.path.split(separator: "/").last.map(String.init) ?? archive.path }

  /// The arguments of `forward` in order.
  ///
  /// - Throws: `trace.no-forward`, `archive.unreadable`.
  public func forwardArguments() throws -> [ForwardArgument] {
    try forwardMethod(of: root).function.schema().arguments.dropFirst().map { argument in
      ForwardArgument(
        name: argument.name, type: TypeExpression(argument.type),
        defaultValue: argument.defaultValue.flatMap { Argument(literal: $0) })
    }
  }

  /// `forward`, or what scripting made of it for a layer with several signatures.
  func forwardMethod(of module: ScriptModule) throws -> (function: ScriptFunction, name: String) {
    for name in ["forward", "forward__0"] {
      if let function = module.object.method(name) { return (function, name) }
    }
    throw TraceErrors.noForward(
      methods: module.object.methodNames, at: .init(modulePath: module.path, moduleType: module.type))
  }

  /// Whether a module can be reached by several paths.
  public var hasSharedModules: Bool { modulePaths.count > modules.count || !twins.firstPaths.isEmpty }

  /// The first paths of the module that a path reaches and of every module below it.
  public func modulePaths(below path: String) -> [String] {
    guard let root = module(at: path) else { return [] }
    let paths = modules(below: root).map(\.path)
    let twins = twins
    guard !twins.firstPaths.isEmpty else { return paths }
    // An archive may have an object for each path of one module: what writes one writes the others.
    let first = Set(paths.map(twins.first))
    let elsewhere = modules.map(\.path).filter { first.contains(twins.first($0)) }
    return paths + elsewhere.filter { !paths.contains($0) }
  }

  /// The flag that the module at a path has in a mode.
  public func isTraining(at path: String, in mode: Mode) -> Bool {
    module(at: path).map { isTraining($0, in: mode) } ?? mode.isTraining
  }

  /// A module's plain attributes, constants of its class among them, and its own tensors as they are now.
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
