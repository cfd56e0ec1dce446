internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// Computes the features of batches of one size.
struct FeatureComputer: Sendable {
  /// A feature of a batch.
  struct Column: Sendable {
    let key: String
    let node: String
    let reduction: Reduction
    /// The type before it is stored.
    let array: HostArray
  }

  let extractor: FeatureExtractor
  let batchSize: Int
  /// By key; those of parts of a structured feature by the part's key.
  let reductions: [String: Reduction]
  /// The type that floating-point features are stored in. Nil for their own.
  let dtype: DType?
  let autocasts: Bool
  private let argument: String

  /// Finds the argument that takes images.
  ///
  /// - Throws: `dataset.feature` for a model that takes no image, or more than one.
  init(
    _ extractor: FeatureExtractor, batchSize: Int, reductions: [String: Reduction], dtype: DType?, autocasts: Bool
  ) throws {
    (self.extractor, self.batchSize, self.reductions) = (extractor, batchSize, reductions)
    (self.dtype, self.autocasts) = (dtype, autocasts)
    let arguments = (extractor.traces[extractor.mode]?.arguments ?? []).filter {
      if case .input = $0.role { $0.type != .none } else { false }
    }
    let required = arguments.filter { $0.defaultValue == nil }
    guard let target = required.first ?? arguments.first else { throw DatasetErrors.manyInputs([]) }
    guard required.count <= 1 else { throw DatasetErrors.manyInputs(required.map(\.name)) }
    guard target.type.unwrapped != .list(.tensor) else { throw DatasetErrors.takesLists(target.name) }
    argument = target.name
  }

  /// Checks that each reduction is one of a feature.
  ///
  /// - Throws: `dataset.feature`.
  static func check(_ reductions: [String: Reduction], of extractor: FeatureExtractor) throws(XylemError) {
    let keys = extractor.plan.keys
    for key in reductions.keys.sorted()
    where !keys.contains(where: { key == $0 || key.hasPrefix($0 + ".") }) {
      throw DatasetErrors.unknownReduction(key, keys)
    }
  }

  /// The features of a batch, with the number of images first.
  ///
  /// - Parameters:
  ///   - values: the images one after another, ``batchSize`` of them.
  ///   - shape: the shape of one, `[C, H, W]`.
  /// - Throws: `extract.execution` and others of a call; `dataset.feature`.
  func features(_ values: [Float], shape: [Int]) throws -> [Column] {
    try TensorRuntime.withGradients(false) {
      let input = try Tensor(values, shape: [values.count / max(shape.reduce(1, *), 1)] + shape)
      let features = try autocasting { try extractor(named: [argument: .tensor(input)]) }
      return try zip(features.keys, features.values).enumerated().flatMap { index, feature in
        try columns(feature.0, feature.1, node: extractor.plan.nodes[index])
      }
    }
  }

  private func autocasting<Result>(_ body: () throws -> Result) throws -> Result {
    guard autocasts else { return try body() }
    return try TensorRuntime.withAutocast(to: .bfloat16, on: extractor.device.kind, body)
  }

  private func columns(_ key: String, _ value: Value, node: String) throws -> [Column] {
    switch try value.unpacked() {
    case .tensor(let tensor): return [try column(key, tensor, node, reductions[key] ?? .none)]
    case .list(let elements):
      return try elements.enumerated().flatMap { try part(key, "\($0.offset)", $0.element, node) }
    case .tuple(let elements, let names):
      return try elements.enumerated().flatMap { index, element in
        try part(key, names.indices.contains(index) ? names[index] : "\(index)", element, node)
      }
    case .dictionary(let entries):
      return try entries.flatMap { entry in
        guard case .literal(.string(let name)) = entry.key else {
          throw DatasetErrors.unsuitable(key, "it is a dictionary whose keys are not strings")
        }
        return try part(key, name, entry.value, node)
      }
    case .literal(.none): throw DatasetErrors.unsuitable(key, "it is None")
    default: throw DatasetErrors.unsuitable(key, "it is not a tensor")
    }
  }

  /// The columns of a part of a structured feature; a reduction of the whole is one of each part.
  private func part(_ key: String, _ name: String, _ value: Value, _ node: String) throws -> [Column] {
    var computer = self
    if let whole = reductions[key], reductions["\(key).\(name)"] == nil {
      computer = FeatureComputer(self, reductions: reductions.merging(["\(key).\(name)": whole]) { own, _ in own })
    }
    return try computer.columns("\(key).\(name)", value, node: node)
  }

  private init(_ other: FeatureComputer, reductions: [String: Reduction]) {
    (extractor, batchSize, dtype, autocasts) = (other.extractor, other.batchSize, other.dtype, other.autocasts)
    argument = other.argument
    self.reductions = reductions
  }

  private func column(_ key: String, _ tensor: Tensor, _ node: String, _ reduction: Reduction) throws -> Column {
    let dense = try tensor.dense()
    let shape = try dense.sizes
    guard let first = shape.first, first == batchSize else {
      throw DatasetErrors.notRows(key, shape, batch: batchSize)
    }
    guard let reduced = try reduction.apply(to: dense, shape: shape) else {
      throw DatasetErrors.badReduction(reduction, key, Array(shape.dropFirst()))
    }
    var stored = reduced
    if let dtype, let own = reduced.dtype, !own.isIntegral, !own.isComplex, own != dtype {
      stored = try reduced.converted(to: dtype)
    }
    if extractor.device != .cpu { stored = try stored.to(device: "cpu") }
    return Column(key: key, node: node, reduction: reduction, array: try stored.hostArray())
  }
}
