/// What a layer does in one mode only.
struct ModeDifference: Hashable {
  /// The kind of difference.
  enum Kind: Hashable {
    /// It draws random numbers.
    case draws
    /// It writes state.
    case writes
    /// It updates the statistics by which it normalises.
    case updates
    /// It drops its whole input.
    case drops
    /// It normalises with statistics of earlier runs.
    case uses
  }

  /// The kind of difference.
  let kind: Kind
  /// The cause.
  let cause: Finding.Cause
  /// Whether it does so on the first side.
  let isTrain: Bool
  /// Whether it returns its input unchanged on the other side.
  let restPasses: Bool
  /// Whether it normalises with the collected statistics on the other side.
  let restUses: Bool

  init(_ kind: Kind, _ cause: Finding.Cause, isTrain: Bool, restPasses: Bool = false, restUses: Bool = false) {
    self.kind = kind
    self.cause = cause
    self.isTrain = isTrain
    self.restPasses = restPasses
    self.restUses = restUses
  }
}

extension Finding.Cause {
  /// The cause of drawing random numbers.
  ///
  /// - Parameters:
  ///   - operators: short names of the operators that draw: `dropout`, `rrelu`.
  ///   - type: the type of the layer that calls them.
  static func ofDraws(_ operators: [String], type: String) -> Self {
    if let behaviour = ModeBehaviour.ofModule(type), behaviour.kind == .random { return behaviour.cause }
    if operators.allSatisfy(dropouts.contains) { return .dropout }
    if operators.allSatisfy({ $0.hasPrefix("rrelu") }) { return .randomizedLeakyReLU }
    return operators.first { !dropouts.contains($0) }.map { .operator(plain($0)) } ?? .dropout
  }

  /// The cause of writing state.
  ///
  /// - Parameters:
  ///   - operators: short names of the operators that write: `batch_norm`; `=` stands for an assignment.
  ///   - type: the type of the layer that calls them.
  static func ofWrites(_ operators: [String], type: String) -> Self {
    if let behaviour = ModeBehaviour.ofModule(type), behaviour.kind == .statistics { return behaviour.cause }
    if operators.contains(where: { $0.contains("batch_norm") }) { return .batchNorm }
    if operators.contains("instance_norm") || NormalName.last(type).contains("InstanceNorm") { return .instanceNorm }
    // The cache of the first input that torchvision's layers keep by design.
    if type.hasPrefix("torchvision."), !operators.isEmpty, operators.allSatisfy({ $0 == "=" }) { return .cache }
    return operators.first { $0 != "=" }.map { .operator(plain($0)) } ?? .assignment
  }

  /// An operator's name without the suffix of in-place variants.
  private static func plain(_ name: String) -> String { name.hasSuffix("_") ? String(name.dropLast()) : name }

  /// Operators whose random numbers decide what is dropped.
  private static let dropouts: Set<String> = [
    "dropout", "dropout_", "native_dropout", "feature_dropout", "feature_dropout_", "alpha_dropout", "alpha_dropout_",
    "feature_alpha_dropout", "feature_alpha_dropout_", "lstm", "gru", "rnn_tanh", "rnn_relu",
    "scaled_dot_product_attention", "_scaled_dot_product_flash_attention_for_cpu",
    "_scaled_dot_product_attention_math",
  ]
}

extension NodeBehaviour {
  /// Whether it updates the statistics of a norm.
  var updatesStatistics: Bool { writers.contains { $0.contains("batch_norm") || $0 == "instance_norm" } }
}
