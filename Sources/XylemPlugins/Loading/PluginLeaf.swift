public import XylemGraph

/// A leaf of a plugin as a value that policies and files can store: its name and its declarations. Its code is found by
/// the plugin's digest, in the process that loaded it.
public struct PluginLeaf: Sendable, Hashable, Codable {
  /// The kind of a leaf.
  public enum Kind: String, Sendable, Hashable, Codable { case module, function }

  /// The kind of the leaf.
  public var kind: Kind
  /// The plugin.
  public var plugin: PluginIdentity
  /// The modules' type name, or the function's name.
  public var name: String
  /// Whether the plugin's code runs in place of the model's own.
  public var replaces: Bool
  /// How the computation depends on train and eval mode.
  public var mode: ModeTrait
  /// Positions of the arguments that it writes.
  public var writes: [Int]
  /// Whether it draws random numbers in any mode.
  public var isRandom: Bool
  /// How far a function's signature can be trusted: `derived`, `checked` or `asserted`. Nil for modules.
  public var tier: String?

  /// Creates a leaf for a plugin's leaf module.
  public init(_ type: LeafModuleType) {
    kind = .module
    plugin = type.plugin
    name = type.name
    replaces = type.replacesForward
    mode = type.mode
    writes = type.writes
    isRandom = false
  }

  /// Creates a leaf for a plugin's leaf function, or for a wrapped symbol.
  ///
  /// - Parameter plugin: the plugin that the function comes from.
  public init(_ function: PluginFunction, of plugin: PluginIdentity) {
    kind = .function
    self.plugin = plugin
    name = function.name
    replaces = true
    // A function does not know the mode; one that draws may draw in both.
    mode = function.isRandom ? .unknown : .none
    writes = function.signature.parameters.indices.filter {
      function.signature.parameters[$0].content == .writtenTensor
    }
    isRandom = function.isRandom
    tier = function.tier.rawValue
  }
}

extension PluginFunction {
  /// The function in the form that policies take. Registers it for this process's extractors.
  ///
  /// - Parameter plugin: the origin, as ``WrappedSymbol/load(allowsAsserted:)`` returns it.
  public func leaf(of plugin: PluginIdentity) -> PluginLeaf {
    LeafRegistry.add([self], of: plugin)
    return PluginLeaf(self, of: plugin)
  }
}
