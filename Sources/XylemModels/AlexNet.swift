public import XylemNN
public import XylemTensor

/// AlexNet, in the form of Krizhevsky, arXiv:1404.5997.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `alexnet.py` has them.
public final class AlexNet: Module, Layer {
  private let features = Sequential(
    Conv2d(3, 64, kernelSize: 11, stride: 4, padding: 2), ReLU(inplace: true), MaxPool2d(kernelSize: 3, stride: 2),
    Conv2d(64, 192, kernelSize: 5, padding: 2), ReLU(inplace: true), MaxPool2d(kernelSize: 3, stride: 2),
    Conv2d(192, 384, kernelSize: 3, padding: 1), ReLU(inplace: true),
    Conv2d(384, 256, kernelSize: 3, padding: 1), ReLU(inplace: true),
    Conv2d(256, 256, kernelSize: 3, padding: 1), ReLU(inplace: true), MaxPool2d(kernelSize: 3, stride: 2))
  private let avgpool = AdaptiveAvgPool2d([6, 6])
  private let classifier: Sequential

  /// Creates a network with new weights.
  public init(numClasses: Int = 1000, dropout: Double = 0.5) {
    classifier = Sequential(
      Dropout(p: dropout), Linear(256 * 6 * 6, 4096), ReLU(inplace: true), Dropout(p: dropout), Linear(4096, 4096),
      ReLU(inplace: true), Linear(4096, numClasses))
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.alexnet.AlexNet" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try classifier(avgpool(features(x)).flatten(startDim: 1))
  }
}

/// AlexNet, torchvision's `alexnet`.
public func alexnet(numClasses: Int = 1000) -> AlexNet { AlexNet(numClasses: numClasses) }
