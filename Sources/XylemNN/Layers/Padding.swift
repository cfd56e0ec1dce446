public import XylemTensor

/// What paddings have in common: elements that are added around the last dimensions, or cut off where numbers are negative.
public class PaddingLayer: Module, Layer {
  private let amounts: [Int]
  private let mode: String
  private let value: Double?

  fileprivate init(_ padding: Sizes, _ dimensions: Int, _ mode: String, _ value: Double? = nil) {
    var arguments = InitialArguments(Self.typeName)
    if let all = padding.spread(over: 2 * dimensions) {
      amounts = all
    } else {
      amounts = []
      arguments.demand(
        false, "padding is \(padding.values)", "one number is allowed, or \(2 * dimensions), two for each dimension")
    }
    self.mode = mode
    self.value = value
    super.init()
    fault = arguments.fault
  }

  /// What is printed of it.
  public override var extraDescription: String {
    // PyTorch prints the value of those that were given one.
    guard String(describing: Swift.type(of: self)).hasPrefix("Constant"), let value else { return Python.text(amounts) }
    return "padding=\(Python.text(amounts)), value=\(Python.text(value))"
  }

  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::pad")

  /// `[N, C, …]` or `[C, …]` to a greater size.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor {
    try checkFault()
    return try Self.op.tensor([.tensor(x), .ints(amounts), .string(mode), value.map { .float($0) } ?? .none])
  }
}

/// Surrounds the last dimension with one value, PyTorch's `torch.nn.ConstantPad1d`.
public final class ConstantPad1d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes, _ value: Double) { super.init(padding, 1, "constant", value) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ConstantPad1d" }
}

/// Surrounds the last two dimensions with one value, PyTorch's `torch.nn.ConstantPad2d`.
public final class ConstantPad2d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes, _ value: Double) { super.init(padding, 2, "constant", value) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ConstantPad2d" }
}

/// Surrounds the last three dimensions with one value, PyTorch's `torch.nn.ConstantPad3d`.
public final class ConstantPad3d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes, _ value: Double) { super.init(padding, 3, "constant", value) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ConstantPad3d" }
}

/// Surrounds the last dimension with zeros, PyTorch's `torch.nn.ZeroPad1d`.
public final class ZeroPad1d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 1, "constant", 0) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ZeroPad1d" }
}

/// Surrounds the last two dimensions with zeros, PyTorch's `torch.nn.ZeroPad2d`.
public final class ZeroPad2d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 2, "constant", 0) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ZeroPad2d" }
}

/// Surrounds the last three dimensions with zeros, PyTorch's `torch.nn.ZeroPad3d`.
public final class ZeroPad3d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 3, "constant", 0) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ZeroPad3d" }
}

/// Surrounds the last dimension with what is mirrored at the border, without the border itself, PyTorch's `torch.nn.ReflectionPad1d`.
public final class ReflectionPad1d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 1, "reflect") }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ReflectionPad1d" }
}

/// Surrounds the last two dimensions with what is mirrored at the border, without the border itself, PyTorch's `torch.nn.ReflectionPad2d`.
public final class ReflectionPad2d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 2, "reflect") }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ReflectionPad2d" }
}

/// Surrounds the last three dimensions with what is mirrored at the border, without the border itself, PyTorch's `torch.nn.ReflectionPad3d`.
public final class ReflectionPad3d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 3, "reflect") }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ReflectionPad3d" }
}

/// Surrounds the last dimension with the border's elements, PyTorch's `torch.nn.ReplicationPad1d`.
public final class ReplicationPad1d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 1, "replicate") }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ReplicationPad1d" }
}

/// Surrounds the last two dimensions with the border's elements, PyTorch's `torch.nn.ReplicationPad2d`.
public final class ReplicationPad2d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 2, "replicate") }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ReplicationPad2d" }
}

/// Surrounds the last three dimensions with the border's elements, PyTorch's `torch.nn.ReplicationPad3d`.
public final class ReplicationPad3d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 3, "replicate") }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.ReplicationPad3d" }
}

/// Surrounds the last dimension with what is at the other side, PyTorch's `torch.nn.CircularPad1d`.
public final class CircularPad1d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 1, "circular") }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.CircularPad1d" }
}

/// Surrounds the last two dimensions with what is at the other side, PyTorch's `torch.nn.CircularPad2d`.
public final class CircularPad2d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 2, "circular") }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.CircularPad2d" }
}

/// Surrounds the last three dimensions with what is at the other side, PyTorch's `torch.nn.CircularPad3d`.
public final class CircularPad3d: PaddingLayer {
  /// One number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 3, "circular") }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.padding.CircularPad3d" }
}
