/// A leaf that a plugin brings, as a value that policies and files keep: what it is called, and what it declares. Its code is found
/// by the plugin's digest, in the process that loaded it.
public struct PluginLeaf: Sendable, Hashable, Codable {
  /// Of what it is the leaf.
  public enum Kind: String, Sendable, Hashable, Codable { case module, function }

  /// Of what it is the leaf.
  public var kind: Kind
  /// The plugin.
  public var plugin: PluginIdentity
  /// The modules' type name, or the function's name.
  public var name: String
  /// Whether the plugin's code runs in place of the model's own.
  public var replaces: Bool
  /// How it depends on train and eval mode.
  public var mode: ModeTrait
  /// Positions of the arguments that it writes.
  public var writes: [Int]
  /// Whether it draws random numbers, whatever the mode.
  public var isRandom: Bool
  /// How far a function's signature can be trusted: `derived`, `checked` or `asserted`; nil for modules.
  public var tier: String?

  /// A leaf module of a plugin.
  public init(_ type: LeafModuleType) {
    kind = .module
    plugin = type.plugin
    name = type.name
    replaces = type.replacesForward
    mode = type.mode
    writes = type.writes
    isRandom = false
  }

  /// A leaf function of a plugin, or a wrapped symbol.
  ///
  /// - Parameter plugin: what the function comes from.
  public init(_ function: PluginFunction, of plugin: PluginIdentity) {
    kind = .function
    self.plugin = plugin
    name = function.name
    replaces = true
    // A function is not told the mode; one that draws may draw in both.
    mode = function.isRandom ? .unknown : .none
    writes = function.signature.parameters.indices.filter {
      function.signature.parameters[$0].content == .writtenTensor
    }
    isRandom = function.isRandom
    tier = function.tier.rawValue
  }
}

extension PluginFunction {
  /// The function as policies take it. Makes it known to this process's extractors.
  ///
  /// - Parameter plugin: what it comes from, as ``WrappedSymbol/load(allowsAsserted:)`` gives it.
  public func leaf(of plugin: PluginIdentity) -> PluginLeaf {
    LeafRegistry.add([self], of: plugin)
    return PluginLeaf(self, of: plugin)
  }
}
