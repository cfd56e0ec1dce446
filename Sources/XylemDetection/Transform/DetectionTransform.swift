internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// A detector's own preparation of images: normalises them, resizes them within limits and pads them to one size. It
/// converts targets with them, and detections back.
///
/// torchvision's `GeneralizedRCNNTransform`.
public final class DetectionTransform: Module {
  /// The sizes of the shorter side: one of them at random in train mode, the last one in eval mode.
  public let minSizes: [Int]
  /// The limit of the longer side.
  public let maxSize: Int
  /// The mean of each channel.
  public let imageMean: [Double]
  /// The standard deviation of each channel.
  public let imageStd: [Double]
  /// The number that both sides of a batch are multiples of.
  public let sizeDivisible: Int
  /// The size of all images, whatever their aspect ratio. Nil if the limits apply.
  public let fixedSize: ImageSize?

  /// Creates a transform.
  public init(
    minSizes: [Int] = [800], maxSize: Int = 1333, imageMean: [Double] = [0.485, 0.456, 0.406],
    imageStd: [Double] = [0.229, 0.224, 0.225], sizeDivisible: Int = 32, fixedSize: ImageSize? = nil
  ) {
    let sizes = minSizes + [maxSize, sizeDivisible] + (fixedSize.map { [$0.height, $0.width] } ?? [])
    let isAllowed =
      !minSizes.isEmpty && sizes.allSatisfy { (1...1 << 20).contains($0) } && imageMean.count == imageStd.count
    self.minSizes = isAllowed ? minSizes : [1]
    self.maxSize = maxSize
    self.imageMean = imageMean
    self.imageStd = imageStd
    self.sizeDivisible = isAllowed ? sizeDivisible : 1
    self.fixedSize = fixedSize
    super.init()
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "a transform to the sizes \(minSizes), at most \(maxSize), in multiples of \(sizeDivisible), with \(imageMean.count) means and \(imageStd.count) deviations",
      Self.typeName, "sizes must be positive, with a mean and a deviation for each channel")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.transform.GeneralizedRCNNTransform" }

  /// Prepares images of any sizes.
  ///
  /// In train mode one random number is drawn for each image, as in torchvision.
  ///
  /// - Parameters:
  ///   - images: `[C, Hᵢ, Wᵢ]` for each image, floating-point, from 0 to 1.
  ///   - targets: those of each image; nil for none.
  /// - Returns: the batch, and the targets in its coordinates.
  /// - Throws: `detection.images` for no images, and for images of another shape or type; `model.argument`,
  ///   `runtime.operator`.
  public func callAsFunction(
    _ images: [Tensor], _ targets: [DetectionTarget]? = nil
  ) throws -> (images: ImageList, targets: [DetectionTarget]?) {
    if let fault { throw fault }
    try Self.check(images)
    var prepared: [Tensor] = []
    var converted = targets
    for (index, image) in images.enumerated() {
      let resized = try resize(normalize(image))
      if let target = targets?[index] {
        converted?[index] = try convert(target, Self.size(of: image), Self.size(of: resized))
      }
      prepared.append(resized)
    }
    return (ImageList(try batch(prepared), sizes: try prepared.map(Self.size)), converted)
  }

  /// The size of `[…, H, W]`.
  static func size(of image: Tensor) throws -> ImageSize {
    let sizes = try image.sizes.suffix(2)
    return ImageSize(height: sizes.first ?? 0, width: sizes.last ?? 0)
  }

  /// Fails for images that a detector can't use.
  static func check(_ images: [Tensor]) throws {
    guard !images.isEmpty else {
      throw DetectionErrors.images("there are no images", "a detector needs at least one")
    }
    for (index, image) in images.enumerated() {
      let sizes = try image.sizes
      guard sizes.count == 3 else {
        throw DetectionErrors.images(
          "image \(index) has the shape \(sizes)", "a list of images [C, H, W] is expected",
          remedies: sizes.count == 4 ? ["try model(images.unbind())"] : [])
      }
      guard sizes.allSatisfy({ $0 > 0 }) else {
        throw DetectionErrors.images("image \(index) is empty: \(sizes)", "at least one pixel is needed")
      }
      guard image.dtype?.isFloatingPoint == true else {
        throw DetectionErrors.images(
          "image \(index) has elements of \(image.dtype?.rawValue ?? "another type")",
          "floating-point numbers from 0 to 1 are expected", remedies: ["try image.float() / 255"])
      }
    }
  }

  private func normalize(_ image: Tensor) throws -> Tensor {
    let channels = try image.sizes[0]
    guard imageMean.count == channels || imageMean.count == 1 else {
      throw DetectionErrors.images(
        "an image has \(channels) channels", "the detector has means and deviations for \(imageMean.count)")
    }
    func column(_ numbers: [Double]) throws -> Tensor {
      try Tensor(numbers, dtype: image.dtype).to(device: image.device).view([-1, 1, 1])
    }
    return try (image - column(imageMean)) / column(imageStd)
  }

  private func resize(_ image: Tensor) throws -> Tensor {
    var minSize = minSizes[minSizes.count - 1]
    if isTraining {
      let drawn = try Tensor.empty([1]).uniform_(from: 0, to: Double(minSizes.count)).item()
      minSize = minSizes[min(Int(drawn), minSizes.count - 1)]
    }
    let own = try Self.size(of: image)
    let size: ImageSize
    if let fixedSize {
      size = fixedSize
    } else {
      let sides = [own.height, own.width].sorted()
      let scale = min(Double(minSize) / Double(sides[0]), Double(maxSize) / Double(sides[1]))
      size = ImageSize(height: Int(Double(own.height) * scale), width: Int(Double(own.width) * scale))
      guard size.height > 0, size.width > 0 else {
        throw DetectionErrors.images(
          "an image of \(own) pixels is too narrow", "with its longer side at most \(maxSize), the shorter one is empty"
        )
      }
    }
    return try Functional.interpolate(
      image.unsqueeze(dim: 0), size: [size.height, size.width], mode: .bilinear, alignCorners: false
    ).squeeze(dim: 0)
  }

  /// A target in the coordinates of the resized image.
  private func convert(_ target: DetectionTarget, _ from: ImageSize, _ to: ImageSize) throws -> DetectionTarget {
    var target = target
    target.boxes = try Self.resize(boxes: target.boxes, from, to)
    if let masks = target.masks {
      // Without masks there is nothing to interpolate, which the runtime refuses.
      target.masks =
        try masks.sizes[0] == 0
        ? try Tensor.zeros(Shape([0, to.height, to.width]), dtype: .uint8, device: masks.device)
        : try Functional.interpolate(
          masks.unsqueeze(dim: 1).float(), size: [to.height, to.width], mode: .nearest
        ).squeeze(dim: 1).to(.uint8)
    }
    if let keypoints = target.keypoints { target.keypoints = try Self.resize(keypoints: keypoints, from, to) }
    return target
  }

  private func batch(_ images: [Tensor]) throws -> Tensor {
    var shape = [0, 0, 0]
    for image in images { shape = zip(shape, try image.sizes).map { max($0, $1) } }
    for side in 1...2 { shape[side] = (shape[side] + sizeDivisible - 1) / sizeDivisible * sizeDivisible }
    let batch = try Tensor.zeros(Shape([images.count] + shape), dtype: images[0].dtype, device: images[0].device)
    for (index, image) in images.enumerated() {
      let sizes = try image.sizes
      try batch.assign(image, at: .at(Size(index)), .range(0..<sizes[0]), .range(0..<sizes[1]), .range(0..<sizes[2]))
    }
    return batch
  }
}
