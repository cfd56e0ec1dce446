internal import XylemErrors
public import XylemNN
public import XylemTensor

/// A module that pools regions of feature maps to one size: the shared implementation of ``RoIAlign``, ``RoIPool``,
/// ``PSRoIAlign`` and ``PSRoIPool``.
public class RegionPooling: Module {
  /// The height and width of a result.
  public final let outputSize: Sizes
  /// The resolution of the feature maps relative to the image in which the regions' edges count.
  public final let spatialScale: Double

  init(_ outputSize: Sizes, _ spatialScale: Double) {
    self.outputSize = outputSize
    self.spatialScale = spatialScale
    super.init()
    let values = outputSize.values
    guard !(1...2).contains(values.count) || !values.allSatisfy({ (1...4096).contains($0) }) else { return }
    fault = DetectionErrors.argument(
      "an output size of \(values)", Self.typeName, "a height and a width from 1 to 4096 are needed, or one number")
  }

  /// Takes `input` and `rois`.
  public override var entry: ModuleEntry? {
    ModuleEntry("input", "rois") { [unowned self] (x: Tensor, rois: Tensor) in try forward(x, rois) }
  }

  /// Pools regions, or records the call while a model is traced.
  ///
  /// - Parameters:
  ///   - input: `[N, C, H, W]`.
  ///   - rois: `[K, 5]`: the number of the image, the left, top, right and bottom edge.
  /// - Throws: the errors of the function of the same name.
  public final func callAsFunction(
    _ input: Tensor, _ rois: Tensor, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try call(input, rois, file: file, line: line) { try self.forward($0, $1) }
  }

  func forward(_ input: Tensor, _ rois: Tensor) throws -> Tensor { input }
}

/// Cuts regions out of feature maps, torchvision's `ops.RoIAlign`: ``roiAlign(_:_:outputSize:spatialScale:samplingRatio:aligned:file:line:)``.
public final class RoIAlign: RegionPooling {
  private let samplingRatio: Int
  private let aligned: Bool

  /// Creates a module.
  public init(outputSize: Sizes, spatialScale: Double, samplingRatio: Int, aligned: Bool = false) {
    self.samplingRatio = samplingRatio
    self.aligned = aligned
    super.init(outputSize, spatialScale)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.roi_align.RoIAlign" }

  override func forward(_ input: Tensor, _ rois: Tensor) throws -> Tensor {
    try roiAlign(
      input, rois, outputSize: outputSize, spatialScale: spatialScale, samplingRatio: samplingRatio, aligned: aligned)
  }
}

/// Takes the largest elements of regions, torchvision's `ops.RoIPool`: ``roiPool(_:_:outputSize:spatialScale:file:line:)``.
public final class RoIPool: RegionPooling {
  /// Creates a module.
  public init(outputSize: Sizes, spatialScale: Double) { super.init(outputSize, spatialScale) }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.roi_pool.RoIPool" }

  override func forward(_ input: Tensor, _ rois: Tensor) throws -> Tensor {
    try roiPool(input, rois, outputSize: outputSize, spatialScale: spatialScale)
  }
}

/// Cuts regions out of feature maps with channels for each bin, torchvision's `ops.PSRoIAlign`:
/// ``psRoIAlign(_:_:outputSize:spatialScale:samplingRatio:file:line:)``.
public final class PSRoIAlign: RegionPooling {
  private let samplingRatio: Int

  /// Creates a module.
  public init(outputSize: Sizes, spatialScale: Double, samplingRatio: Int) {
    self.samplingRatio = samplingRatio
    super.init(outputSize, spatialScale)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.ps_roi_align.PSRoIAlign" }

  override func forward(_ input: Tensor, _ rois: Tensor) throws -> Tensor {
    try psRoIAlign(
      input, rois, outputSize: outputSize, spatialScale: spatialScale, samplingRatio: samplingRatio)
  }
}

/// Takes the means of regions with channels for each bin, torchvision's `ops.PSRoIPool`:
/// ``psRoIPool(_:_:outputSize:spatialScale:file:line:)``.
public final class PSRoIPool: RegionPooling {
  /// Creates a module.
  public init(outputSize: Sizes, spatialScale: Double) { super.init(outputSize, spatialScale) }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.ps_roi_pool.PSRoIPool" }

  override func forward(_ input: Tensor, _ rois: Tensor) throws -> Tensor {
    try psRoIPool(input, rois, outputSize: outputSize, spatialScale: spatialScale)
  }
}
