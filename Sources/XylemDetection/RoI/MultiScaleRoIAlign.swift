internal import Foundation
internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// Cuts boxes out of the feature maps of a pyramid: each box out of the map whose resolution fits its size, as in Lin
/// et al., arXiv:1612.03144, equation 1.
///
/// torchvision's `ops.MultiScaleRoIAlign`.
public final class MultiScaleRoIAlign: Module {
  /// The names of the feature maps that are used, finest first. Those that do not exist are left out.
  public let featureMapNames: [String]
  /// The height and width of a result.
  public let outputSize: [Int]
  /// The number of points in each direction whose mean is an element of the result; 0 or less for a number by the
  /// box's size.
  public let samplingRatio: Int
  private let canonicalScale: Int
  private let canonicalLevel: Int

  /// Creates a pooling.
  ///
  /// - Parameters:
  ///   - outputSize: the height and width of a result.
  ///   - canonicalScale: the size in pixels of the boxes that are cut out of the canonical level.
  ///   - canonicalLevel: the level of those: a feature map of level k has 1 / 2ᵏ of the image's resolution.
  public init(
    featureMapNames: [String], outputSize: Sizes, samplingRatio: Int, canonicalScale: Int = 224,
    canonicalLevel: Int = 4
  ) {
    let sizes = outputSize.values.count == 1 ? outputSize.values + outputSize.values : outputSize.values
    let isAllowed =
      sizes.count == 2 && sizes.allSatisfy { (1...1 << 14).contains($0) } && canonicalScale > 0
      && !featureMapNames.isEmpty
    self.featureMapNames = featureMapNames
    self.outputSize = isAllowed ? sizes : [1, 1]
    self.samplingRatio = samplingRatio
    self.canonicalScale = isAllowed ? canonicalScale : 1
    self.canonicalLevel = canonicalLevel
    super.init()
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "a pooling of the feature maps \(featureMapNames) to \(outputSize.values)", Self.typeName,
      "a height and a width of at least 1 are needed, and at least one feature map")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.poolers.MultiScaleRoIAlign" }

  /// Cuts the boxes of all images out of feature maps.
  ///
  /// - Parameters:
  ///   - features: maps `[N, C, Hᵢ, Wᵢ]`.
  ///   - boxes: `[Kᵢ, 4]` for each image, in pixels of the batch.
  ///   - sizes: the size of each image in the batch.
  /// - Returns: `[ΣKᵢ, C, height, width]`, image after image.
  /// - Throws: `detection.features` if none of the feature maps exists; `detection.images` without images;
  ///   `detection.kernels`, `runtime.operator`.
  public func callAsFunction(_ features: FeatureMaps, _ boxes: [Tensor], _ sizes: [ImageSize]) throws -> Tensor {
    if let fault { throw fault }
    let maps = features.entries.filter { featureMapNames.contains($0.name) }.map(\.map)
    guard let first = maps.first else {
      throw DetectionErrors.features(
        "none of the feature maps \(features.names) is used", "the pooling uses \(featureMapNames)",
        remedies: [
          "MultiScaleRoIAlign(featureMapNames: \(features.names), outputSize: \(outputSize), samplingRatio: \(samplingRatio))"
        ])
    }
    guard !boxes.isEmpty, boxes.count == sizes.count else {
      throw DetectionErrors.images(
        "there are boxes for \(boxes.count) images, and sizes of \(sizes.count)", "both are needed for each image")
    }
    let regions = try Self.regions(boxes)
    let whole = ImageSize(height: sizes.map(\.height).max() ?? 1, width: sizes.map(\.width).max() ?? 1)
    let scales = try maps.map { try Self.scale($0, whole) }
    guard maps.count > 1 else { return try align(first, regions, scales[0]) }
    let levels = try levels(of: boxes, scales)
    let shape = try [regions.sizes[0], first.sizes[1]] + outputSize
    let result = try Tensor.zeros(Shape(shape), dtype: first.dtype, device: first.device)
    for (level, map) in maps.enumerated() {
      let rows = try levels.eq(level).positions()
      try result.assign(align(map, regions.rows(rows), scales[level]).typeAs(result), at: .tensor(rows))
    }
    return result
  }

  private func align(_ map: Tensor, _ regions: Tensor, _ scale: Double) throws -> Tensor {
    try roiAlign(
      map, regions, outputSize: Sizes(outputSize), spatialScale: scale, samplingRatio: samplingRatio, aligned: false)
  }

  /// Boxes of all images with the number of their image: `[ΣKᵢ, 5]`.
  static func regions(_ boxes: [Tensor]) throws -> Tensor {
    let numbers = try boxes.enumerated().map { try Tensor.fullLike($1[.all, .range(0..<1)], $0) }
    return try Tensor.cat([Tensor.cat(numbers), Tensor.cat(boxes)], dim: 1)
  }

  /// The resolution of a feature map relative to the batch's, a power of 2.
  private static func scale(_ map: Tensor, _ image: ImageSize) throws -> Double {
    let rows = try map.sizes.dropLast().last ?? 1
    return pow(2, Double(log2(Float(Double(rows) / Double(image.height))).rounded(.toNearestOrEven)))
  }

  /// The position of the feature map of each box, `[ΣKᵢ]`.
  private func levels(of boxes: [Tensor], _ scales: [Double]) throws -> Tensor {
    let finest = Int(-log2(scales[0]))
    let coarsest = Int(-log2(scales[scales.count - 1]))
    let size = try Tensor.cat(boxes.map { try Boxes.area($0) }).sqrt()
    let level = try (canonicalLevel + (size / canonicalScale).log2() + size.scalar(1e-6)).floor()
    return try level.clamp(min: finest, max: coarsest).long() - finest
  }
}
