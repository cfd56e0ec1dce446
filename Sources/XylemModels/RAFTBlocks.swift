internal import XylemErrors
public import XylemNN
public import XylemTensor

/// A convolution with a bias, a norm if there is one, and a ReLU.
private func block(
  _ inChannels: Int, _ outChannels: Int, kernelSize: Sizes, stride: Int = 1, norm: ((Int) -> any Layer)? = nil,
  activates: Bool = true
) -> Conv2dNormActivation {
  Conv2dNormActivation(
    inChannels, outChannels, kernelSize: kernelSize, stride: Sizes(stride), normLayer: norm,
    activationLayer: activates ? { ReLU(inplace: true) } : nil, bias: true)
}

extension RAFT {
  /// A convolutional network that makes images eight times smaller.
  public final class FeatureEncoder: Module, Layer {
    private let convnormrelu: Conv2dNormActivation
    /// The first stage.
    public let layer1: Sequential
    /// The second stage.
    public let layer2: Sequential
    /// The third stage.
    public let layer3: Sequential
    private let conv: Conv2d

    /// The kind of block that it consists of.
    enum BlockKind { case residual, bottleneck }

    init(_ kind: BlockKind, _ widths: [Int], norm: ((Int) -> any Layer)?) {
      func stage(_ inChannels: Int, _ outChannels: Int, stride: Int) -> Sequential {
        func one(_ inChannels: Int, _ stride: Int) -> any Layer {
          kind == .residual
            ? ResidualBlock(inChannels, outChannels, stride: stride, norm)
            : BottleneckBlock(inChannels, outChannels, stride: stride, norm)
        }
        return Sequential(one(inChannels, stride), one(outChannels, 1))
      }
      convnormrelu = block(3, widths[0], kernelSize: 7, stride: 2, norm: norm)
      layer1 = stage(widths[0], widths[1], stride: 1)
      layer2 = stage(widths[1], widths[2], stride: 2)
      layer3 = stage(widths[2], widths[3], stride: 2)
      conv = Conv2d(widths[3], widths[4], kernelSize: 1)
      super.init()
      forEachConvolution(of: [convnormrelu, layer1, layer2, layer3, conv]) { convolution, sizes in
        convolution.weight.initialize(.kaimingNormal(fan: sizes[0] * sizes[2] * sizes[3]))
      }
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.optical_flow.raft.FeatureEncoder" }

    /// `[N, 3, H, W]` to `[N, C, H / 8, W / 8]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try conv(layer3(layer2(layer1(convnormrelu(x))))) }
  }

  /// Two convolutions of 3 by 3 with a residual connection.
  public final class ResidualBlock: Module, Layer {
    private let convnormrelu1: Conv2dNormActivation
    private let convnormrelu2: Conv2dNormActivation
    private let downsample: any Layer
    private let relu = ReLU(inplace: true)

    init(_ inChannels: Int, _ outChannels: Int, stride: Int, _ norm: ((Int) -> any Layer)?) {
      convnormrelu1 = block(inChannels, outChannels, kernelSize: 3, stride: stride, norm: norm)
      convnormrelu2 = block(outChannels, outChannels, kernelSize: 3, norm: norm)
      downsample =
        stride == 1
        ? Identity() : block(inChannels, outChannels, kernelSize: 1, stride: stride, norm: norm, activates: false)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.optical_flow.raft.ResidualBlock" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let branch = try convnormrelu2(convnormrelu1(x))
      return try relu(downsample(x) + branch)
    }
  }

  /// Convolutions of 1 by 1, 3 by 3 and 1 by 1 with a residual connection.
  public final class BottleneckBlock: Module, Layer {
    private let convnormrelu1: Conv2dNormActivation
    private let convnormrelu2: Conv2dNormActivation
    private let convnormrelu3: Conv2dNormActivation
    private let relu = ReLU(inplace: true)
    private let downsample: any Layer

    init(_ inChannels: Int, _ outChannels: Int, stride: Int, _ norm: ((Int) -> any Layer)?) {
      convnormrelu1 = block(inChannels, outChannels / 4, kernelSize: 1, norm: norm)
      convnormrelu2 = block(outChannels / 4, outChannels / 4, kernelSize: 3, stride: stride, norm: norm)
      convnormrelu3 = block(outChannels / 4, outChannels, kernelSize: 1, norm: norm)
      downsample =
        stride == 1
        ? Identity() : block(inChannels, outChannels, kernelSize: 1, stride: stride, norm: norm, activates: false)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.optical_flow.raft.BottleneckBlock" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let branch = try convnormrelu3(convnormrelu2(convnormrelu1(x)))
      return try relu(downsample(x) + branch)
    }
  }

  /// Encodes the flow so far, and what the images have in common at its ends.
  public final class MotionEncoder: Module {
    private let convcorr1: Conv2dNormActivation
    private let convcorr2: any Layer
    private let convflow1: Conv2dNormActivation
    private let convflow2: Conv2dNormActivation
    private let conv: Conv2dNormActivation

    init(_ inChannels: Int, _ corrLayers: [Int], _ flowLayers: [Int], outChannels: Int) {
      convcorr1 = block(inChannels, corrLayers[0], kernelSize: 1)
      convcorr2 = corrLayers.count == 2 ? block(corrLayers[0], corrLayers[1], kernelSize: 3) : Identity()
      convflow1 = block(2, flowLayers[0], kernelSize: 7)
      convflow2 = block(flowLayers[0], flowLayers[1], kernelSize: 3)
      conv = block(corrLayers[corrLayers.count - 1] + flowLayers[1], outChannels - 2, kernelSize: 3)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.optical_flow.raft.MotionEncoder" }

    func callAsFunction(
      _ flow: Tensor, _ features: Tensor, file: String = #fileID, line: Int = #line
    ) throws -> Tensor {
      try call(flow, features, file: file, line: line) { [self] flow, features in
        let corr = try convcorr2(convcorr1(features))
        let both = try Tensor.cat([corr, convflow2(convflow1(flow))], dim: 1)
        return try Tensor.cat([conv(both), flow], dim: 1)
      }
    }
  }

  /// A gated recurrent unit of convolutions.
  public final class ConvGRU: Module {
    private let convz: Conv2d
    private let convr: Conv2d
    private let convq: Conv2d

    init(_ inputSize: Int, _ hiddenSize: Int, _ kernel: [Int]) {
      func gate() -> Conv2d {
        Conv2d(
          hiddenSize + inputSize, hiddenSize, kernelSize: Sizes(kernel), padding: .sizes(Sizes(kernel.map { $0 / 2 })))
      }
      convz = gate()
      convr = gate()
      convq = gate()
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.optical_flow.raft.ConvGRU" }

    func callAsFunction(_ h: Tensor, _ x: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
      try call(h, x, file: file, line: line) { [self] h, x in
        let both = try Tensor.cat([h, x], dim: 1)
        let z = try convz(both).sigmoid()
        let r = try convr(both).sigmoid()
        let q = try convq(Tensor.cat([r * h, x], dim: 1)).tanh()
        return try (Scalar(1) - z) * h + z * q
      }
    }
  }

  /// One or two recurrent units after one another.
  public final class RecurrentBlock: Module {
    private let convgru1: ConvGRU
    private let convgru2: ConvGRU?
    let hiddenSize: Int

    init(_ inputSize: Int, _ hiddenSize: Int, _ kernels: [[Int]]) {
      convgru1 = ConvGRU(inputSize, hiddenSize, kernels[0])
      convgru2 = kernels.count == 2 ? ConvGRU(inputSize, hiddenSize, kernels[1]) : nil
      self.hiddenSize = hiddenSize
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.optical_flow.raft.RecurrentBlock" }

    func callAsFunction(_ h: Tensor, _ x: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
      try call(h, x, file: file, line: line) { [self] h, x in
        let first = try convgru1(h, x)
        return try convgru2?(first, x) ?? first
      }
    }
  }

  /// The change of the flow from the hidden state.
  public final class FlowHead: Module, Layer {
    private let conv1: Conv2d
    private let conv2: Conv2d
    private let relu = ReLU(inplace: true)

    init(_ inChannels: Int, _ hiddenSize: Int) {
      conv1 = Conv2d(inChannels, hiddenSize, kernelSize: 3, padding: 1)
      conv2 = Conv2d(hiddenSize, 2, kernelSize: 3, padding: 1)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.optical_flow.raft.FlowHead" }

    /// `[N, C, h, w]` to `[N, 2, h, w]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try conv2(relu(conv1(x))) }
  }

  /// A step of the recurrence: a new hidden state and the change of the flow.
  public final class UpdateBlock: Module {
    private let motionEncoder: MotionEncoder
    private let recurrentBlock: RecurrentBlock
    private let flowHead: FlowHead

    init(_ motionEncoder: MotionEncoder, _ recurrentBlock: RecurrentBlock, _ flowHead: FlowHead) {
      (self.motionEncoder, self.recurrentBlock, self.flowHead) = (motionEncoder, recurrentBlock, flowHead)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.optical_flow.raft.UpdateBlock" }

    var hiddenSize: Int { recurrentBlock.hiddenSize }

    func callAsFunction(
      _ hidden: Tensor, _ context: Tensor, _ features: Tensor, _ flow: Tensor, file: String = #fileID,
      line: Int = #line
    ) throws -> Update {
      try call(hidden, context, features, flow, file: file, line: line) { [self] hidden, context, features, flow in
        let x = try Tensor.cat([context, motionEncoder(flow, features)], dim: 1)
        let next = try recurrentBlock(hidden, x)
        return Update(hidden: next, flow: try flowHead(next))
      }
    }
  }

  /// A hidden state and a change of the flow.
  struct Update: ModuleValue {
    let hidden: Tensor
    let flow: Tensor
    static var typeDescription: String { "Tuple[Tensor, Tensor]" }
    var moduleValue: Value { .tuple([hidden.moduleValue, flow.moduleValue], names: []) }

    init(hidden: Tensor, flow: Tensor) { (self.hidden, self.flow) = (hidden, flow) }

    init(moduleValue: Value) throws(XylemError) {
      hidden = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
      flow = try Tensor(moduleValue: moduleValue.part(1, as: "Tensor"))
    }
  }

  /// The weights of neighbours for enlarging the flow eight times.
  public final class MaskPredictor: Module, Layer {
    private let convrelu: Conv2dNormActivation
    private let conv: Conv2d

    init(_ inChannels: Int, hidden: Int) {
      convrelu = block(inChannels, hidden, kernelSize: 3)
      conv = Conv2d(hidden, 8 * 8 * 9, kernelSize: 1)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.optical_flow.raft.MaskPredictor" }

    /// `[N, C, h, w]` to `[N, 576, h, w]`, a quarter of what the layers return: gradients of this branch are smaller.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try conv(convrelu(x)) * Scalar(0.25) }
  }
}
