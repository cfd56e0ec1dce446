/// Decides which modules and functions are not traced through.
///
/// A value: rules belong to it and to no global state. Rules added later do not override earlier ones; any rule that
/// matches makes a leaf.
///
///     let policy = LeafPolicy().leaf(type: "Conv2dSame").leaf(path: "encoder.*").wrap("leaf_function")
public struct LeafPolicy: Sendable, Hashable, Codable {
  /// One rule.
  public enum Rule: Sendable, Hashable, Codable {
    /// Modules of a type, by its name or its qualified name.
    case type(String)
    /// Modules whose path matches a glob: `*` stands for any characters, `?` for one.
    case path(String)
    /// A function, by its name or its qualified name.
    case function(String)
  }

  /// The rules that were added, in order.
  public private(set) var rules: [Rule] = []
  /// Whether the layers and functions that torchvision's tracer keeps whole are leaves.
  public private(set) var includesDefaults: Bool

  /// A policy with the default rules, or with none.
  public init(includesDefaults: Bool = true) { self.includesDefaults = includesDefaults }

  /// The policy under which everything is traced through.
  package static let none = LeafPolicy(includesDefaults: false)

  /// The policy with modules of a type as leaves, named with or without its qualifying path.
  public func leaf(type: String) -> LeafPolicy { adding(.type(type)) }

  /// The policy with modules as leaves whose path matches a glob, as in `encoder.*`.
  public func leaf(path glob: String) -> LeafPolicy { adding(.path(glob)) }

  /// The policy with a function as a leaf, named with or without its qualifying path.
  public func wrap(_ function: String) -> LeafPolicy { adding(.function(function)) }

  private func adding(_ rule: Rule) -> LeafPolicy {
    var policy = self
    policy.rules.append(rule)
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
      default: continue
      }
    }
    return includesDefaults && DefaultLeaves.isLeafModule(type) ? .type(type) : nil
  }

  /// The rule that makes a function a leaf, or nil.
  ///
  /// - Parameter name: the qualified name without `__torch__.` and mangling.
  public func rule(forFunction name: String) -> Rule? {
    for rule in rules {
      if case .function(let wanted) = rule, Self.name(wanted, matches: name) { return rule }
    }
    return includesDefaults && DefaultLeaves.isLeafFunction(name) ? .function(name) : nil
  }

  private static func name(_ wanted: String, matches qualified: String) -> Bool {
    wanted == qualified || (qualified.hasSuffix("." + wanted)) || TypeName.readable(wanted) == qualified
  }
}

extension LeafPolicy.Rule: CustomStringConvertible {
  /// The rule as the command line takes it.
  public var description: String {
    switch self {
    case .type(let name): name
    case .path(let glob): "path:" + glob
    case .function(let name): name
    }
  }
}
