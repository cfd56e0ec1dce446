internal import XylemErrors
public import XylemNN
public import XylemTensor

/// Two fully connected layers over cut out features, torchvision's `TwoMLPHead`.
public final class TwoMLPHead: Module, Layer {
  private let fc6: Linear
  private let fc7: Linear

  /// Creates a head.
  ///
  /// - Parameter inChannels: the number of elements of one box's features.
  public init(_ inChannels: Int, representationSize: Int) {
    fc6 = Linear(inChannels, representationSize)
    fc7 = Linear(representationSize, representationSize)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.faster_rcnn.TwoMLPHead" }

  /// `[K, C, H, W]` to `[K, representationSize]`.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public func forward(_ x: Tensor) throws -> Tensor {
    try Functional.relu(fc7(Functional.relu(fc6(x.flatten(startDim: 1)))))
  }
}

/// Convolutions and fully connected layers over cut out features, torchvision's `FastRCNNConvFCHead`.
public final class FastRCNNConvFCHead: Sequential {
  /// Creates a head.
  ///
  /// - Parameters:
  ///   - inputSize: the channels, height and width of one box's features.
  ///   - convLayers: the channels of each convolution.
  ///   - fcLayers: the width of each fully connected layer.
  ///   - normLayer: creates the norms for a number of channels; nil for none.
  public init(
    inputSize: (channels: Int, height: Int, width: Int), convLayers: [Int], fcLayers: [Int],
    normLayer: ((Int) -> any Layer)? = nil
  ) {
    var layers: [any Layer] = []
    var channels = inputSize.channels
    for width in convLayers {
      let block = Conv2dNormActivation(channels, width, normLayer: normLayer)
      block.initializeConvolutions(.kaimingNormal(fan: width * 9))
      layers.append(block)
      channels = width
    }
    layers.append(Flatten())
    channels *= inputSize.height * inputSize.width
    for width in fcLayers {
      layers.append(Linear(channels, width))
      layers.append(ReLU(inplace: true))
      channels = width
    }
    super.init(layers)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.faster_rcnn.FastRCNNConvFCHead" }
}

/// The scores of classes and the boxes of each class, torchvision's `FastRCNNPredictor`.
///
///     model.roiHeads.boxPredictor = FastRCNNPredictor(1024, numClasses: 3)
public final class FastRCNNPredictor: Module {
  /// The scores.
  public let clsScore: Linear
  /// The offsets of boxes.
  public let bboxPred: Linear

  /// Creates a predictor.
  ///
  /// - Parameter numClasses: the classes, 0 being the background.
  public init(_ inChannels: Int, numClasses: Int) {
    clsScore = Linear(inChannels, numClasses)
    bboxPred = Linear(inChannels, numClasses * 4)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.faster_rcnn.FastRCNNPredictor" }

  /// The number of classes with the background.
  public var numClasses: Int { get throws { try clsScore.weight.tensor.sizes[0] } }

  /// Runs the predictor for `[K, inChannels]`.
  ///
  /// - Returns: the logits of classes, `[K, numClasses]`, and the offsets of each class's box, `[K, 4 * numClasses]`.
  /// - Throws: `detection.features` for `[K, C, H, W]` with more than one position; `runtime.operator` with the shapes.
  public func callAsFunction(
    _ x: Tensor, file: String = #fileID, line: Int = #line
  ) throws -> (logits: Tensor, offsets: Tensor) {
    if let sizes = x.knownSizes, sizes.count == 4, sizes.suffix(2) != [1, 1] {
      throw DetectionErrors.features("the predictor of boxes got features of the shape \(sizes)", "[K, C] is expected")
    }
    let found = try call(x, file: file, line: line) { (x: Tensor) in
      let flat = try x.flatten(startDim: 1)
      return [try self.clsScore(flat), try self.bboxPred(flat)]
    }
    return (found[0], found[1])
  }
}
