/// The shards of a run.
struct ShardPlan: Sendable {
  let inputCount: Int
  let rows: Int
  let format: any ShardFormat
  let fields: [FeatureField]
  let addsDigests: Bool
  private let digits: Int

  init(inputCount: Int, rows: Int, format: any ShardFormat, fields: [FeatureField], addsDigests: Bool) {
    (self.inputCount, self.rows, self.format, self.fields) = (inputCount, rows, format, fields)
    self.addsDigests = addsDigests
    digits = max(5, String(max(inputCount - 1, 0) / rows).utf8.count)
  }

  /// The number of shards.
  var count: Int { (inputCount + rows - 1) / rows }

  /// The positions of the shards.
  var indices: Range<Int> { 0..<count }

  /// The shard at a position.
  subscript(index: Int) -> Shard {
    let number = String(index)
    return Shard(
      index: index, name: String(repeating: "0", count: digits - number.utf8.count) + number,
      inputs: index * rows..<min((index + 1) * rows, inputCount), hasDigests: addsDigests)
  }
}
