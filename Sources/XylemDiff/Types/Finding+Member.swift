extension Finding {
  /// A part of a finding.
  public struct Member: Sendable, Hashable {
    /// Sixteen hexadecimal digits, as a finding has.
    public var fingerprint: String
    /// The name of the node, in the train trace where it has one there.
    public var node: String
    /// One sentence.
    public var message: String
    /// Whether it follows from the finding, and goes with it: a consumer that reads another value, a name with another number.
    /// Otherwise it is one of several places of the same cause.
    public var isConsequence: Bool

    /// A part of a finding.
    public init(fingerprint: String, node: String, message: String, isConsequence: Bool = false) {
      self.fingerprint = fingerprint
      self.node = node
      self.message = message
      self.isConsequence = isConsequence
    }
  }
}
