public import XylemGraph

/// A plugin's description of itself: its id, the ABI it needs, and its leaves.
public struct PluginManifest: Sendable, Hashable, Codable {
  /// A leaf module of the plugin.
  public struct LeafModule: Sendable, Hashable, Codable {
    /// The type of the modules that are leaves, as in `Conv2dSame`.
    public var type: String
    /// How the computation depends on train and eval mode.
    public var mode: ModeTrait
    /// Which of its calls may run at the same time.
    public var threading: LeafThreading
    /// What it declares with flags.
    public var flags: LeafFlags
    /// Positions of the arguments whose elements it writes, ascending.
    public var writes: [Int]
    /// A one-sentence summary; may be empty.
    public var summary: String

    /// Whether equal arguments give equal results.
    public var isDeterministic: Bool { flags.contains(.isDeterministic) }
    /// Whether it runs in place of the model's own forward.
    public var replacesForward: Bool { flags.contains(.replacesForward) }
  }

  /// A leaf function of the plugin.
  public struct LeafFunction: Sendable, Hashable, Codable {
    /// The function's name, as in `nms`.
    public var name: String
    /// Its type, as in `(tensor, tensor, f64) -> tensor`.
    public var signature: String
    /// The operator of the runtime that it implements, as in `torchvision::nms`.
    public var operatorName: String?
    /// The type of its backward function, if it has one.
    public var backwardSignature: String?
    /// A one-sentence summary; may be empty.
    public var summary: String
    /// Whether the compiler that built the function wrote or checked the signature.
    public var isDerived: Bool
    /// Which of its calls may run at the same time.
    public var threading: LeafThreading
    /// What it declares with flags.
    public var flags: LeafFlags

    /// Whether equal arguments give equal results.
    public var isDeterministic: Bool { flags.contains(.isDeterministic) }
    /// Whether it draws random numbers.
    public var isRandom: Bool { flags.contains(.isRandom) }
  }

  /// The id, a reverse-domain name, as in `org.xylem.same-padding`.
  public var id: String
  /// The display name.
  public var name: String
  /// The version, in the plugin's own numbering.
  public var version: String
  /// The ABI that the plugin was built with.
  public var abi: ABIVersion
  /// The oldest ABI that the plugin works with.
  public var abiNeeded: ABIVersion
  /// The leaf modules, in the order of the notes.
  public var modules: [LeafModule]
  /// The leaf functions, in the order of the notes.
  public var functions: [LeafFunction]
}
