public import XylemTensor

/// Images of different sizes in one tensor: each lies in the top left corner, and the rest is zeros.
public struct ImageList: Sendable {
  /// `[N, C, H, W]`.
  public var tensors: Tensor
  /// The size of each image without the zeros around it.
  public var sizes: [ImageSize]

  /// Creates a list from padded images and their own sizes.
  public init(_ tensors: Tensor, sizes: [ImageSize]) {
    self.tensors = tensors
    self.sizes = sizes
  }
}
