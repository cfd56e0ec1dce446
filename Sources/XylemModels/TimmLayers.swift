public import XylemNN
public import XylemTensor

/// The models of timm, with its names, state-dict keys and node names.
///
/// Some of timm's names are torchvision's too, for other models: hence this namespace. A checkpoint of timm loads into the
/// model of its name.
///
///     let model = Timm.vit_tiny_patch16_224()
///     try model.load("vit_tiny_patch16_224.safetensors")
public enum Timm {}

extension Timm {
  /// A norm over the last dimension, timm's `LayerNorm`. Traces go through it.
  public class LayerNorm: XylemNN.LayerNorm {
    /// Creates a norm over a number of channels.
    public init(_ channels: Int) { super.init(Sizes(channels), eps: 1e-6) }

    /// The type name in timm.
    public override class var typeName: String { "timm.layers.norm.LayerNorm" }

    /// `[…, C]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public override func forward(_ x: Tensor) throws -> Tensor {
      try Functional.layerNorm(
        x, normalizedShape: Sizes(normalizedShape), weight: weight?.tensor, bias: bias?.tensor, eps: eps)
    }
  }

  /// A norm over the channels of each pixel, timm's `LayerNorm2d`. Traces go through it.
  public final class LayerNorm2d: LayerNorm {
    /// The type name in timm.
    public override class var typeName: String { "timm.layers.norm.LayerNorm2d" }

    /// `[N, C, H, W]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public override func forward(_ x: Tensor) throws -> Tensor {
      try super.forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    }
  }

  /// Two linear layers with an activation and dropouts, timm's `Mlp`.
  public final class Mlp: Module, Layer {
    private let fc1: Linear
    private let act: any Layer
    private let drop1: Dropout
    private let norm = Identity()
    private let fc2: Linear
    private let drop2: Dropout

    init(_ width: Int, _ hidden: Int, act: any Layer, dropout: Double = 0) {
      fc1 = .truncatedWithoutBias(width, hidden)
      self.act = act
      drop1 = Dropout(p: dropout)
      fc2 = .truncatedWithoutBias(hidden, width)
      drop2 = Dropout(p: dropout)
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.layers.mlp.Mlp" }

    /// `[…, width]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try drop2(fc2(norm(drop1(act(fc1(x)))))) }
  }

  /// timm's `GELU`, which traces go through.
  final class GELU: Module, Layer {
    override class var typeName: String { "timm.layers.activations.GELU" }

    func forward(_ x: Tensor) throws -> Tensor { try Functional.gelu(x) }
  }

  /// Drops the residual branch of samples in train mode, timm's `DropPath`: Huang et al., arXiv:1603.09382.
  public final class DropPath: Module, Layer {
    private let probability: Double
    private let rank: Int

    private static let empty = OperatorReference("aten::new_empty")
    private static let draw = OperatorReference("aten::bernoulli_", "float")
    private static let divide = OperatorReference("aten::div_", "Scalar")

    init(_ probability: Double, rank: Int) {
      let isAllowed = (0..<1).contains(probability)
      self.probability = isAllowed ? probability : 0
      self.rank = rank
      super.init()
      guard !isAllowed else { return }
      fault = ModelErrors.argument(
        "branches are dropped with the probability \(probability)", Self.typeName,
        "a probability of at least 0 and less than 1 is allowed")
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.layers.drop.DropPath" }

    /// `[N, …]` to the same shape, with the remaining samples scaled up.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      guard isTraining, probability > 0 else { return x }
      let shape = try [x.shape[0].value] + Array(repeating: .int(1), count: rank - 1)
      var kept = try Self.empty.tensor([.tensor(x), .list(shape)])
      kept = try Self.draw.tensor([.tensor(kept), .float(1 - probability), .none])
      kept = try Self.divide.tensor([.tensor(kept), .float(1 - probability)])
      return try x * kept
    }

    /// A layer for each of some blocks, with probabilities that rise from 0; `Identity` where nothing is dropped.
    static func rising(to rate: Double, count: Int, rank: Int) -> [() -> any Layer] {
      (0..<count).map { index -> () -> any Layer in
        let probability = count > 1 ? rate * Double(index) / Double(count - 1) : 0
        return { () -> any Layer in probability == 0 ? Identity() : DropPath(probability, rank: rank) }
      }
    }
  }

  /// The mean over the image, as `[N, C, 1, 1]` or as vectors, timm's `SelectAdaptivePool2d`.
  final class SelectAdaptivePool2d: Module, Layer {
    let pool = AdaptiveAvgPool2d(1)
    let flatten: any Layer

    init(flatten isFlat: Bool = true) { flatten = isFlat ? Flatten() : Identity() }

    override class var typeName: String { "timm.layers.adaptive_avgmax_pool.SelectAdaptivePool2d" }

    func forward(_ x: Tensor) throws -> Tensor { try flatten(pool(x)) }
  }

  /// The head for a number of classes; 0 for none.
  static func head(_ width: Int, _ numClasses: Int, _ make: (Int, Int) -> Linear) -> any Layer {
    numClasses == 0 ? Identity() : make(width, numClasses)
  }
}

extension Layer where Self == Linear {
  /// A linear layer with weights from a truncated normal distribution and biases of 0.
  static func truncatedWithoutBias(_ inFeatures: Int, _ outFeatures: Int) -> Linear {
    let layer: Linear = .truncated(inFeatures, outFeatures, std: 0.02)
    layer.bias?.initialize(.zeros)
    return layer
  }
}
