/// The meaning of a requested return node in each of the two traces.
public struct ReturnImpact: Sendable, Hashable {
  /// The request: `layer1.0.relu`, `fc=logits`.
  public var request: String
  /// The node or module that it means in the train trace. Nil if it means nothing there or was not requested there.
  public var train: String?
  /// The same for the eval trace.
  public var eval: String?
  /// The request for train mode, so that both modes return the same under one key. Nil if train mode lacks it.
  public var trainReturn: String?
  /// The request for eval mode.
  public var evalReturn: String?

  /// Creates the meaning of a request in both traces.
  public init(
    request: String, train: String? = nil, eval: String? = nil, trainReturn: String? = nil, evalReturn: String? = nil
  ) {
    self.request = request
    self.train = train
    self.eval = eval
    self.trainReturn = trainReturn
    self.evalReturn = evalReturn
  }
}

extension TraceDiff {
  /// The options to paste for all requests: one list if both modes have the same nodes, or else one for each. Nil if
  /// nothing was requested, or nothing of it exists.
  public var returnOptions: String? {
    let train = returns.compactMap(\.trainReturn)
    let eval = returns.compactMap(\.evalReturn)
    guard !train.isEmpty || !eval.isEmpty else { return nil }
    if train == eval { return "--return " + train.joined(separator: " ") }
    let parts = [("--train-return", train), ("--eval-return", eval)].filter { !$0.1.isEmpty }
    return parts.map { "\($0.0) \($0.1.joined(separator: " "))" }.joined(separator: " ")
  }
}
