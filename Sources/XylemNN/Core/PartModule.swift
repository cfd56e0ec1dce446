package import XylemTensor
package import XylemTrace

/// A part of a model that runs on its own, as the module sees it that represents the part in another model: what a
/// feature extractor is to the model that holds it.
package protocol ModelPart: AnyObject, Sendable {
  /// The model.
  var model: any TracedModel { get }
  /// The mode in which the part runs, unless the model that holds it is traced or extracted from.
  var mode: Mode { get set }
  /// Whether a tensor is needed, by its name and the first path of its module.
  func needs(tensor name: String, of path: String) -> Bool
  /// Whether code of the module at a path runs, or a module below it is called.
  func needs(module path: String) -> Bool
  /// The keys of the results in order, with the types of the values.
  func results(in modes: ModelModes) throws -> [(key: String, type: String)]
  /// Runs the part.
  func run(_ arguments: [Value], in modes: ModelModes) throws -> Value
  /// The graph of the part, for arguments that may be stand-ins. Nil if it can only be run as a whole.
  func graph(_ arguments: [Value], in modes: ModelModes) throws -> PartGraph?
}

/// A value that stands for a module wherever a model's parts are listed.
package protocol ModuleRepresentable {
  /// The module; always the same one.
  var representedModule: Module { get }
}

/// The mode of a model, and the modules whose mode is the other one.
package struct ModelModes: Hashable, Sendable {
  package let mode: Mode
  /// Paths of the modules in the other mode.
  package let deviating: Set<String>

  package init(_ mode: Mode, deviating: Set<String> = []) {
    (self.mode, self.deviating) = (mode, deviating)
  }
}

/// The module that a part of a model is in another model.
///
/// It has the parameters, buffers and modules of the model that the part needs, with the model's own keys. It is not
/// the model's root, whose other properties the part does not need.
package final class PartModule: Module, @unchecked Sendable {
  package let part: any ModelPart
  /// The flag that modules have which are in the part's own mode. Nil for that of the model's root.
  private var reference: Bool?
  /// The modules of an archive, which has none written in Swift. Made when they are first listed.
  private var archiveModules: [(path: String, module: Module)] = []

  package init(_ part: any ModelPart) { self.part = part }

  /// `FeatureExtractor`.
  package override class var typeName: String { "FeatureExtractor" }

  /// Whether the model's code does nothing that a trace does not see.
  var isOfPackage: Bool { swiftModel.map { Swift.type(of: $0.root).isOfPackage } ?? false }

  /// The model, if it is written in Swift.
  var swiftModel: SwiftModel? { part.model as? SwiftModel }

  /// The mode of the part. Setting it makes the model's modules follow the part if they have the same flag.
  override var ownFlag: Bool {
    get { part.mode.isTraining }
    set {
      part.mode = newValue ? .train : .eval
      reference = newValue
    }
  }

  /// What the part needs of the model.
  private(set) lazy var tree: PartTree = {
    if let model = swiftModel { return PartTree(model.tree.root, of: part) }
    let found = PartTree(archive: part)
    archiveModules = found.modules
    return found
  }()

  /// The modes in which the part runs now: those of the model that is traced or extracted from, otherwise its own.
  /// A module whose flag differs from the others' keeps it. Modules that the part does not need do not count.
  package var modes: ModelModes {
    let current = ModuleModes.current
    let isTraining = current?.isTraining(self) ?? ownFlag
    var deviating: Set<String> = []
    func add(_ path: String, _ module: Module, unpinned: Bool) {
      let own = module.ownFlag
      let effective = current?.isTraining(module) ?? (own == unpinned ? isTraining : own)
      if effective != isTraining { deviating.insert(path) }
    }
    if let model = swiftModel {
      let unpinned = reference ?? model.root.ownFlag
      for entry in model.tree.entries.dropFirst() where part.needs(module: entry.path) {
        add(entry.path, entry.module, unpinned: unpinned)
      }
    } else {
      for (path, module) in archiveModules { add(path, module, unpinned: reference ?? true) }
    }
    return ModelModes(isTraining ? .train : .eval, deviating: deviating)
  }

  /// Records a call of the part. Nil if no model is being traced.
  ///
  /// - Returns: a dictionary.
  /// - Throws: the tracer's errors.
  package func recordCall(_ arguments: [Value], at site: CallSite) throws -> Value? {
    guard let tracer = Recording.current as? ModuleTracer else { return nil }
    return try tracer.callPart(self, arguments, at: site)
  }

  /// Runs the part, or records its nodes while a model is traced.
  func forward(_ arguments: [Value]) throws -> Value {
    let modes = modes
    guard let tracer = Recording.current as? ModuleTracer, let graph = try part.graph(arguments, in: modes) else {
      return try part.run(arguments, in: modes)
    }
    return try tracer.replay(graph, of: self)
  }
}
