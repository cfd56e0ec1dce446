internal import XylemErrors
internal import XylemFiles
internal import XylemTensor

/// How a feature becomes smaller before it is stored.
public enum Reduction: String, Sendable, Hashable, CaseIterable, Codable {
  /// As it is.
  case none
  /// The mean over all positions of feature maps, `[N, C, H, W]` to `[N, C]`: global average pooling.
  case gap
  /// The mean over all tokens, `[N, L, C]` to `[N, C]`, a class token included. Of maps with the channels last,
  /// `[N, H, W, C]`, the mean over all positions.
  case tokens
  /// The first token, `[N, L, C]` to `[N, C]`: the class token of vision transformers.
  case cls
  /// All elements in one dimension, `[N, …]` to `[N, D]`.
  case flatten

  /// What the reduction needs, in words.
  var needs: String {
    switch self {
    case .none, .flatten: "any shape is accepted"
    case .gap: "gap takes the mean over all but the first dimension of a row, as of [C, H, W]"
    case .tokens: "tokens takes the mean over all but the last dimension of a row, as of [L, C]"
    case .cls: "cls takes the first of [L, C]"
    }
  }

  /// The feature of a batch, reduced.
  ///
  /// - Parameter shape: the sizes of the tensor, the number of images first.
  /// - Returns: nil for a tensor whose shape does not suit.
  func apply(to tensor: Tensor, shape: [Int]) throws -> Tensor? {
    let rank = shape.count
    switch self {
    case .none: return tensor
    case .flatten: return try tensor.reshape([shape[0], shape.dropFirst().reduce(1, *)])
    case .gap: return rank < 3 ? nil : try Self.mean(of: tensor, Dims(Array(2..<rank)))
    case .tokens: return rank < 3 ? nil : try Self.mean(of: tensor, Dims(Array(1..<(rank - 1))))
    case .cls: return rank != 3 || shape[1] == 0 ? nil : try tensor.select(dim: 1, index: 0)
    }
  }

  private static func mean(of tensor: Tensor, _ dimensions: Dims) throws -> Tensor {
    // Integers have no mean, and half precision loses bits while it adds.
    let own = tensor.dtype
    let wide = own == .float32 || own == .float64 ? tensor : try tensor.converted(to: .float32)
    let mean = try wide.mean(dim: dimensions)
    guard let own, own == .float16 || own == .bfloat16 else { return mean }
    return try mean.converted(to: own)
  }
}
