internal import XylemNN
internal import XylemTensor

/// Attention between the positions of each window of an image or a clip, `[N, sizes…, C]`.
struct WindowedAttention {
  let grid: WindowGrid
  let heads: Int
  let qkvWeight: Tensor
  let qkvBias: Tensor?
  let projWeight: Tensor
  let projBias: Tensor?
  /// `[1, heads, positions, positions]`.
  let positionBias: Tensor
  /// For attention by cosines, `[heads, 1, 1]`.
  let logitScale: Tensor?
  let attentionDropout: Double
  let dropout: Double
  let isTraining: Bool

  /// The largest logarithm of a factor of cosines, that of 100.
  private static let largestLogitScale = 4.605170185988092

  func callAsFunction(_ x: Tensor, batch: Int, width: Int) throws -> Tensor {
    let axes = Array(1...grid.sizes.count)
    let padding = zip(grid.padded, grid.sizes).reversed().flatMap { [0, $0 - $1] }
    var x = try Functional.pad(x, [0, 0] + padding)
    if grid.isShifted { x = try x.roll(Dims(grid.shifts.map { -$0 }), dims: Dims(axes)) }
    x = try permuted(x.view(Shape([batch] + grid.interleaved + [width])), grid.windowsFirst)
      .reshape(Shape([batch * grid.windowCount, grid.positionCount, width]))

    let (query, key, value) = try projections(of: x, width)
    var scores = try scores(query, key, width) + positionBias
    if grid.isShifted {
      let (windows, count) = (grid.windowCount, grid.positionCount)
      let mask = try grid.mask().typeAs(x).unsqueeze(dim: 1).unsqueeze(dim: 0)
      scores = try scores.view(Shape([batch, windows, heads, count, count])) + mask
      scores = try scores.view(Shape([-1, heads, count, count]))
    }
    var weights = try Functional.softmax(scores, dim: -1)
    weights = try Functional.dropout(weights, p: attentionDropout, training: isTraining)
    x = try weights.matmul(value).transpose(1, 2)
      .reshape(Shape([batch * grid.windowCount, grid.positionCount, width]))
    x = try Functional.dropout(Functional.linear(x, projWeight, projBias), p: dropout, training: isTraining)

    x = try permuted(x.view(Shape([batch] + grid.counts + grid.windows + [width])), grid.sizesFirst)
      .reshape(Shape([batch] + grid.padded + [width]))
    if grid.isShifted { x = try x.roll(Dims(grid.shifts), dims: Dims(axes)) }
    for (axis, size) in zip(axes, grid.sizes) { x = try x.narrow(dim: axis, start: 0, length: Size(size)) }
    return try x.contiguous()
  }

  private static let permute = OperatorReference("aten::permute")

  private func permuted(_ x: Tensor, _ dims: [Int]) throws -> Tensor {
    try Self.permute.tensor([.tensor(x), dims.moduleValue])
  }

  /// Queries, keys and values, each `[N * windows, heads, positions, C / heads]`.
  private func projections(of x: Tensor, _ width: Int) throws -> (Tensor, Tensor, Tensor) {
    var bias = qkvBias
    if logitScale != nil, let given = qkvBias {
      // Keys have no bias, whatever the parameter holds.
      let copy = try given.clone()
      _ = try copy.narrow(dim: 0, start: Size(width), length: Size(width)).zero_()
      bias = copy
    }
    let all = try Functional.linear(x, qkvWeight, bias)
      .reshape(Shape([-1, grid.positionCount, 3, heads, width / heads])).permute(2, 0, 3, 1, 4)
    return (try all[0], try all[1], try all[2])
  }

  private func scores(_ query: Tensor, _ key: Tensor, _ width: Int) throws -> Tensor {
    guard let logitScale else {
      return try (query * Scalar(1 / Double(width / heads).squareRoot())).matmul(key.transpose(-2, -1))
    }
    let cosines = try Functional.normalize(query, dim: -1)
      .matmul(Functional.normalize(key, dim: -1).transpose(-2, -1))
    return try cosines * logitScale.clamp(max: Self.largestLogitScale).exp()
  }
}

/// How an image or a clip is padded, shifted and divided into windows.
struct WindowGrid {
  let sizes: [Int]
  /// The sizes with padding: multiples of those of a window.
  let padded: [Int]
  let windows: [Int]
  /// The shifts; 0 along a dimension that one window covers.
  let shifts: [Int]

  init(_ sizes: [Int], _ windows: [Int], _ shifts: [Int]) {
    let padded = zip(sizes, windows).map { ($0 + $1 - 1) / $1 * $1 }
    self.sizes = sizes
    self.padded = padded
    self.windows = windows
    self.shifts = zip(shifts, zip(windows, padded)).map { $1.0 >= $1.1 ? 0 : $0 }
  }

  var isShifted: Bool { shifts.contains { $0 > 0 } }
  /// The number of windows along each dimension.
  var counts: [Int] { zip(padded, windows).map { $0 / $1 } }
  var windowCount: Int { counts.reduce(1, *) }
  var positionCount: Int { windows.reduce(1, *) }

  /// The number of windows and the size of a window, for each dimension in turn.
  var interleaved: [Int] { zip(counts, windows).flatMap { [$0, $1] } }
  /// The permutation of `[N, interleaved, C]` that puts all numbers of windows before all sizes.
  var windowsFirst: [Int] {
    let count = sizes.count
    return [0] + (0..<count).map { 2 * $0 + 1 } + (0..<count).map { 2 * $0 + 2 } + [2 * count + 1]
  }
  /// The opposite permutation.
  var sizesFirst: [Int] {
    let count = sizes.count
    return [0] + (1...count).flatMap { [$0, $0 + count] } + [2 * count + 1]
  }

  /// `[windows, positions, positions]`: 0 for two positions that were neighbours before the shift, otherwise -100.
  func mask() throws -> Tensor {
    func region(_ position: Int, _ axis: Int) -> Int {
      guard shifts[axis] > 0 else { return 2 }
      return position < padded[axis] - windows[axis] ? 0 : position < padded[axis] - shifts[axis] ? 1 : 2
    }
    var values: [Float] = []
    values.reserveCapacity(windowCount * positionCount * positionCount)
    for window in 0..<windowCount {
      let regions = (0..<positionCount).map { position in
        var (window, position, found, factor) = (window, position, 0, 1)
        for axis in sizes.indices.reversed() {
          let place = window % counts[axis] * windows[axis] + position % windows[axis]
          found += region(place, axis) * factor
          factor *= 3
          (window, position) = (window / counts[axis], position / windows[axis])
        }
        return found
      }
      for first in regions { for second in regions { values.append(first == second ? 0 : -100) } }
    }
    return try Tensor(values, shape: [windowCount, positionCount, positionCount])
  }
}
