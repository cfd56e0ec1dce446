public import XylemTensor

/// The shared implementation of paddings, which extend the last dimensions, or crop them where numbers are negative.
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

  /// The arguments that the description prints.
  public override var extraDescription: String {
    // PyTorch prints the value if one was given.
    guard String(describing: Swift.type(of: self)).hasPrefix("Constant"), let value else { return Python.text(amounts) }
    return "padding=\(Python.text(amounts)), value=\(Python.text(value))"
  }

  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::pad")

  /// `[N, C, …]` or `[C, …]` to a larger size.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor {
    try checkFault()
    return try Self.op.tensor([.tensor(x), .ints(amounts), .string(mode), value.map { .float($0) } ?? .none])
  }
}

/// Pads the last dimension with one value, PyTorch's `torch.nn.ConstantPad1d`.
public final class ConstantPad1d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes, _ value: Double) { super.init(padding, 1, "constant", value) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ConstantPad1d" }
}

/// Pads the last two dimensions with one value, PyTorch's `torch.nn.ConstantPad2d`.
public final class ConstantPad2d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes, _ value: Double) { super.init(padding, 2, "constant", value) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ConstantPad2d" }
}

/// Pads the last three dimensions with one value, PyTorch's `torch.nn.ConstantPad3d`.
public final class ConstantPad3d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes, _ value: Double) { super.init(padding, 3, "constant", value) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ConstantPad3d" }
}

/// Pads the last dimension with zeros, PyTorch's `torch.nn.ZeroPad1d`.
public final class ZeroPad1d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 1, "constant", 0) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ZeroPad1d" }
}

/// Pads the last two dimensions with zeros, PyTorch's `torch.nn.ZeroPad2d`.
public final class ZeroPad2d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 2, "constant", 0) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ZeroPad2d" }
}

/// Pads the last three dimensions with zeros, PyTorch's `torch.nn.ZeroPad3d`.
public final class ZeroPad3d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 3, "constant", 0) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ZeroPad3d" }
}

/// Pads the last dimension by reflection at the border element, PyTorch's `torch.nn.ReflectionPad1d`.
public final class ReflectionPad1d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 1, "reflect") }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ReflectionPad1d" }
}

/// Pads the last two dimensions by reflection at the border elements, PyTorch's `torch.nn.ReflectionPad2d`.
public final class ReflectionPad2d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 2, "reflect") }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ReflectionPad2d" }
}

/// Pads the last three dimensions by reflection at the border elements, PyTorch's `torch.nn.ReflectionPad3d`.
public final class ReflectionPad3d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 3, "reflect") }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ReflectionPad3d" }
}

/// Pads the last dimension with the border's elements, PyTorch's `torch.nn.ReplicationPad1d`.
public final class ReplicationPad1d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 1, "replicate") }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ReplicationPad1d" }
}

/// Pads the last two dimensions with the border's elements, PyTorch's `torch.nn.ReplicationPad2d`.
public final class ReplicationPad2d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 2, "replicate") }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ReplicationPad2d" }
}

/// Pads the last three dimensions with the border's elements, PyTorch's `torch.nn.ReplicationPad3d`.
public final class ReplicationPad3d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 3, "replicate") }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.ReplicationPad3d" }
}

/// Pads the last dimension circularly, PyTorch's `torch.nn.CircularPad1d`.
public final class CircularPad1d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 1, "circular") }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.CircularPad1d" }
}

/// Pads the last two dimensions circularly, PyTorch's `torch.nn.CircularPad2d`.
public final class CircularPad2d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 2, "circular") }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.CircularPad2d" }
}

/// Pads the last three dimensions circularly, PyTorch's `torch.nn.CircularPad3d`.
public final class CircularPad3d: PaddingLayer {
  /// Creates a padding with one number for all sides, or one for each: the last dimension's start and end first.
  public init(_ padding: Sizes) { super.init(padding, 3, "circular") }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.padding.CircularPad3d" }
}
