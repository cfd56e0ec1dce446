internal import OrderedCollections
internal import Synchronization
public import XylemErrors
package import XylemGraph
public import XylemScript
package import XylemTensor

/// A TorchScript archive, ready to be traced: its module tree is walked once, its code read on demand.
///
/// Several threads may trace it at once.
public final class ScriptModel: Sendable {
  /// The archive.
  public let archive: ScriptArchive
  /// The root module.
  public let root: ScriptModule
  /// All modules by their first path, in the model's order, the root first.
  public let modules: [ScriptModule]

  private let modulesByIdentity: [UInt64: ScriptModule]
  /// All paths of modules.
  let modulePaths: Set<String>
  private let codes = Mutex<[ScriptFunction: ScriptCode]>([:])
  /// Whether methods that tracing may have written were written by tracing.
  let tracedFunctions = Mutex<[ScriptFunction: Bool]>([:])
  /// The modules with several paths, computed on first use.
  private let knownTwins = Mutex<ModuleTwins?>(nil)
  /// What functions do with everything that they call.
  let summaries = Mutex<[ScriptFunction: CodeSummary]>([:])
  /// Names of the attributes that the model's code assigns, computed on first use.
  let knownAssignments = Mutex<Set<String>?>(nil)
  /// What untraced functions do with containers in their arguments.
  let containerUses = Mutex<[ScriptFunction: (shared: [Int], changed: [Int])]>([:])

  /// Loads an archive and walks its module tree.
  ///
  /// - Parameter allowsFileOperators: whether the model's code may read and write files, start processes and use the
  ///   network. Only for models whose author you trust.
  /// - Throws: as ``ScriptArchive/init(path:allowsFileOperators:)``.
  public convenience init(path: String, allowsFileOperators: Bool = false) throws(XylemError) {
    try self.init(ScriptArchive(path: path, allowsFileOperators: allowsFileOperators))
  }

  /// Walks the module tree of a loaded archive.
  ///
  /// - Throws: `archive.unreadable`.
  public init(_ archive: ScriptArchive) throws(XylemError) {
    self.archive = archive
    var walk = ModuleWalk()
    root = try walk.visit(try archive.root(), path: "")
    modules = walk.modules
    modulesByIdentity = walk.byIdentity
    modulePaths = walk.paths
  }

  /// The module of an object. Nil for an object that is not a module of this model.
  func module(of object: RuntimeObject) -> ScriptModule? { modulesByIdentity[object.identity] }

  /// The module at a path, or nil.
  public func module(at path: String) -> ScriptModule? { root.submodule(path.split(separator: ".").map(String.init)) }

  /// The module at which an attribute's path starts: the last module on the path, before objects of other classes.
  func owner(of path: String) -> ScriptModule? {
    var current = root
    for part in path.split(separator: ".") {
      guard case .module(let next)? = current.attributes[String(part)]?.content else { return current }
      current = next
    }
    return current
  }

  /// The modules with several paths.
  var twins: ModuleTwins {
    knownTwins.withLock { known in
      if let known { return known }
      let fresh = ModuleTwins(self)
      known = fresh
      return fresh
    }
  }

  /// The maximum number of nested blocks in one function that code walking over it can handle.
  private static let deepestNesting = 250

  /// The code of a function, read once.
  ///
  /// - Throws: `archive.unreadable`; `trace.recursion` for code with too deeply nested blocks.
  func code(of function: ScriptFunction) throws(XylemError) -> ScriptCode {
    if let known = codes.withLock({ $0[function] }) { return known }
    let fresh = try function.code()
    guard fresh.nesting <= Self.deepestNesting else {
      throw TraceErrors.nesting(fresh.qualifiedName, deepest: Self.deepestNesting)
    }
    codes.withLock { $0[function] = fresh }
    return fresh
  }

  /// Modules that keep their own flag in every mode, because it differs from the root's: a batch norm that is frozen in
  /// training, or a dropout that stays on in evaluation.
  public var pinnedModules: [ScriptModule] {
    guard let rootFlag = root.isTraining else { return [] }
    return modules.filter { ($0.isTraining ?? rootFlag) != rootFlag }
  }
}

/// A module of a model.
public final class ScriptModule: Sendable {
  /// An attribute's name, whether it is a parameter or buffer, and its value.
  struct Attribute: Sendable {
    enum Content: Sendable {
      case module(ScriptModule)
      case value(Value)
    }
    let content: Content
    let isParameter: Bool
    let isBuffer: Bool
    let type: ScriptType
  }

  /// The handle.
  public let object: ScriptObject
  /// The first path. Empty for the root.
  public let path: String
  /// The qualified type name without `__torch__.` and mangling.
  public let type: String
  /// The attributes, in the class's order.
  let attributes: OrderedDictionary<String, Attribute>
  /// Whether any module is among the attributes.
  let hasSubmodules: Bool
  let identity: UInt64

  init(object: ScriptObject, path: String, type: String, attributes: OrderedDictionary<String, Attribute>) {
    self.object = object
    self.path = path
    self.type = type
    self.attributes = attributes
    identity = object.identity
    hasSubmodules = attributes.values.contains { if case .module = $0.content { true } else { false } }
  }

  /// The module's own flag when the model was loaded. Nil if it has none.
  public var isTraining: Bool? {
    if case .value(.literal(.bool(let flag)))? = attributes["training"]?.content { return flag }
    return nil
  }

  /// The module to which names of attributes lead, one after the other. Nil if one of them is not a module.
  func submodule(_ names: [String]) -> ScriptModule? {
    var current = self
    for name in names {
      guard case .module(let next)? = current.attributes[name]?.content else { return nil }
      current = next
    }
    return current
  }

  /// The path of an attribute of this module.
  func path(of attribute: String) -> String { path.isEmpty ? attribute : path + "." + attribute }

  /// This module and its submodules, without repetition.
  func forEachModule(_ body: (ScriptModule) -> Void) {
    body(self)
    for attribute in attributes.values {
      if case .module(let child) = attribute.content { child.forEachModule(body) }
    }
  }
}

/// Walks a module tree depth first, visiting each module once.
private struct ModuleWalk {
  var modules: [ScriptModule] = []
  var byIdentity: [UInt64: ScriptModule] = [:]
  var paths: Set<String> = []
  private var types: [String: String] = [:]

  mutating func visit(_ object: ScriptObject, path: String) throws(XylemError) -> ScriptModule {
    paths.insert(path)
    let identity = object.identity
    if let known = byIdentity[identity] { return known }
    let position = modules.count
    // Children refer to their parent only through paths, so the parent can be created after them.
    var attributes: OrderedDictionary<String, ScriptModule.Attribute> = [:]
    for attribute in try object.attributes() {
      let content: ScriptModule.Attribute.Content
      if case .object(let child) = attribute.value, child.kind == .module {
        let childPath = path.isEmpty ? attribute.name : path + "." + attribute.name
        let module = try visit(object.archive.object(child), path: childPath)
        content = .module(module)
      } else {
        content = .value(attribute.value)
      }
      attributes[attribute.name] = .init(
        content: content, isParameter: attribute.isParameter, isBuffer: attribute.isBuffer, type: attribute.type)
    }
    let qualified = object.type.name
    let type = types[qualified] ?? TypeName.readable(qualified)
    types[qualified] = type
    let module = ScriptModule(object: object, path: path, type: type, attributes: attributes)
    byIdentity[identity] = module
    modules.insert(module, at: position)
    return module
  }
}

extension ScriptModel {
  /// A module and all modules below it, each once.
  package func modules(below root: ScriptModule) -> [ScriptModule] {
    var found: [ScriptModule] = []
    var seen: Set<UInt64> = []
    root.forEachModule { if seen.insert($0.identity).inserted { found.append($0) } }
    return found
  }

  /// A module's flag in a mode: its own if it is pinned, otherwise the mode's.
  package func isTraining(_ module: ScriptModule, in mode: Mode) -> Bool {
    guard let rootFlag = root.isTraining, let own = module.isTraining, own != rootFlag else { return mode.isTraining }
    return own
  }

  /// Numbers of the values that a region captures, and of those that its code reads although they have no value yet.
  ///
  /// - Throws: `trace.unsupported` if the archive has no such code.
  package func captures(of region: Region) throws -> (set: [Int], unset: [Int]) {
    let all = try code(named: region.code).summary(of: region.code.statement).captures
    let unset = Set(region.unsetCaptures)
    return (
      all.indices.filter { !unset.contains($0) }.map { all[$0] },
      region.unsetCaptures.filter(all.indices.contains).map { all[$0] }
    )
  }

  /// The types of the values that a region captures.
  ///
  /// - Throws: as ``captures(of:)``.
  package func captureTypes(of region: Region) throws -> [ScriptType] {
    let code = try code(named: region.code)
    return try captures(of: region).set.map { code.types[$0] }
  }

  /// A value that is written in the model's code.
  package func constant(at reference: CodeReference) throws -> Value {
    try code(named: reference).statements[reference.statement].constant ?? .none
  }

  func code(named reference: CodeReference) throws -> ScriptCode {
    guard let function = archive.function(named: reference.function) else {
      throw TraceErrors.unsupported("the archive has no function '\(reference.function)'", at: .init())
    }
    let code = try code(of: function)
    guard code.statements.indices.contains(reference.statement) else {
      throw TraceErrors.unsupported("\(reference.function) has no statement \(reference.statement)", at: .init())
    }
    return code
  }
}
