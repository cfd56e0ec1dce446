public import XylemErrors
internal import XylemFiles
internal import XylemGraph
public import XylemNN
public import XylemTensor

/// What the heads of a detector in one stage predict for each anchor, feature map by feature map, row by row.
public struct DensePredictions: ModuleValue {
  /// `[N, A, classes]`: the logits of the classes.
  public var logits: Tensor
  /// `[N, A, 4]`: the box, relative to the anchor.
  public var boxes: Tensor
  /// `[N, A, 1]`: the logit of the position being in the middle of an object. From FCOS.
  public var centerness: Tensor?

  /// Creates predictions.
  public init(logits: Tensor, boxes: Tensor, centerness: Tensor? = nil) {
    self.logits = logits
    self.boxes = boxes
    self.centerness = centerness
  }

  /// `Dict[str, Tensor]`.
  public static var typeDescription: String { "Dict[str, Tensor]" }

  /// A dictionary with torchvision's keys: `cls_logits`, `bbox_regression` and `bbox_ctrness`.
  public var moduleValue: XylemTensor.Value {
    var entries: [(key: XylemTensor.Value, value: XylemTensor.Value)] = [
      (.string("cls_logits"), .tensor(logits)), (.string("bbox_regression"), .tensor(boxes)),
    ]
    if let centerness { entries.append((.string("bbox_ctrness"), .tensor(centerness))) }
    return .dictionary(entries)
  }

  /// The tensors of a dictionary.
  ///
  /// - Throws: `model.argument` if one is missing.
  public init(moduleValue: XylemTensor.Value) throws(XylemError) {
    let maps = try FeatureMaps(moduleValue: moduleValue)
    guard let logits = maps["cls_logits"], let boxes = maps["bbox_regression"] else {
      throw XylemError(
        .modelArgument, "predictions have no 'cls_logits' or no 'bbox_regression'",
        cause: Reason("there is \(maps.names)"))
    }
    self.init(logits: logits, boxes: boxes, centerness: maps["bbox_ctrness"])
  }

  /// Those of one image, `[A, …]`.
  func image(_ index: Int) throws(XylemError) -> DensePredictions {
    let at = Size(index)
    return DensePredictions(
      logits: try logits[.at(at)], boxes: try boxes[.at(at)], centerness: try centerness?[.at(at)])
  }

  /// Those of each feature map, for one image.
  func levels(_ counts: [Int]) throws -> [DensePredictions] {
    let sizes = counts.map { Size($0) }
    let (logits, boxes) = (try logits.split(sizes), try boxes.split(sizes))
    let centerness = try centerness?.split(sizes)
    return counts.indices.map {
      DensePredictions(logits: logits[$0], boxes: boxes[$0], centerness: centerness?[$0])
    }
  }
}

/// The head of a detector in one stage: the base class of ``RetinaNetHead``, ``FCOSHead``, ``SSDHead`` and
/// ``SSDLiteHead``.
open class DenseHead: Module {
  /// Runs the head, or records its call while a model is traced.
  ///
  /// - Throws: as ``forward(_:)``.
  public final func callAsFunction(
    _ features: [Tensor], file: String = #fileID, line: Int = #line
  ) throws -> DensePredictions {
    try call(features, file: file, line: line) { try self.forward($0) }
  }

  /// Predictions from feature maps `[N, C, Hᵢ, Wᵢ]`.
  ///
  /// - Throws: the errors of the head.
  open func forward(_ features: [Tensor]) throws -> DensePredictions {
    throw DetectionErrors.features(
      "the head \(Swift.type(of: self)) computes nothing", "a subclass of DenseHead overrides forward")
  }
}
