/// What a requested return node is in each of the two traces.
public struct ReturnImpact: Sendable, Hashable {
  /// What was asked for: `layer1.0.relu`, `fc=logits`.
  public var request: String
  /// The node, or the module, that it means in the train trace; nil where it means nothing there, or was not asked of it.
  public var train: String?
  /// The same in the eval trace.
  public var eval: String?
  /// What to ask for in train mode, so that both modes return the same under one key; nil where train mode lacks it.
  public var trainReturn: String?
  /// What to ask for in eval mode.
  public var evalReturn: String?

  /// What a request is in both traces.
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
  /// The options to paste for everything that was asked for: one list where both modes have the same, else one for each; nil where nothing
  /// was asked for, or nothing of it exists.
  public var returnOptions: String? {
    let train = returns.compactMap(\.trainReturn)
    let eval = returns.compactMap(\.evalReturn)
    guard !train.isEmpty || !eval.isEmpty else { return nil }
    if train == eval { return "--return " + train.joined(separator: " ") }
    let parts = [("--train-return", train), ("--eval-return", eval)].filter { !$0.1.isEmpty }
    return parts.map { "\($0.0) \($0.1.joined(separator: " "))" }.joined(separator: " ")
  }
}
