internal import XylemErrors
public import XylemTensor

/// Assigns to each predicted box at most one of the true boxes, by their overlap.
public struct Matcher: Sendable {
  /// The value for a box that overlaps no true box by the lower threshold.
  public static let belowLowThreshold = -1
  /// The value for a box whose best overlap is between the thresholds.
  public static let betweenThresholds = -2

  private let high: Double
  private let low: Double
  private let allowsLowQualityMatches: Bool
  private let matchesBest: Bool

  /// Creates a matcher.
  ///
  /// - Parameters:
  ///   - high: the overlap from which a box is matched.
  ///   - low: the overlap below which a box is background. Overlaps between the two are neither. If it is above `high`,
  ///     any use is an error.
  ///   - allowsLowQualityMatches: whether the boxes that overlap a true box most are matched too, however little.
  public init(high: Double, low: Double, allowsLowQualityMatches: Bool = false) {
    self.init(high, low, allowsLowQualityMatches, matchesBest: false)
  }

  private init(_ high: Double, _ low: Double, _ allowsLowQualityMatches: Bool, matchesBest: Bool) {
    self.high = high
    self.low = low
    self.allowsLowQualityMatches = allowsLowQualityMatches
    self.matchesBest = matchesBest
  }

  /// The matcher of SSD: in addition, the first of the boxes that overlap a true box most is matched with it.
  public static func ssd(threshold: Double) -> Matcher { Matcher(threshold, threshold, false, matchesBest: true) }

  /// The match of each predicted box.
  ///
  /// - Parameter quality: `[M, N]`, the overlap of M true and N predicted boxes.
  /// - Returns: `[N]`, int64: the position of the true box, ``belowLowThreshold`` or ``betweenThresholds``.
  /// - Throws: `detection.boxes` if there is no true or no predicted box; `model.argument` for thresholds in the wrong
  ///   order; `runtime.operator`.
  public func callAsFunction(_ quality: Tensor) throws -> Tensor {
    guard low <= high else {
      throw XylemError(
        .modelArgument, "a matcher has the thresholds \(low) and \(high)",
        cause: Reason("the lower one must not be above the higher one"))
    }
    let sizes = try quality.sizes
    guard sizes.count == 2 else { throw DetectionErrors.boxes("the overlaps", sizes, "[M, N]") }
    guard sizes[0] > 0, sizes[1] > 0 else {
      throw DetectionErrors.boxes("the overlaps", sizes, "at least one true and one predicted box")
    }
    let (values, best) = try quality.max(dim: 0)
    let isBetween = try values.ge(low) & values.lt(high)
    let matches = try best.maskedFill(values.lt(low), Self.belowLowThreshold)
      .maskedFill(isBetween, Self.betweenThresholds)
    if allowsLowQualityMatches {
      // Ties are matched too. Each is given its own best true box, which may be another one.
      let isBest = try quality.eq(quality.max(dim: 1, keepdim: true).values).any(dim: 0)
      return try Tensor.where(isBest, best, matches)
    }
    if matchesBest {
      let first = try quality.max(dim: 1).indices
      try matches.assign(Tensor.arange(sizes[0], device: quality.device), at: .tensor(first))
    }
    return matches
  }
}
