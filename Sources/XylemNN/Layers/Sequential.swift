internal import XylemErrors
public import XylemTensor

/// Layers that run one after another, PyTorch's `torch.nn.Sequential`.
///
/// Unnamed layers are named `0`, `1` and so on in paths and state dicts.
///
///     Sequential(Conv2d(3, 8, kernelSize: 3), ReLU())
///     Sequential(("conv0", Conv2d(3, 8, kernelSize: 3)), ("relu0", ReLU()))
open class Sequential: Module, Layer {
  private var children = NamedLayers(entries: [])

  /// The layers in order.
  public final var layers: [any Layer] { children.entries.map(\.layer) }

  /// The number of layers.
  public final var count: Int { children.entries.count }

  /// Creates a sequence without layers.
  public override init() { super.init() }

  /// Creates a sequence of layers named by their positions.
  public convenience init(_ layers: any Layer...) { self.init(layers) }

  /// Creates a sequence of layers named by their positions.
  public init(_ layers: [any Layer]) {
    super.init()
    for layer in layers { append(layer) }
  }

  /// Creates a sequence of named layers.
  public convenience init(_ layers: (String, any Layer)...) { self.init(layers) }

  /// Creates a sequence of named layers.
  public init(_ layers: [(String, any Layer)]) {
    super.init()
    for (name, layer) in layers { append(name, layer) }
  }

  /// Appends a layer, named by its position.
  public final func append(_ layer: any Layer) { append(String(count), layer) }

  /// Appends a layer with a name.
  public final func append(_ name: String, _ layer: any Layer) { children.entries.append((name, layer)) }

  /// The type name in PyTorch.
  open override class var typeName: String { "torch.nn.modules.container.Sequential" }

  /// The layer at a position. Negative positions count from the end.
  ///
  /// - Throws: `model.argument` if there is no such layer.
  public final subscript(position: Int) -> any Layer {
    get throws(XylemError) {
      let index = position < 0 ? position + count : position
      guard children.entries.indices.contains(index) else {
        throw XylemError(
          .modelArgument, "there is no layer \(position)", at: .init(moduleType: Swift.type(of: self).typeName),
          cause: Reason("there are \(count) layers"))
      }
      return children.entries[index].layer
    }
  }

  /// The result of the last layer, or the input if there are no layers.
  ///
  /// - Throws: the errors of the layers.
  open func forward(_ x: Tensor) throws -> Tensor {
    var x = x
    for (_, layer) in children.entries { x = try layer(x) }
    return x
  }
}

/// Layers with their keys, which replace the name of the property that holds them.
struct NamedLayers: NamedModules {
  var entries: [(key: String, layer: any Layer)]
  var named: [(key: String, module: Module)] { entries.map { ($0.key, $0.layer) } }
}

/// The input itself, PyTorch's `torch.nn.Identity`.
public final class Identity: Module, Layer {
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.linear.Identity" }
  package override class var consistsOfOperators: Bool { true }

  /// The input.
  public func forward(_ x: Tensor) throws -> Tensor { x }
}

/// Flattens neighbouring dimensions into one, PyTorch's `torch.nn.Flatten`.
public final class Flatten: Module, Layer {
  private let startDim: Int
  private let endDim: Int

  /// Creates a layer that flattens the dimensions from one to another, inclusive.
  public init(startDim: Int = 1, endDim: Int = -1) {
    self.startDim = startDim
    self.endDim = endDim
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.flatten.Flatten" }
  /// The arguments that the description prints.
  public override var extraDescription: String { "start_dim=\(startDim), end_dim=\(endDim)" }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::flatten", "using_ints")

  /// `[N, A, B, …]` to `[N, A * B * …]`.
  public func forward(_ x: Tensor) throws -> Tensor { try Self.op.tensor([.tensor(x), .int(startDim), .int(endDim)]) }
}
