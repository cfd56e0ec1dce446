/// A blind spot: a part of a model that was compared from outside only.
public struct HiddenPart: Sendable, Hashable {
  /// What hides it.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// A module that is not traced through, of a type about which nothing is known.
    case leafModule = "leaf-module"
    /// A function that is not traced through, about which nothing is known.
    case leafFunction = "leaf-function"
    /// A block of control flow that was kept whole.
    case region
    /// A module that became a leaf because it could not be traced.
    case automaticLeaf = "automatic-leaf"
    /// A leaf that a plugin's code runs for.
    case plugin
  }

  /// The path of the module that it is in, or that it is; empty for the root.
  public var path: String
  /// What hides it.
  public var kind: Kind
  /// The type of the module, or the name of the function.
  public var type: String?
  /// How it says that it depends on the mode: `none`, `reads-mode`, `updates-state`, `random`; nil where it says nothing.
  public var mode: String?
  /// Whether its code may read the mode; false where the code was read and can't.
  public var mayReadMode: Bool
  /// Why it is hidden, in one sentence.
  public var reason: String?
  /// Paths of the modules that are hidden with it.
  public var hiddenModules: [String]

  /// A blind spot with what is known about it.
  public init(
    path: String, kind: Kind, type: String? = nil, mode: String? = nil, mayReadMode: Bool = true,
    reason: String? = nil, hiddenModules: [String] = []
  ) {
    self.path = path
    self.kind = kind
    self.type = type
    self.mode = mode
    self.mayReadMode = mayReadMode
    self.reason = reason
    self.hiddenModules = hiddenModules
  }
}
