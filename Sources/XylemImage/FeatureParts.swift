/// A feature, arranged for drawing: its first channels as maps, and apart from them what is a vector.
struct FeatureParts {
  /// Equal maps, one after the other.
  struct Maps {
    var count: Int
    var height: Int
    var width: Int
    var values: [Float]
  }

  /// Values that have no place in the image, such as those of a class token.
  struct Vector {
    /// Nil if the feature is a vector.
    var title: String?
    var values: [Float]
  }

  var maps: Maps?
  var vectors: [Vector] = []
  /// The channels, heads or values of the feature.
  var count: Int
  /// What is counted, in the plural.
  var unit = "channels"
  /// What is drawn, besides the number of channels.
  var remark: String

  /// Arranges the first `limit` channels.
  init(shape: [Int], values: [Float], layout: FeatureLayout, limit: Int) {
    switch layout {
    case .vector:
      count = values.count
      unit = "values"
      remark = ""
      vectors = [Vector(title: nil, values: values)]
    case .matrix:
      count = 1
      remark = ""
      maps = Maps(count: 1, height: shape[0], width: shape[1], values: values)
    case .channelsFirst:
      count = shape[0]
      remark = ""
      let drawn = min(count, limit)
      maps = Maps(
        count: drawn, height: shape[1], width: shape[2], values: Array(values.prefix(drawn * shape[1] * shape[2])))
    case .channelsLast:
      count = shape[2]
      remark = "channels last"
      maps = Self.transposed(
        values[...], channels: count, drawn: min(count, limit), height: shape[0], width: shape[1])
    case .tokens(let grid):
      count = shape[1]
      remark = Self.remark("", grid)
      maps = Self.transposed(
        values[(grid.leadingCount * count)...], channels: count, drawn: min(count, limit), height: grid.height,
        width: grid.width)
      vectors = (0..<grid.leadingCount).map { token in
        Vector(
          title: token == 0 ? "token 0, the class token where there is one" : "token \(token)",
          values: Array(values[(token * count)..<((token + 1) * count)]))
      }
    case .attention(let grid):
      count = shape.count == 3 ? shape[0] : 1
      unit = "heads"
      remark = Self.remark(
        grid.leadingCount > 0 ? "attention of token 0 to " : "attention, the mean over all tokens, to ", grid)
      maps = Self.attention(values, heads: min(count, limit), grid)
    }
  }

  private static func remark(_ start: String, _ grid: FeatureLayout.TokenGrid) -> String {
    "\(start)\(grid.height) \u{D7} \(grid.width) tokens"
  }

  /// Maps of values whose channels are last.
  private static func transposed(
    _ values: ArraySlice<Float>, channels: Int, drawn: Int, height: Int, width: Int
  ) -> Maps {
    var maps = Maps(count: drawn, height: height, width: width, values: [])
    maps.values.reserveCapacity(drawn * height * width)
    for channel in 0..<drawn {
      for place in 0..<(height * width) {
        maps.values.append(values[values.startIndex + place * channels + channel])
      }
    }
    return maps
  }

  /// How much each of the image's tokens is attended to: by the first token if that is not the image's, else on
  /// average.
  private static func attention(_ values: [Float], heads: Int, _ grid: FeatureLayout.TokenGrid) -> Maps {
    var maps = Maps(count: heads, height: grid.height, width: grid.width, values: [])
    let side = grid.count
    let rows = grid.leadingCount > 0 ? 1 : side
    for head in 0..<heads {
      for column in grid.leadingCount..<side {
        let sum = (0..<rows).reduce(0.0) { $0 + Double(values[(head * side + $1) * side + column]) }
        maps.values.append(Float(sum / Double(rows)))
      }
    }
    return maps
  }
}
