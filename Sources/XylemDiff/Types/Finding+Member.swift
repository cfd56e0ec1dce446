extension Finding {
  /// A part of a finding.
  public struct Member: Sendable, Hashable {
    /// Sixteen hexadecimal digits, as in a finding.
    public var fingerprint: String
    /// The name of the node, in the train trace if it is there.
    public var node: String
    /// One sentence.
    public var message: String
    /// Whether it is a consequence of the finding: a consumer that reads a different value, a name with a different
    /// number. Otherwise it is one of several places with the same cause.
    public var isConsequence: Bool

    /// Creates a part of a finding.
    public init(fingerprint: String, node: String, message: String, isConsequence: Bool = false) {
      self.fingerprint = fingerprint
      self.node = node
      self.message = message
      self.isConsequence = isConsequence
    }
  }
}
