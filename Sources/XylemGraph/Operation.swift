/// The operation of a node. The set is closed: every case has a fixed meaning, and invalid states can't be expressed.
public enum Operation: Hashable, Sendable {
  /// An argument of `forward`. Takes no inputs.
  case placeholder(Placeholder)
  /// Reads a parameter, a buffer or another attribute at run time. Takes no inputs; the path is the attribute's, as in
  /// `layer1.0.conv1.weight`.
  case attribute(path: String)
  /// Writes its single input to an attribute of the model.
  case setAttribute(path: String)
  /// An operator of the tensor runtime by its schema's name, as in `aten::add.Tensor`; inputs are the schema's
  /// arguments in order.
  case `operator`(name: String)
  /// `container[index]`. Inputs: a list, tuple or dictionary and an integer or key; or a tensor and a list of steps, each
  /// a tuple: `("select", dimension, index)`, `("slice", dimension, start, stop, step)`, `("unsqueeze", dimension)` or
  /// `("index", [tensors])`, applied in order as PyTorch's indexing applies them.
  case getItem
  /// Reads a field of an object that a node returned. One input.
  case getField(name: String)
  /// Calls a function that is not traced through. Inputs are the function's arguments in order.
  case leafFunction(LeafFunction)
  /// Calls a module that is not traced through. Inputs are the arguments of its method in order.
  case leafModule(LeafModule)
  /// Runs a block of control flow as a unit. Inputs are the values that the block captures, in the order of `captures`.
  case region(Region)
  /// Checks an assumption of the trace at run time. One input: the value of the condition.
  case `guard`(Guard)
  /// The result of `forward`. One input. The last node of a whole trace.
  case output
}

/// An argument of `forward`.
public struct Placeholder: Hashable, Sendable, Codable {
  /// The argument's name in the source.
  public var name: String
  /// The default. Nil if a value is required.
  public var defaultValue: NodeInput?
  /// The position among the arguments, from 0.
  public var position: Int

  /// Creates an argument at a position.
  public init(name: String, defaultValue: NodeInput? = nil, position: Int) {
    self.name = name
    self.defaultValue = defaultValue
    self.position = position
  }
}

/// A function that is called and not traced through.
public struct LeafFunction: Hashable, Sendable, Codable {
  /// The name that rules match: `torch.nn.functional.relu`.
  public var name: String
  /// The name under which the archive stores it, mangling included.
  public var qualifiedName: String
  /// For a method of a module that is called as a function: the module's path.
  public var modulePath: String?
  /// The plugin whose code replaces it. Nil if its own code runs.
  public var provider: LeafProvider?

  /// Creates a function from both its names.
  public init(name: String, qualifiedName: String, modulePath: String? = nil, provider: LeafProvider? = nil) {
    self.name = name
    self.qualifiedName = qualifiedName
    self.modulePath = modulePath
    self.provider = provider
  }
}

/// A module that is called and not traced through.
public struct LeafModule: Hashable, Sendable, Codable {
  /// The module's path in the model. Empty for the root.
  public var path: String
  /// The type name that rules match: `torch.nn.modules.conv.Conv2d`.
  public var type: String
  /// The called method, `forward` for a call of the module itself.
  public var method: String
  /// The plugin that made it a leaf. Nil if another rule did.
  public var provider: LeafProvider?

  /// Creates a module from its path and type.
  public init(path: String, type: String, method: String = "forward", provider: LeafProvider? = nil) {
    self.path = path
    self.type = type
    self.method = method
    self.provider = provider
  }
}

/// The plugin of an opaque node's leaf, exactly as it was when the model was traced.
public struct LeafProvider: Hashable, Sendable, Codable {
  /// The plugin's id, as in `org.xylem.same-padding`.
  public var plugin: String
  /// SHA-256 of the plugin's file, in hexadecimal digits.
  public var digest: String
  /// The name of the leaf in the plugin.
  public var leaf: String
  /// Whether the plugin's code replaces the model's own.
  public var replaces: Bool
  /// How far a function's signature can be trusted: `derived`, `checked` or `asserted`. Nil for modules.
  public var tier: String?
  /// The leaf's declared dependence on train and eval mode. Nil if it declares nothing.
  public var mode: ModeTrait?

  /// Creates the provenance of a plugin's leaf.
  public init(
    plugin: String, digest: String, leaf: String, replaces: Bool, tier: String? = nil, mode: ModeTrait? = nil
  ) {
    self.plugin = plugin
    self.digest = digest
    self.leaf = leaf
    self.replaces = replaces
    self.tier = tier
    self.mode = mode
  }
}

extension Operation {
  /// The plugin of a leaf. Nil for everything else.
  public var provider: LeafProvider? {
    switch self {
    case .leafModule(let module): module.provider
    case .leafFunction(let function): function.provider
    default: nil
    }
  }

  /// Updates the plugin of a leaf. Other operations are unchanged.
  mutating func setProvider(_ provider: LeafProvider) {
    switch self {
    case .leafModule(var module):
      module.provider = provider
      self = .leafModule(module)
    case .leafFunction(var function):
      function.provider = provider
      self = .leafFunction(function)
    default: break
    }
  }
}

/// A block of control flow that the runtime's interpreter runs and that is not traced through.
public struct Region: Hashable, Sendable, Codable {
  /// The kind of block in the source.
  public enum Kind: String, Hashable, Sendable, Codable { case `if`, loop, statement }

  /// The kind of block.
  public var kind: Kind
  /// The statement.
  public var code: CodeReference
  /// Names of the captured values in the code, in the order of the node's inputs.
  public var captures: [String]
  /// Positions, among all values that the statement's code reads, of those that have no value yet and are not captured:
  /// the code reads them only after it has set them.
  public var unsetCaptures: [Int]
  /// The number of values that the statement itself returns. The node's value is that value for one, and a tuple for
  /// any other number or if containers are returned too.
  public var resultCount: Int
  /// Positions among the captures of containers that the block may change. Their new contents follow the results.
  public var changedCaptures: [Int]
  /// Paths of the modules that the block may call, which the trace does not show.
  public var hiddenModules: [String]

  /// Creates a region from a statement.
  public init(
    kind: Kind, code: CodeReference, captures: [String], unsetCaptures: [Int] = [], resultCount: Int,
    changedCaptures: [Int] = [], hiddenModules: [String] = []
  ) {
    self.kind = kind
    self.code = code
    self.captures = captures
    self.unsetCaptures = unsetCaptures
    self.resultCount = resultCount
    self.changedCaptures = changedCaptures
    self.hiddenModules = hiddenModules
  }

  /// A file names the kind `block`, next to the operation's own kind, and omits `unsetCaptures` if there are none.
  private enum CodingKeys: String, CodingKey {
    case kind = "block"
    case code, captures, unsetCaptures, resultCount, changedCaptures, hiddenModules
  }

  /// Decodes the file form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    kind = try container.decode(Kind.self, forKey: .kind)
    code = try container.decode(CodeReference.self, forKey: .code)
    captures = try container.decode([String].self, forKey: .captures)
    unsetCaptures = try container.decodeIfPresent([Int].self, forKey: .unsetCaptures) ?? []
    resultCount = try container.decode(Int.self, forKey: .resultCount)
    changedCaptures = try container.decode([Int].self, forKey: .changedCaptures)
    hiddenModules = try container.decode([String].self, forKey: .hiddenModules)
  }

  /// Encodes the file form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(code, forKey: .code)
    try container.encode(captures, forKey: .captures)
    if !unsetCaptures.isEmpty { try container.encode(unsetCaptures, forKey: .unsetCaptures) }
    try container.encode(resultCount, forKey: .resultCount)
    try container.encode(changedCaptures, forKey: .changedCaptures)
    try container.encode(hiddenModules, forKey: .hiddenModules)
  }

  /// Whether the node's value is a tuple of results and changed containers.
  public var returnsTuple: Bool { resultCount + changedCaptures.count != 1 }
}

/// An assumption of the trace about a value that depends on the input.
public struct Guard: Hashable, Sendable, Codable {
  /// The expected value of the condition.
  public var expected: Bool
  /// The error that the model's own code raises otherwise. Parts that depend on the input are in braces. For a guard of
  /// shapes, what must hold.
  public var message: String
  /// Whether the shapes that the model was traced with decided the condition, and not the model's own check.
  public var isOfShapes: Bool

  /// Creates a guard with the message of the branch that raises.
  public init(expected: Bool, message: String, isOfShapes: Bool = false) {
    self.expected = expected
    self.message = message
    self.isOfShapes = isOfShapes
  }

  private enum CodingKeys: String, CodingKey { case expected, message, isOfShapes = "ofShapes" }

  /// Decodes the file form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    expected = try container.decode(Bool.self, forKey: .expected)
    message = try container.decode(String.self, forKey: .message)
    isOfShapes = try container.decodeIfPresent(Bool.self, forKey: .isOfShapes) ?? false
  }

  /// Encodes the file form, which omits a false `ofShapes`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(expected, forKey: .expected)
    try container.encode(message, forKey: .message)
    if isOfShapes { try container.encode(true, forKey: .isOfShapes) }
  }
}
