internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemTensor

/// Finds out what a run's features look like, with numbers in place of images, before anything is written.
struct FeatureProbe {
  let computer: FeatureComputer
  /// The shape of an input, `[C, H, W]`.
  let shape: [Int]

  /// The same numbers in every process: between -2 and 2, as normalised images have.
  private var numbers: [Float] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<computer.batchSize * shape.reduce(1, *)).map { _ in
      // A linear congruential generator modulo 2⁶⁴ (Knuth, MMIX); its high bits are the good ones.
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 22) - 2
    }
  }

  /// Computes with libtorch, checks that each row belongs to one image, and describes the features.
  ///
  /// - Throws: `dataset.feature`, and the errors of a call.
  func fields() throws -> [FeatureField] {
    let wanted = computer.extractor.engineOptions
    computer.extractor.engineOptions = EngineOptions(.torch)
    defer { computer.extractor.engineOptions = wanted }
    let columns = try computer.features(numbers, shape: shape)
    if computer.batchSize > 1 {
      let size = shape.reduce(1, *)
      let numbers = numbers
      let reversed = (0..<computer.batchSize).reversed().flatMap { numbers[$0 * size..<($0 + 1) * size] }
      for (column, other) in zip(columns, try computer.features(reversed, shape: shape)) {
        guard try Self.agree(column.array, reversed: other.array) else { throw DatasetErrors.mixesRows(column.key) }
      }
    }
    return columns.map { column in
      FeatureField(
        key: column.key, node: column.node, dtype: column.array.dtype, shape: Array(column.array.shape.dropFirst()),
        reduction: column.reduction)
    }
  }

  /// Has an engine compile, with the same numbers in every process, so that each makes the same choices.
  ///
  /// - Parameter parts: the parts that the engine must compute. Nil to choose them.
  /// - Returns: the parts that it computes.
  /// - Throws: the errors of a call.
  func compile(_ parts: [Range<Int>]?) throws -> [Range<Int>] {
    guard computer.extractor.engineOptions.engine != .torch else { return [] }
    if parts == [] {
      computer.extractor.engineOptions.engine = .torch
      return []
    }
    computer.extractor.engineOptions.parts = parts
    _ = try computer.features(numbers, shape: shape)
    return computer.extractor.engineReport?.engineParts ?? []
  }

  /// Whether rows are the same in the opposite order, up to rounding.
  private static func agree(_ array: HostArray, reversed other: HostArray) throws -> Bool {
    guard array.shape == other.shape, !array.dtype.isComplex, let rows = array.shape.first, rows > 0 else {
      return array.shape == other.shape
    }
    let (a, b) = (try array.doubles(), try other.doubles())
    let size = a.count / rows
    let scale = a.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    // Half precision has some three digits. Indices of the largest element and the like may differ where two are close.
    let bound = array.dtype == .float32 || array.dtype == .float64 ? 1e-3 * scale : 5e-2 * scale
    var different = 0
    for row in 0..<rows {
      for element in 0..<size {
        let (x, y) = (a[row * size + element], b[(rows - 1 - row) * size + element])
        if x == y || x.isNaN && y.isNaN || abs(x - y) <= bound { continue }
        different += 1
      }
    }
    return array.dtype.isIntegral ? different * 100 <= a.count : different == 0
  }
}
