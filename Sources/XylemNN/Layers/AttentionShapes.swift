internal import XylemErrors

/// The shapes that the inputs of a ``MultiheadAttention`` must have, as checked by PyTorch.
struct AttentionShapes {
  private let layer: MultiheadAttention
  private let hasPadding: Bool
  private let hasMask: Bool

  init(_ layer: MultiheadAttention, hasPadding: Bool, hasMask: Bool) {
    self.layer = layer
    self.hasPadding = hasPadding
    self.hasMask = hasMask
  }

  /// - Parameter sizes: the sizes of the query, the key, the value, and, if given, the padding mask and the mask.
  func check(_ sizes: [[Int]]) throws(XylemError) {
    let (query, key, value) = (sizes[0], sizes[1], sizes[2])
    let type = MultiheadAttention.typeName
    guard (2...3).contains(query.count) else { throw ModuleErrors.rank(query, wanted: 2...3, type: type) }
    guard query.last == layer.embedDim else {
      throw ModuleErrors.layerInput("queries of \(layer.embedDim) features were expected", query, type: type)
    }
    // Without a batch, as with a batch of one element.
    let isBatched = query.count == 3
    let lengthAt = isBatched && layer.batchFirst ? 1 : 0
    func positions(_ shape: [Int]) -> [Int] { Array(shape.dropLast()) }
    let source = key.indices.contains(lengthAt) ? key[lengthAt] : 0
    var wantedKey = positions(query)
    wantedKey[lengthAt] = source
    try demand("key", key, [wantedKey + [layer.keySize]])
    try demand("value", value, [wantedKey + [layer.valueSize]])
    let length = query[lengthAt]
    let batch = isBatched ? query[1 - lengthAt] : 1
    if hasPadding { try demand("key padding mask", sizes[3], [isBatched ? [batch, source] : [source]]) }
    if hasMask {
      try demand(
        "mask", sizes[hasPadding ? 4 : 3], [[length, source], [batch * layer.numHeads, length, source]])
    }
  }

  private func demand(_ name: String, _ given: [Int], _ wanted: [[Int]]) throws(XylemError) {
    guard !wanted.contains(given) else { return }
    let allowed = wanted.map { "\($0)" }.joined(separator: " or ")
    throw XylemError(
      .modelArgument, "the \(name)'s shape is \(given)", at: .init(moduleType: MultiheadAttention.typeName),
      cause: Reason("\(allowed) was expected"))
  }
}
