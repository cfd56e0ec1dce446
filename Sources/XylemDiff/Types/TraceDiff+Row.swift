public import XylemGraph

extension TraceDiff {
  /// A row of the two traces side by side.
  public struct Row: Sendable, Hashable {
    /// How a row's two nodes relate.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
      /// They agree.
      case same
      /// The eval trace has no such node.
      case onlyInTrain = "only-in-train"
      /// The train trace has no such node.
      case onlyInEval = "only-in-eval"
      /// They agree but run at different positions.
      case moved
      /// They agree except for their names.
      case renamed
      /// They have different constants.
      case changed
      /// They read different values.
      case rewired
    }

    /// The node of the train trace.
    public var train: NodeID?
    /// The node of the eval trace.
    public var eval: NodeID?
    /// How they relate.
    public var kind: Kind
    /// The index of the row's finding among the findings.
    public var finding: Int?

    /// Creates a row of one or two nodes.
    public init(train: NodeID?, eval: NodeID?, kind: Kind, finding: Int? = nil) {
      self.train = train
      self.eval = eval
      self.kind = kind
      self.finding = finding
    }
  }
}
