extension Finding {
  /// A known cause of a difference.
  public enum Cause: Sendable, Hashable, CustomStringConvertible {
    /// Values are dropped at random.
    case dropout
    /// Statistics of batches are collected in train mode and used in eval mode.
    case batchNorm
    /// As batch norm, with statistics of single inputs.
    case instanceNorm
    /// Whole blocks are skipped at random.
    case stochasticDepth
    /// Whole regions of a feature map are dropped at random.
    case dropBlock
    /// The slope of the activation is drawn at random.
    case randomizedLeakyReLU
    /// A head that only train mode runs, such as those of GoogLeNet and Inception.
    case auxiliaryHead
    /// A detector returns losses in train mode and boxes in eval mode.
    case detector
    /// A layer keeps a value that it computed from its first input.
    case cache
    /// The model's code assigns to an attribute.
    case assignment
    /// A plugin declares the difference.
    case declared
    /// A module keeps its own mode.
    case ownMode
    /// Another operator draws random numbers or writes state: `bernoulli`.
    case `operator`(String)

    /// The cause in reports and fingerprints, the same in every release: `batch norm`.
    public var description: String {
      switch self {
      case .dropout: "dropout"
      case .batchNorm: "batch norm"
      case .instanceNorm: "instance norm"
      case .stochasticDepth: "stochastic depth"
      case .dropBlock: "drop block"
      case .randomizedLeakyReLU: "randomized leaky relu"
      case .auxiliaryHead: "auxiliary head"
      case .detector: "detector"
      case .cache: "a cache"
      case .assignment: "an assignment"
      case .declared: "declared"
      case .ownMode: "mode of its own"
      case .operator(let name): name
      }
    }
  }
}
