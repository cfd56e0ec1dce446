internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// Boxes of fixed sizes relative to the image around each position of feature maps: Liu et al., arXiv:1512.02325.
///
/// At each position of a feature map there are two squares, and two boxes for each of its aspect ratios, one of them
/// upright.
public final class DefaultBoxGenerator: Module {
  /// The aspect ratios of each feature map's boxes besides 1.
  public let aspectRatios: [[Double]]
  /// The size of each feature map's boxes relative to the image, and one more, for the larger square of the last one.
  public let scales: [Double]
  /// The distance of positions in pixels, for each feature map; nil if the positions divide the image evenly.
  public let steps: [Double]?
  /// Whether sizes are limited to the image's.
  public let clip: Bool

  /// Creates a generator.
  ///
  /// - Parameters:
  ///   - minRatio: the first scale, if there are no `scales`.
  ///   - maxRatio: the last scale, if there are no `scales`; those between are spaced evenly.
  ///   - scales: one for each feature map, and one more.
  public init(
    aspectRatios: [[Double]], minRatio: Double = 0.15, maxRatio: Double = 0.9, scales: [Double]? = nil,
    steps: [Double]? = nil, clip: Bool = true
  ) {
    let count = aspectRatios.count
    self.aspectRatios = aspectRatios
    self.steps = steps
    self.clip = clip
    if let scales {
      self.scales = scales
    } else if count > 1 {
      let range = maxRatio - minRatio
      self.scales =
        (0..<count).map { (level: Int) -> Double in minRatio + range * Double(level) / Double(count - 1) } + [1.0]
    } else {
      self.scales = [minRatio, maxRatio]
    }
    super.init()
    var numbers: [Double] = self.scales
    numbers += steps ?? []
    for ratios in aspectRatios { numbers += ratios }
    let arePositive = numbers.allSatisfy { $0 > 0 && $0.isFinite }
    let isAllowed = arePositive && count > 0 && self.scales.count > count && (steps.map { $0.count == count } ?? true)
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "default boxes with aspect ratios for \(count) feature maps, \(self.scales.count) scales and \(steps.map { "\($0.count)" } ?? "no") steps",
      Self.typeName, "positive numbers for each feature map are needed, and one scale more")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.anchor_utils.DefaultBoxGenerator" }

  /// The number of boxes at each position, for each feature map.
  public var countsPerLocation: [Int] { aspectRatios.map { 2 + 2 * $0.count } }

  /// Widths and heights relative to the image, two numbers for each box.
  private func sizes(_ level: Int) -> [Double] {
    let scale = scales[level]
    let larger = (scale * scales[level + 1]).squareRoot()
    let pairs = aspectRatios[level].flatMap { ratio in
      let root = ratio.squareRoot()
      return [scale * root, scale / root, scale / root, scale * root]
    }
    return [scale, scale, larger, larger] + pairs
  }

  /// The boxes of each image.
  ///
  /// - Parameters:
  ///   - images: a batch.
  ///   - features: `[N, C, hᵢ, wᵢ]` for each feature map.
  /// - Returns: `[A, 4]` for each image, all the same: left, top, right and bottom edges in pixels of the batch, feature
  ///   map by feature map, row by row.
  /// - Throws: `detection.features` if there are aspect ratios for another number of feature maps; `model.argument`,
  ///   `runtime.operator`.
  public func callAsFunction(_ images: ImageList, _ features: [Tensor]) throws -> [Tensor] {
    if let fault { throw fault }
    guard features.count == aspectRatios.count, let first = features.first else {
      throw DetectionErrors.features(
        "there are \(features.count) feature maps, but default boxes for \(aspectRatios.count)",
        "boxes have aspect ratios for each feature map",
        remedies: ["DefaultBoxGenerator(aspectRatios: \(features.map { _ in [2, 3] }))"])
    }
    let (dtype, device) = (first.dtype ?? .float32, try first.device)
    let image = try images.tensors.sizes
    let (height, width) = (Double(image[image.count - 2]), Double(image[image.count - 1]))
    var all: [Tensor] = []
    for (level, feature) in features.enumerated() {
      let grid = try feature.sizes.suffix(2).map { $0 }
      func shifts(_ count: Int, _ image: Double) throws -> Tensor {
        let divisor = steps.map { image / $0[level] } ?? Double(count)
        return try ((Tensor.arange(count, device: device) + 0.5) / divisor).to(dtype)
      }
      let positions = try Tensor.meshgrid(shifts(grid[0], height), shifts(grid[1], width), indexing: .ij)
      let centers = try Tensor.stack([positions[1].reshape([-1]), positions[0].reshape([-1])], dim: 1)
      var spans = try Tensor(sizes(level), dtype: dtype).to(device: device).view([1, -1, 2])
      if clip { spans = try spans.clamp(min: 0, max: 1) }
      let count = try (centers.sizes[0], spans.sizes[1])
      let shape = Shape([count.0, count.1, 2])
      all.append(
        try Tensor.cat([centers.unsqueeze(dim: 1).expand(shape), spans.expand(shape)], dim: 2).reshape([-1, 4]))
    }
    let boxes = try Tensor.cat(all)
    let (center, span) = (try boxes[.all, .range(0..<2)], try boxes[.all, .range(2..<4)])
    let scale = try Tensor([width, height], dtype: dtype).to(device: device)
    let edges = try Tensor.cat([(center - 0.5 * span) * scale, (center + 0.5 * span) * scale], dim: 1)
    return images.sizes.map { _ in edges }
  }
}
