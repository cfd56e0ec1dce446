import Testing
import XylemModels
import XylemNN
import XylemTensor
import XylemTestSupport

/// How fresh weights are distributed, beside torchvision's own after construction.
@Suite(.needsRuntime, .serialized) struct ModelInitialTests {
  nonisolated(unsafe) static let golden =
    (try? Fixtures.json("goldens/source_distributions.json")) as? [String: [String: Any]] ?? [:]

  /// What a parameter's elements are.
  enum Distribution: Equatable {
    case constant(Double)
    case drawn(mean: Double, std: Double, isUniform: Bool)

    /// A golden: one number, or mean, deviation and largest magnitude.
    init?(golden: Any) {
      if let numbers = golden as? [Double], numbers.count == 3 {
        self = .drawn(mean: numbers[0], std: numbers[1], isUniform: Self.isUniform(numbers[2], numbers[1]))
      } else if let number = golden as? Double {
        self = .constant(number)
      } else {
        return nil
      }
    }

    /// That of the elements of a tensor.
    init(of tensor: Tensor) throws {
      func number(_ op: OperatorReference, _ arguments: [Value] = []) throws -> Double {
        Double(try op.tensor([.tensor(tensor)] + arguments).floats()[0])
      }
      let (low, high) = (try number(Operators.min), try number(Operators.max))
      if low == high {
        self = .constant(low)
      } else {
        let std = try number(Operators.std, [.bool(true)])
        let mean = try number(Operators.mean, [.none])
        self = .drawn(mean: mean, std: std, isUniform: Self.isUniform(max(-low, high), std))
      }
    }

    /// The largest of uniform numbers is 1.7 deviations away, that of a thousand normal ones 3.2.
    private static func isUniform(_ largest: Double, _ std: Double) -> Bool { largest < 2.15 * std }

    /// Whether samples of two distributions may be samples of one: within six times the error of sampling. Few numbers do not
    /// tell what kind they are of.
    func agrees(with other: Distribution, count: Int) -> Bool {
      switch (self, other) {
      case (.constant, .constant): return self == other
      case (.drawn(let mean, let std, let isUniform), .drawn(let otherMean, let otherStd, let otherIsUniform)):
        let error = 6 / Double(count).squareRoot()
        return (isUniform == otherIsUniform || count < 512) && abs(std - otherStd) <= error * otherStd
          && abs(mean - otherMean) <= 1.5 * error * otherStd
      default: return false
      }
    }
  }

  private enum Operators {
    static let min = OperatorReference("aten::min")
    static let max = OperatorReference("aten::max")
    static let mean = OperatorReference("aten::mean")
    static let std = OperatorReference("aten::std")
  }

  /// The parameters that are distributed otherwise than expected, and those of which nothing is expected.
  private func differences(
    _ model: Module, _ expected: (_ key: String, _ shape: [Int]) throws -> Distribution?
  ) throws -> [String] {
    try TensorRuntime.withGradients(false) {
      try model.namedParameters().compactMap { key, parameter in
        let found = try Distribution(of: parameter.tensor)
        guard let wanted = try expected(key, parameter.tensor.sizes) else { return "\(key): \(found), unexpected" }
        return try found.agrees(with: wanted, count: parameter.tensor.count) ? nil : "\(key): \(found) for \(wanted)"
      }
    }
  }

  @Test(arguments: golden.keys.sorted())
  func `every parameter is drawn from the distribution that torchvision or timm draws it from`(name: String) throws {
    let golden = try #require(Self.golden[name])
    let model = try #require(ModelZoo.definition(name)).make()
    try TensorRuntime.setSeed(7)
    #expect(try model.namedParameters().map(\.path).sorted() == golden.keys.sorted())
    let found = try differences(model) { key, _ in golden[key].flatMap(Distribution.init) }
    #expect(found == [])
  }

  @Test func `there are goldens of every family of torchvision's and timm's`() {
    #expect(
      Self.golden.keys.sorted() == [
        "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_v2_s", "fcn_resnet50", "googlenet",
        "inception_v3", "lraspp_mobilenet_v3_large", "maxvit_t", "mnasnet1_0", "mobilenet_v2", "mobilenet_v3_large",
        "mobilenet_v3_small", "mvit_v2_s", "r2plus1d_18", "regnet_y_400mf", "resnet18", "resnet26d",
        "resnet50", "resnext50_32x4d", "s3d", "shufflenet_v2_x1_0", "squeezenet1_0", "swin3d_t", "swin_t", "swin_v2_t",
        "timm/convnext_tiny", "vgg11_bn", "vit_b_16", "vit_tiny_patch16_224",
      ])
  }

  @Test func `EfficientNet-Lite0's convolutions are drawn by the outputs of one group, as timm draws them`() throws {
    try TensorRuntime.setSeed(7)
    let found = try differences(efficientnet_lite0()) { key, shape in
      switch shape.count {
      case 4:
        let outputs = key.hasSuffix("conv_dw.weight") ? 1 : shape[0]
        let std = (2 / Double(outputs * shape[2] * shape[3])).squareRoot()
        return .drawn(mean: 0, std: std, isUniform: false)
      case 2: return .drawn(mean: 0, std: 1 / (3 * Double(shape[0])).squareRoot(), isUniform: true)
      default: return .constant(key.hasSuffix("weight") ? 1 : 0)
      }
    }
    #expect(found == [])
  }

  @Test func `a different distribution is detected`() {
    let normal = Distribution.drawn(mean: 0, std: 0.1, isUniform: false)
    #expect(normal.agrees(with: .drawn(mean: 0.001, std: 0.101, isUniform: false), count: 1000))
    #expect(!normal.agrees(with: .drawn(mean: 0, std: 0.1, isUniform: true), count: 1000))
    #expect(!normal.agrees(with: .drawn(mean: 0, std: 0.2, isUniform: false), count: 1000))
    #expect(!normal.agrees(with: .drawn(mean: 0.05, std: 0.1, isUniform: false), count: 1000))
    #expect(!normal.agrees(with: .constant(0), count: 1000))
    #expect(!Distribution.constant(0).agrees(with: .constant(1), count: 1000))
  }
}
