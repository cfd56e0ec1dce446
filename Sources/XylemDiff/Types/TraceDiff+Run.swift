extension TraceDiff {
  /// What running both graphs on one input and one random state showed of the model as a whole.
  public struct Run: Sendable, Hashable {
    /// The seed from which the random state of each node was made.
    public var seed: UInt64
    /// How many pairs of nodes were given the same values, and their own compared.
    public var compared: Int
    /// How many of these gave different values.
    public var differing: Int
    /// The largest absolute difference between two elements of what the modes returned, each run from beginning to end; nil where it
    /// is the same, or is built in another way.
    public var outputDifference: Double?
    /// Whether what the modes returned differs; nil where it was not compared, as in a trace that was pruned, or where a mode does not run.
    public var outputDiffers: Bool?
    /// Names, in the train trace, of nodes that gave different values and that no finding is about, in order.
    public var unexplained: [String]
    /// Where the comparison ended before the last node, and why; nil where it did not.
    public var failure: String?

    /// What a run showed.
    public init(
      seed: UInt64, compared: Int, differing: Int, outputDifference: Double? = nil, outputDiffers: Bool? = nil,
      unexplained: [String] = [], failure: String? = nil
    ) {
      self.seed = seed
      self.compared = compared
      self.differing = differing
      self.outputDifference = outputDifference
      self.outputDiffers = outputDiffers
      self.unexplained = unexplained
      self.failure = failure
    }
  }
}
