/// What a plugin says of itself: who it is, which ABI it needs, and which leaves it brings.
public struct PluginManifest: Sendable, Hashable, Codable {
  /// A leaf module that a plugin brings.
  public struct LeafModule: Sendable, Hashable, Codable {
    /// The type of the modules that are leaves, as in `Conv2dSame`.
    public var type: String
    /// How it depends on train and eval mode.
    public var mode: ModeTrait
    /// Which of its calls may happen at the same time.
    public var threading: LeafThreading
    /// Whether equal arguments give equal results.
    public var isDeterministic: Bool
    /// Whether it runs in place of the model's own forward.
    public var replacesForward: Bool
    /// Positions of the arguments whose elements it writes, ascending.
    public var writes: [Int]
    /// One sentence for people; empty where there is none.
    public var summary: String
  }

  /// A leaf function that a plugin brings.
  public struct LeafFunction: Sendable, Hashable, Codable {
    /// The function's name, as in `nms`.
    public var name: String
    /// Its type, as in `(tensor, tensor, f64) -> tensor`.
    public var signature: String
    /// The operator of the runtime that it implements, as in `torchvision::nms`.
    public var operatorName: String?
    /// The type of its backward function, where it has one.
    public var backwardSignature: String?
    /// One sentence for people; empty where there is none.
    public var summary: String
    /// Whether the compiler that built the function wrote or checked the signature.
    public var isDerived: Bool
    /// Which of its calls may happen at the same time.
    public var threading: LeafThreading
    /// Whether equal arguments give equal results.
    public var isDeterministic: Bool
    /// Whether it draws random numbers.
    public var isRandom: Bool
  }

  /// Reverse-domain name, as in `org.xylem.same-padding`.
  public var id: String
  /// For people.
  public var name: String
  /// In the plugin's own counting.
  public var version: String
  /// What the plugin was built with.
  public var abi: ABIVersion
  /// The oldest host that the plugin works with.
  public var abiNeeded: ABIVersion
  /// In the order of the notes.
  public var modules: [LeafModule]
  /// In the order of the notes.
  public var functions: [LeafFunction]
}
