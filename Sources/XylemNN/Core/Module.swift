public import XylemErrors
internal import XylemFiles
internal import XylemScript
internal import XylemTensor
public import XylemTrace

/// A node of a model's own tree, with parameters, buffers and children, and by custom a `forward`.
///
/// Subclass it and declare what it is made of as stored properties: modules, ``Parameter``s, ``Buffer``s, and optionals, arrays,
/// dictionaries and structures of those. They are found by reflection, base classes' first, in the order of their declaration;
/// nothing has to be registered. A `Tensor` that is declared bare is an error when the model is used and not a silent omission.
///
///     final class Block: Module, Layer {
///       let conv1 = Conv2d(64, 64, kernelSize: 3, padding: 1)   // conv1.weight, conv1.bias
///       let downsample: Sequential? = nil
///       func forward(_ x: Tensor) throws -> Tensor { try conv1(x) }
///     }
///
/// A property's name in paths and state dicts is its own in snake case (`classToken` is `class_token`); ``keys`` names it
/// otherwise. One module may stand in several places of a model: the first path that reaches it is its own.
///
/// A reference, like PyTorch's modules, and not safe to change from several threads.
open class Module: Traceable {
  private var flag = true

  /// A module in train mode.
  public init() {}

  /// Whether the module behaves as in training. Where a model is being traced or an extractor runs, that one's mode counts,
  /// and this flag is neither read nor changed; a module whose flag differs from its root's keeps it in every mode.
  public final var isTraining: Bool {
    get { ModuleModes.current?.isTraining(self) ?? flag }
    set { flag = newValue }
  }

  /// What the initialiser was given that the module can't work with; nil where it can.
  ///
  /// Initialisers don't throw, because properties of modules are initialised where nothing can. Instead whatever uses the
  /// module, or a model that it is part of, throws this with the module's path: calling, tracing, loading, switching the
  /// mode, listing modules and parameters. PyTorch raises when such a layer is made.
  ///
  ///     let conv = Conv2d(3, 4, kernelSize: 1, groups: 2)
  ///     try conv(x)  // 3 and 4 channels can't be divided into 2 groups (model.argument)
  ///
  /// A module of your own may set it in its initialiser.
  public final var fault: XylemError?

  /// - Throws: ``fault``, where there is one.
  final func checkFault() throws(XylemError) {
    if let fault { throw fault }
  }

  /// The module's own flag, whatever is being traced.
  final var ownFlag: Bool { flag }

  /// The name that rules of a ``LeafPolicy`` match and that traces show: the type's, with the Swift module it is from. Layers
  /// that PyTorch has too have the names that they have there, as in `torch.nn.modules.conv.Conv2d`.
  open class var typeName: String { String(reflecting: self) }

  /// Names of properties in paths and state dicts where they are not the properties' own in snake case; nil leaves a property
  /// out of the model.
  ///
  ///     override class var keys: [String: String?] { ["mixed5b": "Mixed_5b", "parent": nil] }
  open class var keys: [String: String?] { [:] }

  /// What ``description`` says of the module besides its name and children: PyTorch's `extra_repr`.
  ///
  ///     override var extraDescription: String { "width=\(width)" }
  open var extraDescription: String { "" }

  /// How the module is run as a whole, for modules whose `forward` does not have the form of a ``Layer``.
  ///
  ///     override var entry: ModuleEntry? {
  ///       ModuleEntry("image", "mask") { [unowned self] (image: Tensor, mask: Tensor) in try forward(image, mask) }
  ///     }
  open var entry: ModuleEntry? { nil }

  /// Whether its code is known to be nothing but operators on tensors, so that an extractor may run those in its stead.
  package class var consistsOfOperators: Bool { false }

  /// Whether operators may run in its stead: not for a subclass from outside of the package, whose code may do anything.
  static var runsAsOperators: Bool { consistsOfOperators && isOfPackage }

  /// Whether it is a type of the package, whose code does nothing that a trace does not see.
  static var isOfPackage: Bool {
    let name = String(reflecting: self)
    return ["XylemNN.", "XylemModels."].contains { name.hasPrefix($0) }
  }

  /// The module and its descendants, ready to be traced.
  ///
  /// - Throws: `model.cycle`, `model.unregistered`, `model.duplicate-key`.
  public final func tracedModel() throws -> any TracedModel { try SwiftModel(self) }
}

extension Module {
  /// Switches the module and its descendants to train mode, or to eval mode.
  ///
  /// - Throws: as ``namedModules()``; nothing is switched then.
  public final func train(_ isTraining: Bool = true) throws(XylemError) {
    for entry in try ModuleTree(self).entries { entry.module.isTraining = isTraining }
  }

  /// Switches the module and its descendants to eval mode.
  ///
  /// - Throws: as ``namedModules()``; nothing is switched then.
  public final func eval() throws(XylemError) { try train(false) }

  /// The module and its descendants, each once by the first path that reaches it; the module itself has the empty path.
  ///
  /// - Throws: `model.cycle` where a module contains itself, `model.unregistered` for a tensor that is neither a parameter nor a
  ///   buffer, `model.duplicate-key` where two things have one name, ``fault`` of a module that has one, and `model.argument`
  ///   for a parameter or buffer of a shape that no tensor has.
  public final func namedModules() throws(XylemError) -> [(path: String, module: Module)] {
    try ModuleTree(self).entries.map { ($0.path, $0.module) }
  }

  /// The parameters of the module and its descendants, each once by the first path that reaches it.
  ///
  /// - Throws: as ``namedModules()``.
  public final func namedParameters() throws(XylemError) -> [(path: String, parameter: Parameter)] {
    try ModuleTree(self).parameters
  }

  /// The parameters of the module and its descendants, each once: what an optimizer takes.
  ///
  /// - Throws: as ``namedModules()``.
  public final func parameters() throws(XylemError) -> [Parameter] { try namedParameters().map(\.parameter) }

  /// The descendant at a path, as in `layer1.0.conv1`; the module itself for the empty path.
  ///
  /// - Throws: `model.unknown-path` with the nearest paths, and as ``namedModules()``.
  public final func module(at path: String) throws(XylemError) -> Module {
    let tree = try ModuleTree(self)
    guard let entry = tree.entry(at: path) else {
      throw ModuleErrors.unknownPath(path, known: tree.entries.map(\.path))
    }
    return entry.module
  }

  /// Makes every parameter's elements now, in the model's order, instead of when each is needed.
  ///
  /// - Throws: `runtime.not-found`, `runtime.tensor`, and as ``namedModules()``.
  public final func initialize() throws(XylemError) {
    for entry in try ModuleTree(self).entries {
      for slot in entry.tensors { try slot.tensor.materialize() }
    }
  }
}

extension Module {
  /// Stops training of the modules below the paths that a glob matches: their parameters require no gradients any more.
  ///
  ///     try model.freeze("layer1.*")
  ///
  /// - Returns: the paths of the parameters that were frozen.
  /// - Throws: `model.unknown-path` where the glob matches no module and no parameter; as ``namedModules()``.
  @discardableResult
  public final func freeze(_ glob: String) throws(XylemError) -> [String] {
    let tree = try ModuleTree(self)
    let matched = tree.entries.filter { Glob.matches($0.path, glob) }
    return try freeze(tree, glob) { path, owner in
      Glob.matches(path, glob) || matched.contains { $0 === owner || owner.path.hasPrefix($0.path + ".") }
    }
  }

  /// Stops training of all modules of a type, and of what is below them.
  ///
  ///     try model.freeze(BatchNorm2d.self)
  ///
  /// - Returns: the paths of the parameters that were frozen.
  /// - Throws: `model.unknown-path` where the model has no such module; as ``namedModules()``.
  @discardableResult
  public final func freeze(_ type: Module.Type) throws(XylemError) -> [String] {
    let tree = try ModuleTree(self)
    let matched = tree.entries.filter { Swift.type(of: $0.module) == type }
    return try freeze(tree, type.typeName) { _, owner in
      matched.contains { $0 === owner || $0.path.isEmpty || owner.path.hasPrefix($0.path + ".") }
    }
  }

  private func freeze(
    _ tree: ModuleTree, _ what: String, where isFrozen: (String, ModuleTree.Entry) -> Bool
  ) throws(XylemError) -> [String] {
    var frozen: [String] = []
    for entry in tree.entries {
      for slot in entry.tensors where slot.kind == .parameter {
        let path = entry.path(of: slot.key)
        guard isFrozen(path, entry) else { continue }
        try slot.tensor.setRequiresGrad(false)
        frozen.append(path)
      }
    }
    guard !frozen.isEmpty else { throw ModuleErrors.unknownPath(what, known: tree.entries.map(\.path)) }
    return frozen
  }
}
