public import XylemTensor

/// Splits a dimension into several, PyTorch's `torch.nn.Unflatten`.
public final class Unflatten: Module, Layer {
  private let dim: Int
  private let sizes: [Int]

  /// Creates a layer that splits a dimension into these sizes, one of which may be -1.
  public init(_ dim: Int, _ unflattenedSize: [Int]) {
    self.dim = dim
    sizes = unflattenedSize
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.flatten.Unflatten" }
  /// The arguments that the description prints.
  public override var extraDescription: String { "dim=\(dim), unflattened_size=\(Python.text(sizes))" }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::unflatten", "int")

  /// `[…, A * B, …]` to `[…, A, B, …]`, a view.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor { try Self.op.tensor([.tensor(x), .int(dim), .ints(sizes)]) }
}

/// Rearranges channels into a larger image: `[…, C * r * r, H, W]` to `[…, C, H * r, W * r]`, PyTorch's
/// `torch.nn.PixelShuffle`.
public final class PixelShuffle: Module, Layer {
  private let upscaleFactor: Int

  /// Creates a layer with a factor for both sides of images.
  public init(_ upscaleFactor: Int) { self.upscaleFactor = upscaleFactor }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pixelshuffle.PixelShuffle" }
  /// The arguments that the description prints.
  public override var extraDescription: String { "upscale_factor=\(upscaleFactor)" }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::pixel_shuffle")

  /// `[…, C * r * r, H, W]` to `[…, C, H * r, W * r]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor { try Self.op.tensor([.tensor(x), .int(upscaleFactor)]) }
}

/// Rearranges an image into more channels: `[…, C, H * r, W * r]` to `[…, C * r * r, H, W]`, PyTorch's
/// `torch.nn.PixelUnshuffle`.
public final class PixelUnshuffle: Module, Layer {
  private let downscaleFactor: Int

  /// Creates a layer with a factor for both sides of images.
  public init(_ downscaleFactor: Int) { self.downscaleFactor = downscaleFactor }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pixelshuffle.PixelUnshuffle" }
  /// The arguments that the description prints.
  public override var extraDescription: String { "downscale_factor=\(downscaleFactor)" }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::pixel_unshuffle")

  /// `[…, C, H * r, W * r]` to `[…, C * r * r, H, W]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor { try Self.op.tensor([.tensor(x), .int(downscaleFactor)]) }
}
