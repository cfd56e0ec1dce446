internal import XylemGraph

/// How a layer or a function of a known library depends on the mode.
struct ModeBehaviour: Hashable {
  /// The kind of dependence.
  enum Kind: Hashable {
    /// It draws random numbers in train mode.
    case random
    /// It updates statistics in train mode and uses them in eval mode.
    case statistics
    /// It depends on its configuration or its contents.
    case parts
  }

  /// The kind of dependence.
  let kind: Kind
  /// The cause of the difference between the modes.
  let cause: Finding.Cause

  static let dropout = ModeBehaviour(kind: .random, cause: .dropout)
  static let batchNorm = ModeBehaviour(kind: .statistics, cause: .batchNorm)
  static let stochasticDepth = ModeBehaviour(kind: .random, cause: .stochasticDepth)
  static let dropBlock = ModeBehaviour(kind: .random, cause: .dropBlock)
  static let randomSlope = ModeBehaviour(kind: .random, cause: .randomizedLeakyReLU)
}

extension ModeBehaviour {
  /// Packages whose layers are known. Their types that are not in the table are the same in both modes.
  static func isKnownPackage(_ name: String) -> Bool {
    ["torch.nn.", "torch.ao.nn.", "torch.functional.", "torchvision.", "math."].contains { name.hasPrefix($0) }
  }

  /// The behaviour of a module type. Nil if it does not depend on the mode or is unknown.
  static func ofModule(_ type: String) -> ModeBehaviour? {
    let name = NormalName.last(type)
    switch name {
    case "DropPath", "StochasticDepth": return .stochasticDepth
    case "DropBlock2d", "DropBlock3d": return .dropBlock
    default: break
    }
    guard isKnownPackage(type) || type.hasPrefix("timm.") else { return nil }
    if name.hasPrefix("BatchNorm") || name == "SyncBatchNorm" || name.hasPrefix("LazyBatchNorm") { return .batchNorm }
    if name.hasPrefix("Dropout") || name == "AlphaDropout" || name == "FeatureAlphaDropout" { return .dropout }
    if name == "RReLU" { return .randomSlope }
    if name.contains("InstanceNorm") { return ModeBehaviour(kind: .parts, cause: .instanceNorm) }
    switch name {
    case "Conv2dNormActivation", "Conv3dNormActivation", "SimpleStemIN":
      return ModeBehaviour(kind: .parts, cause: .batchNorm)
    case "MultiheadAttention", "RNN", "LSTM", "GRU", "Transformer", "TransformerEncoder", "TransformerDecoder",
      "TransformerEncoderLayer", "TransformerDecoderLayer", "MLP", "MLPBlock":
      return ModeBehaviour(kind: .parts, cause: .dropout)
    default: return nil
    }
  }

  /// The position of the first mask among the arguments of a layer that runs a fused kernel in eval mode. Nil for other
  /// layers.
  ///
  /// The kernel interprets a numeric mask as a Boolean mask. `MultiheadAttention` runs its kernel only without such
  /// masks.
  static func firstMask(ofFused type: String) -> Int? {
    guard type.hasPrefix("torch.nn.") else { return nil }
    switch NormalName.last(type) {
    case "TransformerEncoderLayer", "TransformerEncoder": return 1
    case "Transformer": return 2
    default: return nil
    }
  }

  /// The argument of a function or operator that passes the mode to it.
  struct Flag {
    /// The argument's position.
    let position: Int
    /// Its name.
    let name: String
    /// What it turns on.
    let behaviour: ModeBehaviour
  }

  /// The arguments that pass the mode to a function or operator. Empty if none is known.
  static func flags(of operation: Operation) -> [Flag] {
    switch operation {
    case .operator(let name):
      let base = name.split(separator: ".", maxSplits: 1).first.map(String.init) ?? name
      return operators[base] ?? []
    case .leafFunction(let function) where function.provider?.replaces != true: return functions[function.name] ?? []
    default: return []
    }
  }

  private static func flag(_ position: Int, _ behaviour: ModeBehaviour, name: String = "training") -> [Flag] {
    [Flag(position: position, name: name, behaviour: behaviour)]
  }

  private static let operators: [String: [Flag]] = [
    "aten::batch_norm": flag(5, .batchNorm), "aten::native_batch_norm": flag(5, .batchNorm),
    "aten::cudnn_batch_norm": flag(5, .batchNorm),
    "aten::instance_norm": flag(5, ModeBehaviour(kind: .statistics, cause: .instanceNorm), name: "use_input_stats"),
    "aten::dropout": flag(2, .dropout, name: "train"), "aten::dropout_": flag(2, .dropout, name: "train"),
    "aten::native_dropout": flag(2, .dropout, name: "train"),
    "aten::feature_dropout": flag(2, .dropout, name: "train"),
    "aten::feature_dropout_": flag(2, .dropout, name: "train"),
    "aten::alpha_dropout": flag(2, .dropout, name: "train"), "aten::alpha_dropout_": flag(2, .dropout, name: "train"),
    "aten::feature_alpha_dropout": flag(2, .dropout, name: "train"),
    "aten::feature_alpha_dropout_": flag(2, .dropout, name: "train"),
    "aten::rrelu": flag(3, .randomSlope), "aten::rrelu_": flag(3, .randomSlope),
    "aten::scaled_dot_product_attention": flag(4, .dropout, name: "dropout_p"),
    "aten::lstm": flag(6, .dropout, name: "train"), "aten::gru": flag(6, .dropout, name: "train"),
    "aten::rnn_tanh": flag(6, .dropout, name: "train"), "aten::rnn_relu": flag(6, .dropout, name: "train"),
  ]

  private static let functions: [String: [Flag]] = {
    var table: [String: [Flag]] = [
      "torch.nn.functional.batch_norm": flag(5, .batchNorm),
      "torch.nn.functional.instance_norm": flag(
        5, ModeBehaviour(kind: .statistics, cause: .instanceNorm), name: "use_input_stats"),
      "torch.nn.functional.rrelu": flag(3, .randomSlope),
      "torch.nn.functional.multi_head_attention_forward": flag(13, .dropout),
      "torchvision.ops.stochastic_depth.stochastic_depth": flag(3, .stochasticDepth),
      "torchvision.ops.drop_block.drop_block2d": flag(5, .dropBlock),
      "torchvision.ops.drop_block.drop_block3d": flag(5, .dropBlock),
      "torchvision.models.swin_transformer.shifted_window_attention": flag(12, .dropout),
      "torchvision.models.video.swin_transformer.shifted_window_attention_3d": flag(11, .dropout),
    ]
    for name in ["dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"] {
      table["torch.nn.functional." + name] = flag(2, .dropout)
    }
    return table
  }()
}
