extension TraceDiff {
  /// The result of running both graphs on one input and one random state, for the model as a whole.
  public struct Run: Sendable, Hashable {
    /// The seed of each node's random state.
    public var seed: UInt64
    /// The number of pairs of nodes that had the same inputs and whose values were compared.
    public var compared: Int
    /// The number of these with different values.
    public var differing: Int
    /// The largest absolute difference between two elements of the modes' results, each mode run from beginning to end.
    /// Nil if they are equal, or have different structures.
    public var outputDifference: Double?
    /// Whether the modes' results differ. Nil if they were not compared, as in a pruned trace, or if a mode does not
    /// run.
    public var outputDiffers: Bool?
    /// Names, in the train trace, of nodes that gave different values and that no finding covers, in order.
    public var unexplained: [String]
    /// The position and reason of an early end of the comparison. Nil if it finished.
    public var failure: String?

    /// Creates the result of a run.
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
