public import XylemGraph

extension TraceDiff {
  /// A line of the two traces side by side.
  public struct Row: Sendable, Hashable {
    /// How a row's two nodes relate.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
      /// They agree.
      case same
      /// There is no node in the eval trace.
      case onlyInTrain = "only-in-train"
      /// There is no node in the train trace.
      case onlyInEval = "only-in-eval"
      /// They agree, and run at another moment.
      case moved
      /// They agree but for their names.
      case renamed
      /// They are given other constants.
      case changed
      /// They read other values.
      case rewired
    }

    /// The node of the train trace.
    public var train: NodeID?
    /// The node of the eval trace.
    public var eval: NodeID?
    /// How they relate.
    public var kind: Kind
    /// The index of the finding that the row belongs to, among the findings.
    public var finding: Int?

    /// A row of one or two nodes.
    public init(train: NodeID?, eval: NodeID?, kind: Kind, finding: Int? = nil) {
      self.train = train
      self.eval = eval
      self.kind = kind
      self.finding = finding
    }
  }
}
