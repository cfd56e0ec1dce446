/// What the dimensions of a feature of one image mean, for drawing it.
///
/// A convolution's feature is `[C, H, W]`, but many networks keep channels last, and a transformer's feature is a list
/// of tokens. ``init(of:values:input:)`` tells them apart; ``init(_:shape:input:)`` makes the one that a person names.
public enum FeatureLayout: Sendable, Hashable {
  /// `[C, H, W]`.
  case channelsFirst
  /// `[H, W, C]`, as in Swin Transformers.
  case channelsLast
  /// `[H, W]`: one map.
  case matrix
  /// `[N, C]`: one row of channels for each token.
  case tokens(TokenGrid)
  /// `[heads, N, N]`, or `[N, N]`: how much each token attends to each other token. The rows sum to one.
  case attention(TokenGrid)
  /// `[C]`, also with sides of one, as in `[C, 1, 1]`.
  case vector

  /// Where a transformer's tokens lie in the image.
  public struct TokenGrid: Sendable, Hashable {
    /// The tokens before those of the image: the class token, then others.
    public let leadingCount: Int
    /// The rows of tokens.
    public let height: Int
    /// The tokens in a row.
    public let width: Int

    /// The number of all tokens.
    public var count: Int { leadingCount + height * width }
  }

  /// A layout's name, without the places of tokens.
  public enum Kind: String, Sendable, CaseIterable {
    case channelsFirst = "channels-first"
    case channelsLast = "channels-last"
    case tokens
    case attention
    case matrix
    case vector
  }

  /// The size of the image that a model saw, in pixels.
  public struct InputSize: Sendable, Hashable {
    /// Rows, at least 1.
    public let height: Int
    /// Columns, at least 1.
    public let width: Int

    /// Creates a size. Nil if a side is less than 1.
    public init?(height: Int, width: Int) {
      guard height > 0, width > 0 else { return nil }
      (self.height, self.width) = (height, width)
    }
  }

  /// The numbers of leading tokens that are looked for: none, a class token, a class and a distillation token, four or
  /// eight registers with and without a class token.
  fileprivate static let leadingCounts = [1, 0, 2, 5, 4, 9, 8]

  /// Tells the layout of a feature from its shape, its values and the size of the image that the model saw.
  ///
  /// Maps have the image's proportions: that tells channels last from channels first. Tokens are those of the image cut
  /// into squares, after up to nine others. The rows of attention sum to one. Without an image's size, channels are
  /// first and two dimensions are one map.
  ///
  /// - Parameters:
  ///   - shape: the shape of the feature of one image, without the batch. One to three dimensions.
  ///   - values: its values, row-major.
  /// - Throws: `image.invalid-transform` for other shapes.
  public init(of shape: [Int], values: [Float], input: InputSize?) throws {
    guard (1...3).contains(shape.count) else { throw ImageErrors.featureShape(shape) }
    guard shape.count(where: { $0 != 1 }) > 1 else {
      self = .vector
      return
    }
    if let input, Self.isAttention(shape, values), let grid = TokenGrid(of: shape[shape.count - 1], in: input) {
      self = .attention(grid)
    } else if shape.count == 2 {
      self = input.flatMap { TokenGrid(of: shape[0], in: $0) }.map { .tokens($0) } ?? .matrix
    } else if let input, Self.hasChannelsLast(shape, input) {
      self = .channelsLast
    } else {
      self = .channelsFirst
    }
  }

  /// The layout of a kind for a shape.
  ///
  /// - Throws: `image.invalid-transform` if a feature of the shape can't have that layout.
  public init(_ kind: Kind, shape: [Int], input: InputSize?) throws {
    let isSquare = shape.count > 1 && shape[shape.count - 1] == shape[shape.count - 2]
    let tokenCount = kind == .attention ? shape.last ?? 0 : shape.first ?? 0
    // Without an image's size the tokens are taken for those of a square one.
    let grid = TokenGrid(of: tokenCount, in: input) ?? TokenGrid(of: tokenCount, in: nil)
    switch (kind, shape.count) {
    case (.channelsFirst, 3): self = .channelsFirst
    case (.channelsLast, 3): self = .channelsLast
    case (.matrix, 2): self = .matrix
    case (.vector, 1): self = .vector
    case (.vector, 2...3) where shape.count(where: { $0 != 1 }) <= 1: self = .vector
    case (.tokens, 2):
      guard let grid else { throw ImageErrors.tokenCount(tokenCount) }
      self = .tokens(grid)
    case (.attention, 2...3) where isSquare:
      guard let grid else { throw ImageErrors.tokenCount(tokenCount) }
      self = .attention(grid)
    default: throw ImageErrors.featureLayout(kind, shape)
    }
  }

  /// The layout's name.
  public var kind: Kind {
    switch self {
    case .channelsFirst: .channelsFirst
    case .channelsLast: .channelsLast
    case .matrix: .matrix
    case .tokens: .tokens
    case .attention: .attention
    case .vector: .vector
    }
  }

  /// Refuses a shape that has other dimensions.
  ///
  /// - Throws: `image.invalid-transform`.
  func check(fits shape: [Int]) throws {
    let fits =
      switch self {
      case .channelsFirst, .channelsLast: shape.count == 3
      case .matrix: shape.count == 2
      case .vector: shape.count(where: { $0 != 1 }) <= 1
      case .tokens(let grid): shape.count == 2 && shape[0] == grid.count
      case .attention(let grid): (2...3).contains(shape.count) && shape.suffix(2) == [grid.count, grid.count]
      }
    guard fits else { throw ImageErrors.featureLayout(kind, shape) }
  }

  private static func isAttention(_ shape: [Int], _ values: [Float]) -> Bool {
    let side = shape[shape.count - 1]
    guard side > 1, shape[shape.count - 2] == side, values.count == shape.reduce(1, *) else { return false }
    return stride(from: 0, to: values.count, by: side).allSatisfy { start in
      var sum = 0.0
      for value in values[start..<(start + side)] {
        guard value >= 0 else { return false }
        sum += Double(value)
      }
      return abs(sum - 1) < 1e-3
    }
  }

  /// Whether the first two dimensions have the image's proportions, and the last two do not.
  private static func hasChannelsLast(_ shape: [Int], _ input: InputSize) -> Bool {
    func fit(_ height: Int, _ width: Int) -> Double {
      // Cross products, so that equal proportions differ by exactly zero.
      let (a, b) = (Double(height) * Double(input.width), Double(width) * Double(input.height))
      return max(a, b) / min(a, b) - 1
    }
    let (last, first) = (fit(shape[0], shape[1]), fit(shape[1], shape[2]))
    return last < 0.3 && last + 0.05 < first
  }
}

extension FeatureLayout.TokenGrid {
  /// The places of `count` tokens in an image that is cut into equal squares. Without an image's size, in a square one.
  /// Nil if they have none.
  init?(of count: Int, in input: FeatureLayout.InputSize?) {
    for leading in FeatureLayout.leadingCounts where count - leading >= 4 {
      let wanted = count - leading
      guard let input else {
        let side = Int(Double(wanted).squareRoot().rounded())
        guard side * side == wanted else { continue }
        self.init(leadingCount: leading, height: side, width: side)
        return
      }
      // Larger squares give fewer tokens.
      for square in 1...Swift.min(input.height, input.width) {
        let (height, width) = (input.height / square, input.width / square)
        guard height * width > wanted else {
          guard height * width == wanted else { break }
          self.init(leadingCount: leading, height: height, width: width)
          return
        }
      }
    }
    return nil
  }
}
