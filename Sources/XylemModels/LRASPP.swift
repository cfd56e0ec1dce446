public import XylemNN
public import XylemTensor

/// Segmentation with few computations: Howard et al., arXiv:1905.02244.
///
/// `[N, 3, H, W]` to ``SegmentationOutputs``, with keys and node names as torchvision's `segmentation/lraspp.py` has
/// them.
public final class LRASPP: Module {
  /// The convolutional network.
  public let backbone: IntermediateLayers
  /// The head.
  public let classifier: Head

  /// Creates a network over the large MobileNet v3.
  public init(numClasses: Int = 21, interChannels: Int = 128) {
    backbone = IntermediateLayers(MobileNetV3.largeFeatures(), returning: ["4": "low", "16": "high"])
    classifier = Head(low: 40, high: 960, numClasses, interChannels)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.segmentation.lraspp.LRASPP" }

  /// The single argument, `input`.
  public override var entry: ModuleEntry? { ModuleEntry("input") { [self] (x: Tensor) in try forward(x) } }

  /// Runs the network, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:)``.
  public func callAsFunction(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> SegmentationOutputs {
    try call(x, file: file, line: line) { try self.forward($0) }
  }

  /// `[N, 3, H, W]` to the logits of each pixel.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> SegmentationOutputs {
    let logits = try classifier(backbone(x))
    return SegmentationOutputs(
      try Functional.interpolate(logits, sizes: x.shape[(-2)...], mode: .bilinear, alignCorners: false))
  }

  /// The classes of a late feature map, weighted by its mean, and of an early one with more pixels.
  public final class Head: Module {
    private let cbr: Sequential
    private let scale: Sequential
    private let lowClassifier: Conv2d
    private let highClassifier: Conv2d

    init(low: Int, high: Int, _ numClasses: Int, _ width: Int) {
      cbr = Sequential(Conv2d(high, width, kernelSize: 1, bias: false), BatchNorm2d(width), ReLU(inplace: true))
      scale = Sequential(AdaptiveAvgPool2d(1), Conv2d(high, width, kernelSize: 1, bias: false), Sigmoid())
      lowClassifier = Conv2d(low, numClasses, kernelSize: 1)
      highClassifier = Conv2d(width, numClasses, kernelSize: 1)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.segmentation.lraspp.LRASPPHead" }

    /// The single argument, `input`.
    public override var entry: ModuleEntry? {
      ModuleEntry("input") { [self] (features: [String: Tensor]) in try forward(features) }
    }

    /// Runs the head, or records its call while a model is traced.
    ///
    /// - Throws: as ``forward(_:)``.
    public func callAsFunction(
      _ features: [String: Tensor], file: String = #fileID, line: Int = #line
    ) throws -> Tensor {
      try call(features, file: file, line: line) { try self.forward($0) }
    }

    /// Feature maps `low` and `high` to `[N, numClasses, H, W]`, with the pixels of `low`.
    ///
    /// - Throws: `model.argument` if one of them is missing, `runtime.operator`.
    public func forward(_ features: [String: Tensor]) throws -> Tensor {
      let low = try Tensor(moduleValue: features.moduleValue.part("low", as: "Tensor"))
      let high = try Tensor(moduleValue: features.moduleValue.part("high", as: "Tensor"))
      let weighted = try cbr(high) * scale(high)
      let large = try Functional.interpolate(
        weighted, sizes: low.shape[(-2)...], mode: .bilinear, alignCorners: false)
      return try lowClassifier(low) + highClassifier(large)
    }
  }
}

/// Lite R-ASPP over the large MobileNet v3, torchvision's `lraspp_mobilenet_v3_large`.
public func lraspp_mobilenet_v3_large(numClasses: Int = 21) -> LRASPP { LRASPP(numClasses: numClasses) }
