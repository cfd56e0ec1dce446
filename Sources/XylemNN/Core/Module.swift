public import XylemErrors
internal import XylemFiles
internal import XylemScript
internal import XylemTensor
public import XylemTrace

/// A node of a model's module tree, with parameters, buffers and children, and usually a `forward`.
///
/// Subclass it and declare its parts as stored properties: modules, ``Parameter``s, ``Buffer``s, and optionals, arrays,
/// dictionaries and structures of those. They are found by reflection, base classes first, in the order of declaration;
/// no registration is needed. A property of type `Tensor` is an error when the model is used, not a silent omission.
///
///     final class Block: Module, Layer {
///       let conv1 = Conv2d(64, 64, kernelSize: 3, padding: 1)   // conv1.weight, conv1.bias
///       let downsample: Sequential? = nil
///       func forward(_ x: Tensor) throws -> Tensor { try conv1(x) }
///     }
///
/// The name of a property in paths and state dicts is its own name in snake case (`classToken` becomes `class_token`),
/// unless ``keys`` overrides it. A module may occur in several places of a model; its first path is its own.
///
/// A reference type, like PyTorch's modules, and not safe to change from several threads.
open class Module: Traceable {
  private var flag = true

  /// Creates a module in train mode.
  public init() {}

  /// Whether the module behaves as in training. While a model is traced or an extractor runs, the mode of the trace or
  /// extractor applies, and this flag is neither read nor changed. A module whose flag differs from its root's keeps it
  /// in every mode.
  public final var isTraining: Bool {
    get { ModuleModes.current?.isTraining(self) ?? ownFlag }
    set { ownFlag = newValue }
  }

  /// The error in the initialiser's arguments. Nil if they are valid.
  ///
  /// Initialisers don't throw, because properties of modules are initialised where throwing is impossible. Instead, any
  /// use of the module, or of a model that contains it, throws this error with the module's path: calling, tracing,
  /// loading, switching the mode, listing modules and parameters. PyTorch raises when such a layer is created.
  ///
  ///     let conv = Conv2d(3, 4, kernelSize: 1, groups: 2)
  ///     try conv(x)  // 3 and 4 channels can't be divided into 2 groups (model.argument)
  ///
  /// Your own module may set it in its initialiser.
  public final var fault: XylemError?

  /// - Throws: ``fault``, if there is one.
  final func checkFault() throws(XylemError) {
    if let fault { throw fault }
  }

  /// The module's own flag, whatever is being traced.
  var ownFlag: Bool {
    get { flag }
    set { flag = newValue }
  }

  /// The name that rules of a ``LeafPolicy`` match and that traces show: the type name, with its Swift module. Layers
  /// of PyTorch have their PyTorch names, as in `torch.nn.modules.conv.Conv2d`.
  open class var typeName: String { String(reflecting: self) }

  /// The keys of this module's tensors in state dicts of earlier versions, with their keys now: both below the module.
  ///
  /// A state dict that has a former key, and not the present one, is loaded as if it had the present one.
  open var formerKeys: [String: String] { [:] }

  /// Names of properties in paths and state dicts that differ from the property's name in snake case. Nil excludes a
  /// property from the model.
  ///
  ///     override class var keys: [String: String?] { ["mixed5b": "Mixed_5b", "parent": nil] }
  open class var keys: [String: String?] { [:] }

  /// The arguments that ``description`` prints for the module: PyTorch's `extra_repr`.
  ///
  ///     override var extraDescription: String { "width=\(width)" }
  open var extraDescription: String { "" }

  /// How the module is run as a whole, for modules whose `forward` does not have the signature of ``Layer``.
  ///
  ///     override var entry: ModuleEntry? {
  ///       ModuleEntry("image", "mask") { [unowned self] (image: Tensor, mask: Tensor) in try forward(image, mask) }
  ///     }
  open var entry: ModuleEntry? { nil }

  /// Whether its code is known to consist only of operators on tensors, so that an extractor may run those instead.
  package class var consistsOfOperators: Bool { false }

  /// Whether operators may run instead of the module. False for a subclass from outside the package, whose code may do
  /// anything.
  static var runsAsOperators: Bool { consistsOfOperators && isOfPackage }

  /// Whether it is a type of this package, whose code does nothing that a trace does not see.
  static var isOfPackage: Bool {
    let name = String(reflecting: self)
    return ["XylemNN.", "XylemModels.", "XylemDetection."].contains { name.hasPrefix($0) }
  }

  /// The module and its descendants, ready to be traced.
  ///
  /// - Throws: `model.cycle`, `model.unregistered`, `model.duplicate-key`.
  public final func tracedModel() throws -> any TracedModel { try SwiftModel(self) }
}

extension Module {
  /// Switches the module and its descendants to train mode or eval mode.
  ///
  /// - Throws: as ``namedModules()``; then nothing is switched.
  public final func train(_ isTraining: Bool = true) throws(XylemError) {
    for entry in try ModuleTree(self).entries { entry.module.isTraining = isTraining }
  }

  /// Switches the module and its descendants to eval mode.
  ///
  /// - Throws: as ``namedModules()``; then nothing is switched.
  public final func eval() throws(XylemError) { try train(false) }

  /// The module and its descendants, each once with its first path. The module itself has the empty path.
  ///
  /// - Throws: `model.cycle` if a module contains itself, `model.unregistered` for a tensor that is neither a parameter
  ///   nor a buffer, `model.duplicate-key` if two parts have the same name, a module's ``fault``, and `model.argument`
  ///   for a parameter or buffer with an invalid shape.
  public final func namedModules() throws(XylemError) -> [(path: String, module: Module)] {
    try ModuleTree(self).entries.map { ($0.path, $0.module) }
  }

  /// The parameters of the module and its descendants, each once with its first path.
  ///
  /// - Throws: as ``namedModules()``.
  public final func namedParameters() throws(XylemError) -> [(path: String, parameter: Parameter)] {
    try ModuleTree(self).parameters
  }

  /// The parameters of the module and its descendants, each once: the input of an optimizer.
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

  /// Creates the elements of all parameters now, in the model's order, instead of on first use.
  ///
  /// - Throws: `runtime.not-found`, `runtime.tensor`, and as ``namedModules()``.
  public final func initialize() throws(XylemError) {
    for entry in try ModuleTree(self).entries {
      for slot in entry.tensors { try slot.tensor.materialize() }
    }
  }
}

extension Module {
  /// Freezes the modules at the paths that a glob matches, and those below: their parameters no longer require
  /// gradients.
  ///
  ///     try model.freeze("layer1.*")
  ///
  /// - Returns: the paths of the parameters that were frozen.
  /// - Throws: `model.unknown-path` if the glob matches no module and no parameter; as ``namedModules()``.
  @discardableResult
  public final func freeze(_ glob: String) throws(XylemError) -> [String] {
    let tree = try ModuleTree(self)
    return try setRequiresGrad(false, tree, glob, where: Self.selection(tree, glob))
  }

  /// Makes the parameters that ``freeze(_:)-(String)`` with the same glob would freeze require gradients.
  ///
  ///     try model.freeze("**")
  ///     try model.unfreeze("layer4")
  ///
  /// - Returns: the paths of the parameters.
  /// - Throws: as ``freeze(_:)-(String)``; `runtime.tensor` for parameters of integers.
  @discardableResult
  public final func unfreeze(_ glob: String) throws(XylemError) -> [String] {
    let tree = try ModuleTree(self)
    return try setRequiresGrad(true, tree, glob, where: Self.selection(tree, glob))
  }

  private static func selection(_ tree: ModuleTree, _ glob: String) -> (String, ModuleTree.Entry) -> Bool {
    let matched = tree.entries.filter { Glob.matches($0.path, glob) }
    return { path, owner in
      Glob.matches(path, glob)
        || matched.contains { $0 === owner || $0.path.isEmpty || owner.path.hasPrefix($0.path + ".") }
    }
  }

  /// Freezes all modules of a type, and the modules below them.
  ///
  ///     try model.freeze(BatchNorm2d.self)
  ///
  /// - Returns: the paths of the parameters that were frozen.
  /// - Throws: `model.unknown-path` if the model has no such module; as ``namedModules()``.
  @discardableResult
  public final func freeze(_ type: Module.Type) throws(XylemError) -> [String] {
    let tree = try ModuleTree(self)
    return try setRequiresGrad(false, tree, type.typeName, where: Self.selection(tree, type))
  }

  /// Makes the parameters of all modules of a type, and of the modules below them, require gradients.
  ///
  /// - Returns: the paths of the parameters.
  /// - Throws: `model.unknown-path` if the model has no such module; as ``namedModules()``.
  @discardableResult
  public final func unfreeze(_ type: Module.Type) throws(XylemError) -> [String] {
    let tree = try ModuleTree(self)
    return try setRequiresGrad(true, tree, type.typeName, where: Self.selection(tree, type))
  }

  private static func selection(_ tree: ModuleTree, _ type: Module.Type) -> (String, ModuleTree.Entry) -> Bool {
    let matched = tree.entries.filter { Swift.type(of: $0.module) == type }
    return { _, owner in
      matched.contains { $0 === owner || $0.path.isEmpty || owner.path.hasPrefix($0.path + ".") }
    }
  }

  private func setRequiresGrad(
    _ requiresGrad: Bool, _ tree: ModuleTree, _ what: String, where isSelected: (String, ModuleTree.Entry) -> Bool
  ) throws(XylemError) -> [String] {
    var selected: [String] = []
    for entry in tree.entries {
      for slot in entry.tensors where slot.kind == .parameter {
        let path = entry.path(of: slot.key)
        guard isSelected(path, entry) else { continue }
        try slot.tensor.setRequiresGrad(requiresGrad)
        selected.append(path)
      }
    }
    guard !selected.isEmpty else { throw ModuleErrors.unknownPath(what, known: tree.entries.map(\.path)) }
    return selected
  }
}
