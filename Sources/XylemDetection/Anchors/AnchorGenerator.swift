internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// Boxes of fixed sizes around each position of feature maps: Ren et al., arXiv:1506.01497.
///
/// Each feature map has sizes of its own, and as many anchors at each position as it has pairs of a size and an aspect
/// ratio.
public final class AnchorGenerator: Module {
  /// The sizes of each feature map's anchors in pixels: the square root of the area.
  public let sizes: [[Int]]
  /// The aspect ratios of each feature map's anchors: height by width.
  public let aspectRatios: [[Double]]
  /// Each feature map's anchors around the origin, four edges each.
  private let cells: [[Double]]

  /// Creates a generator with sizes and aspect ratios for each feature map.
  public init(sizes: [[Int]] = [[128, 256, 512]], aspectRatios: [[Double]] = [[0.5, 1, 2]]) {
    self.sizes = sizes
    self.aspectRatios = aspectRatios
    cells = zip(sizes, aspectRatios).map { sizes, ratios in Self.anchors(sizes, ratios) }
    super.init()
    guard sizes.count != aspectRatios.count else { return }
    fault = DetectionErrors.argument(
      "anchors have sizes for \(sizes.count) feature maps, and aspect ratios for \(aspectRatios.count)", Self.typeName,
      "both must be given for each feature map")
  }

  /// Creates a generator with one size for each feature map, and the same aspect ratios for all.
  public convenience init(sizes: [Int], aspectRatios: [Double] = [0.5, 1, 2]) {
    self.init(sizes: sizes.map { [$0] }, aspectRatios: sizes.map { _ in aspectRatios })
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.anchor_utils.AnchorGenerator" }

  /// The number of anchors at each position, for each feature map.
  public var countsPerLocation: [Int] { zip(sizes, aspectRatios).map { $0.count * $1.count } }

  /// Anchors around the origin, in whole pixels. Computed in single precision, as in torchvision.
  private static func anchors(_ sizes: [Int], _ ratios: [Double]) -> [Double] {
    ratios.flatMap { ratio in
      let height = Float(ratio).squareRoot()
      let width = 1 / height
      return sizes.flatMap { size in
        let (x, y) = (width * Float(size) / 2, height * Float(size) / 2)
        return [-x, -y, x, y].map { Double($0.rounded(.toNearestOrEven)) }
      }
    }
  }

  /// The anchors of each image.
  ///
  /// - Parameters:
  ///   - images: a batch.
  ///   - features: `[N, C, hᵢ, wᵢ]` for each feature map.
  /// - Returns: `[A, 4]` for each image, all the same: left, top, right and bottom edges in pixels of the padded image,
  ///   feature map by feature map, row by row.
  /// - Throws: `detection.features` if there are sizes for another number of feature maps; `model.argument`,
  ///   `runtime.operator`.
  public func callAsFunction(_ images: ImageList, _ features: [Tensor]) throws -> [Tensor] {
    if let fault { throw fault }
    guard features.count == cells.count, let first = features.first else {
      throw DetectionErrors.features(
        "there are \(features.count) feature maps, but anchors for \(cells.count)",
        "anchors have sizes and aspect ratios for each feature map",
        remedies: [
          "AnchorGenerator(sizes: [\(features.indices.map { "[\(32 << $0)]" }.joined(separator: ", "))], aspectRatios: Array(repeating: [0.5, 1, 2], count: \(features.count)))"
        ])
    }
    let image = try images.tensors.sizes
    var all: [Tensor] = []
    for (feature, cell) in zip(features, cells) {
      let grid = try feature.sizes
      let (rows, columns) = (grid[grid.count - 2], grid[grid.count - 1])
      let base = try Tensor(cell, dtype: first.dtype ?? .float32).to(device: first.device)
      func shifts(_ count: Int, _ size: Int) throws -> Tensor {
        try Tensor.arange(count, device: first.device) * (count > 0 ? size / count : 0)
      }
      let y = try shifts(rows, image[image.count - 2])
      let x = try shifts(columns, image[image.count - 1])
      let positions = try Tensor.meshgrid(y, x, indexing: .ij).map { try $0.reshape([-1]) }
      let offsets = try Tensor.stack([positions[1], positions[0], positions[1], positions[0]], dim: 1)
      all.append(try (offsets.view([-1, 1, 4]) + base.view([1, -1, 4])).reshape([-1, 4]))
    }
    let anchors = try Tensor.cat(all)
    return images.sizes.map { _ in anchors }
  }
}
