public import XylemGraph

/// A blind spot: a part of a model that was compared from the outside only.
public struct HiddenPart: Sendable, Hashable {
  /// The kind of blind spot.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// A module that is not traced through, of an unknown type.
    case leafModule = "leaf-module"
    /// An unknown function that is not traced through.
    case leafFunction = "leaf-function"
    /// A block of control flow that was not traced through.
    case region
    /// A module that became a leaf because it could not be traced.
    case automaticLeaf = "automatic-leaf"
    /// A leaf that runs a plugin's code.
    case plugin
  }

  /// The path of the module that it is, or is in. Empty for the root.
  public var path: String
  /// The kind of blind spot.
  public var kind: Kind
  /// The type of the module, or the name of the function.
  public var type: String?
  /// Its declared dependence on the mode. Nil if it declares nothing.
  public var mode: ModeTrait?
  /// Whether its code may read the mode. False if the code was read and can't.
  public var mayReadMode: Bool
  /// Why it is hidden, in one sentence.
  public var reason: String?
  /// Paths of the modules that are hidden with it.
  public var hiddenModules: [String]

  /// Creates a blind spot.
  public init(
    path: String, kind: Kind, type: String? = nil, mode: ModeTrait? = nil, mayReadMode: Bool = true,
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
