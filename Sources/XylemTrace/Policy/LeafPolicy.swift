internal import XylemErrors
package import XylemGraph
public import XylemPlugins

/// Decides which modules and functions are not traced through.
///
/// The rules belong to the policy value and not to global state. Later rules do not override earlier ones; any matching
/// rule makes a leaf.
///
///     let policy = LeafPolicy().leaf(type: "Conv2dSame").leaf(path: "encoder.*").wrap("leaf_function")
public struct LeafPolicy: Sendable, Hashable, Codable {
  /// One rule.
  public enum Rule: Sendable, Hashable, Codable {
    /// Modules of a type, by its name or its qualified name.
    case type(String)
    /// Modules whose path matches a `Glob`.
    case path(String)
    /// A function, by its name or its qualified name.
    case function(String)
    /// A plugin's leaf, by the name that the plugin gives.
    case plugin(PluginLeaf)
  }

  /// The rules that were added, in order.
  public private(set) var rules: [Rule] = []
  /// Whether the layers and functions that torchvision's tracer does not trace through are leaves.
  public private(set) var includesDefaults: Bool

  /// Creates a policy with or without the default rules.
  public init(includesDefaults: Bool = true) { self.includesDefaults = includesDefaults }

  /// The policy that traces through everything.
  package static let none = LeafPolicy(includesDefaults: false)

  /// The policy with modules of a type as leaves. The type name may be qualified or not.
  public func leaf(type: String) -> LeafPolicy { adding(.type(type)) }

  /// The policy with modules whose path matches a glob as leaves, as in `encoder.*`.
  public func leaf(path glob: String) -> LeafPolicy { adding(.path(glob)) }

  /// The policy with a function as a leaf. The name may be qualified or not.
  public func wrap(_ function: String) -> LeafPolicy { adding(.function(function)) }

  /// The policy with a plugin's leaf. If the leaf replaces the module or function that it is named after, the plugin's
  /// code runs instead of the model's. Precedes rules that are added later.
  public func leaf(_ leaf: PluginLeaf) -> LeafPolicy { adding(.plugin(leaf)) }

  /// The policy with all leaves of a plugin.
  public func leaves(of plugin: LeafPlugin) -> LeafPolicy { plugin.leaves.reduce(self) { $0.leaf($1) } }

  /// The policy with leaves of plugins before its own rules.
  package func preceded(by leaves: [PluginLeaf]) -> LeafPolicy {
    var policy = self
    policy.rules = leaves.map { .plugin($0) } + rules
    return policy
  }

  private func adding(_ rule: Rule) -> LeafPolicy {
    var policy = self
    policy.rules.append(rule)
    return policy
  }

  /// The policy with different files of the same plugins.
  package func replacing(_ substitutes: [PluginIdentity: PluginIdentity]) -> LeafPolicy {
    var policy = self
    policy.rules = rules.map { rule in
      guard case .plugin(var leaf) = rule, let other = substitutes[leaf.plugin] else { return rule }
      leaf.plugin = other
      return .plugin(leaf)
    }
    return policy
  }

  /// The rule that makes a module a leaf, or nil.
  ///
  /// - Parameters:
  ///   - type: the qualified type name without `__torch__.` and mangling.
  ///   - path: the module's path; empty for the root.
  public func rule(forModule type: String, at path: String) -> Rule? {
    for rule in rules {
      switch rule {
      case .type(let name) where Self.name(name, matches: type): return rule
      case .path(let glob) where Glob.matches(path, glob): return rule
      case .plugin(let leaf) where leaf.kind == .module && Self.name(leaf.name, matches: type): return rule
      default: continue
      }
    }
    return includesDefaults && DefaultLeaves.isLeafModule(type) ? .type(type) : nil
  }

  /// The rule that makes every method of a module opaque, or nil: a rule that names the type or path, for code of the
  /// model itself. The default rules, and plugins that replace `forward`, concern only calls of the module.
  package func chosenRule(forModule type: String, at path: String) -> Rule? {
    guard let rule = rule(forModule: type, at: path), rules.contains(rule), rule.provider?.replaces != true else {
      return nil
    }
    return rule
  }

  /// The rule that makes a function a leaf, or nil.
  ///
  /// - Parameter name: the qualified name without `__torch__.` and mangling.
  public func rule(forFunction name: String) -> Rule? {
    for rule in rules {
      switch rule {
      case .function(let wanted) where Self.name(wanted, matches: name): return rule
      case .plugin(let leaf) where leaf.kind == .function && Self.name(leaf.name, matches: name): return rule
      default: continue
      }
    }
    return includesDefaults && DefaultLeaves.isLeafFunction(name) ? .function(name) : nil
  }

  private static func name(_ wanted: String, matches qualified: String) -> Bool {
    wanted == qualified || (qualified.hasSuffix("." + wanted)) || TypeName.readable(wanted) == qualified
  }
}

extension LeafPolicy.Rule: CustomStringConvertible {
  /// The rule in the command line's syntax.
  public var description: String {
    switch self {
    case .type(let name): name
    case .path(let glob): "path:" + glob
    case .function(let name): name
    case .plugin(let leaf): "\(leaf.name) (plugin \(leaf.plugin.id)\(leaf.tier.map { ", \($0)" } ?? ""))"
    }
  }
}

extension LeafPolicy.Rule {
  /// The provider of the leaf, for nodes.
  package var provider: LeafProvider? {
    guard case .plugin(let leaf) = self else { return nil }
    return LeafProvider(
      plugin: leaf.plugin.id, digest: leaf.plugin.digest, leaf: leaf.name, replaces: leaf.replaces, tier: leaf.tier,
      mode: leaf.mode == .unknown ? nil : leaf.mode)
  }

  /// The declared effects of calling the leaf, besides computing its value. Nil if the model's own code runs.
  package func effects(inputs count: Int, in mode: Mode) -> Effects? {
    guard case .plugin(let leaf) = self, leaf.replaces else { return nil }
    // An argument that is returned unchanged shares storage with the result.
    var effects = Effects(writes: leaf.writes.filter { $0 < count }, aliases: Array(0..<count))
    switch leaf.mode {
    case .none, .readsMode: break
    case .updatesState: effects.writesModel = mode.isTraining
    case .random: effects.usesRandomState = mode.isTraining
    case .unknown:
      effects.writesModel = leaf.kind == .module
      effects.usesRandomState = leaf.kind == .module
    }
    effects.usesRandomState = effects.usesRandomState || leaf.isRandom
    return effects
  }
}
