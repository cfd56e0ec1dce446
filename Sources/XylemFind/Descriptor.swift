import Xylem

/// A model cut off at one node, whose value describes an image.
struct Descriptor {
  private let extractor: FeatureExtractor
  private let transform: ImageTransform

  init(model: ScriptModel, node: String) throws {
    // What can't be traced becomes a node of its own.
    let options = TraceOptions(mode: .eval, makesLeaves: true)
    extractor = try FeatureExtractor(
      of: model, returning: [ReturnRequest(node, as: "descriptor")], options: options, modes: [.eval])
    transform = try ImageTransform()
  }

  /// The descriptor of an image, `[1, C]` with a length of one.
  func callAsFunction(_ image: PixelImage) throws -> Tensor {
    let input = try Tensor(batch: [transform.apply(to: image)])
    let feature: Tensor = try extractor(input)["descriptor"]
    let vector = try feature.sizes.count == 4 ? feature.mean(dim: [2, 3]) : feature.flatten(startDim: 1)
    return try F.normalize(vector, dim: 1)
  }
}
