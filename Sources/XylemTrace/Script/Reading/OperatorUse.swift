internal import XylemGraph

/// What one call of an operator does, as far as its constant arguments decide it.
///
/// Batch norm in eval mode updates no statistics; dropout with `train` off, or with a probability of 0, returns its
/// input; an LSTM with one layer has no dropout. Sources: the ATen schemas, and the operators' documentation.
struct OperatorUse {
  /// The argument whose value the call returns unchanged.
  private(set) var gives: Int?
  /// Whether it draws random numbers on which its result or its writes depend.
  private(set) var isRandom = false
  /// Positions of the arguments that it writes.
  private(set) var writes: [Int]
  /// Positions of arguments that may share storage with the result.
  let aliases: [Int]
  /// Positions of arguments that have no influence here.
  private(set) var idle: Set<Int> = []
  /// Whether it normalises with given statistics.
  private(set) var usesStatistics = false
  /// Whether it drops its whole input, which needs no random numbers.
  private(set) var dropsAll = false

  private let facts: OperatorFacts
  private let inputs: [Literal?]

  /// The effect of a call.
  ///
  /// - Parameter inputs: the constant arguments; nil for one that is known only at run time. Omitted trailing arguments
  ///   take their defaults.
  /// - Returns: nil for an operator whose schema declares no effects.
  init?(_ facts: OperatorFacts, _ inputs: [Literal?]) {
    guard let effects = facts.effects else { return nil }
    self.facts = facts
    self.inputs = inputs
    writes = effects.writes
    let isFresh =
      Self.givesFresh.contains(facts.shortName)
      || Self.freshPrefixes.contains { facts.shortName.hasPrefix($0) } && facts.shortName != "linalg_diagonal"
    aliases = isFresh ? [] : effects.aliases
    // An operator that sets the seed affects later draws, and draws nothing itself.
    if effects.usesRandomState, !facts.setsSeed { readRandomness() }
    readStatistics()
  }

  /// Composite operators whose schemas don't say whether they return their input. They never do.
  private static let givesFresh: Set<String> = [
    "repeat_interleave", "tile", "pad", "kron", "cosine_similarity", "pairwise_distance", "cdist", "embedding_bag",
    "lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell", "multilabel_margin_loss", "ctc_loss", "std", "var",
    "diff", "trapezoid", "cartesian_prod", "combinations", "stft", "istft", "grid_sampler", "pixel_shuffle", "hstack",
    "vstack", "dstack", "outer", "inner", "tensordot", "chain_matmul", "corrcoef", "cov", "logcumsumexp", "nanmean",
  ]
  private static let freshPrefixes = ["fft_", "linalg_", "special_"]

  private func value(_ names: String...) -> Literal? {
    position(names).flatMap(known)
  }

  private func known(_ position: Int) -> Literal? {
    inputs.indices.contains(position) ? inputs[position] : facts.defaults[position]
  }

  private func position(_ names: [String]) -> Int? {
    names.lazy.compactMap { facts.argumentNames.firstIndex(of: $0) }.first
  }

  // MARK: - Random numbers

  private mutating func readRandomness() {
    isRandom = true
    let isOff = value("train", "training") == .bool(false)
    let probability = value("p", "dropout", "dropout_p")?.number
    if Self.dropouts.contains(facts.shortName) {
      if isOff || probability == 0 { return pass(0) }
      if probability == 1 { (isRandom, dropsAll) = (false, true) }
    } else if Self.recurrent.contains(facts.shortName) {
      // Dropout is applied between the layers.
      let layers = value("num_layers")?.number ?? .infinity
      if isOff || probability == 0 || layers <= 1 {
        isRandom = false
        idle.formUnion(["dropout", "train"].compactMap { position([$0]) })
      } else if probability == 1 {
        (isRandom, dropsAll) = (false, true)
      }
    } else if facts.shortName.hasPrefix("rrelu") {
      let lower = value("lower")?.number
      let isOneSlope = lower != nil && lower == value("upper")?.number
      if isOff || isOneSlope { isRandom = false }
      if isOneSlope, let position = position(["training"]) { idle.insert(position) }
    } else if isOff || probability == 0 || probability == 1 || value("std") == .float(0) {
      isRandom = false
      dropsAll = probability == 1 && position(["dropout_p"]) != nil
    }
  }

  private mutating func pass(_ position: Int) {
    isRandom = false
    gives = position
    writes = []
  }

  private static let dropouts: Set<String> = [
    "dropout", "dropout_", "feature_dropout", "feature_dropout_", "alpha_dropout", "alpha_dropout_",
    "feature_alpha_dropout", "feature_alpha_dropout_",
  ]
  private static let recurrent: Set<String> = ["lstm", "gru", "rnn_tanh", "rnn_relu"]

  /// Whether later draws are the same in every run.
  var fixesSeed: Bool { facts.shortName == "manual_seed" && inputs.first.flatMap { $0 } != nil }

  // MARK: - Statistics

  private mutating func readStatistics() {
    guard let trains = value("training", "use_input_stats"), position(["running_mean"]) != nil else { return }
    let names = ["running_mean", "running_var"]
    let statistics = names.compactMap { position([$0]) }
    let isThere = statistics.contains { known($0) != Literal.none }
    usesStatistics = trains == .bool(false) && isThere
    if trains == .bool(false) || value("momentum")?.number == 0 { writes.removeAll(where: statistics.contains) }
    let missing = statistics.filter { known($0) == Literal.none }
    writes.removeAll(where: missing.contains)
  }

  // MARK: - Values that do not matter

  /// Whether the result depends on an argument's elements, and not only on its shape and type.
  func dependsOnContents(of position: Int) -> Bool {
    if Self.asksForm.contains(facts.shortName) { return false }
    return Self.formOnly[facts.shortName] != position
  }

  /// Operators that read only the form of their arguments, or overwrite their contents.
  private static let asksForm: Set<String> = [
    "size", "sym_size", "dim", "ndimension", "numel", "sym_numel", "len", "stride", "dtype", "device", "layout",
    "shape",
    "is_floating_point", "is_complex", "is_contiguous", "element_size", "is_cuda", "requires_grad", "zeros_like",
    "ones_like", "empty_like", "rand_like", "randn_like", "randint_like", "new_empty", "new_zeros", "new_ones", "zero_",
    "fill_", "uniform_", "normal_", "exponential_",
  ]
  /// Operators that read only the form of one argument, with its position.
  private static let formOnly: [String: Int] = [
    "new_full": 0, "full_like": 0, "copy_": 0, "expand_as": 1, "view_as": 1, "reshape_as": 1, "type_as": 1,
    "bernoulli_": 0,
  ]
}
