public import XylemErrors
public import XylemRuntime

/// A tensor of a module that training changes.
///
/// Made from a shape, its elements come into being when something first needs them, so that building and tracing a model
/// allocates nothing and loads no runtime. The tensor stays the same object: loading weights fills it.
public final class Parameter: Sendable {
  /// The tensor.
  public let tensor: Tensor

  /// A parameter of a shape that an initialiser fills.
  ///
  /// - Parameters:
  ///   - shape: the sizes, outermost first.
  ///   - initializer: what the elements are at first.
  ///   - requiresGrad: whether gradients are recorded for it.
  public init(
    _ shape: [Int], dtype: DType = .float32, _ initializer: Initializer, requiresGrad: Bool = true
  ) {
    tensor = initializer.tensor(shape, dtype, requiresGrad: requiresGrad)
  }

  /// Has the elements made by another initialiser: what a model does to the layers that it is built from.
  ///
  /// - Precondition: nothing needed the elements yet.
  public func initialize(_ initializer: Initializer) {
    precondition(initializer.replace(initializerOf: tensor), "the parameter's elements were made already")
  }

  /// A parameter that is a tensor which exists already, and is not copied.
  ///
  /// - Throws: `runtime.tensor` where the tensor was computed from others or can't have gradients.
  public init(_ tensor: Tensor, requiresGrad: Bool = true) throws(XylemError) {
    self.tensor = tensor
    if tensor.requiresGrad != requiresGrad { try tensor.setRequiresGrad(requiresGrad) }
  }
}

/// A tensor of a module that training does not change by gradients, such as a batch norm's running mean.
public final class Buffer: Sendable {
  /// The tensor.
  public let tensor: Tensor
  /// Whether it is in the state dict.
  public let isPersistent: Bool

  /// A buffer of a shape that an initialiser fills.
  ///
  /// - Parameters:
  ///   - shape: the sizes, outermost first; `[]` for a scalar.
  ///   - isPersistent: whether it is in the state dict.
  public init(
    _ shape: [Int], dtype: DType = .float32, _ initializer: Initializer = .zeros, isPersistent: Bool = true
  ) {
    tensor = initializer.tensor(shape, dtype, requiresGrad: false)
    self.isPersistent = isPersistent
  }

  /// A buffer that is a tensor which exists already, and is not copied.
  public init(_ tensor: Tensor, isPersistent: Bool = true) {
    self.tensor = tensor
    self.isPersistent = isPersistent
  }
}

extension Parameter? {
  /// The tensor as operators take an optional one.
  var value: Value { map { .tensor($0.tensor) } ?? .none }
}

extension Buffer? {
  /// The tensor as operators take an optional one.
  var value: Value { map { .tensor($0.tensor) } ?? .none }
}

extension Value {
  /// A list of integers.
  static func ints(_ numbers: [Int]) -> Value { .list(numbers.map { .int($0) }) }
}
