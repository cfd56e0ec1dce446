internal import Synchronization
public import XylemErrors
public import XylemFiles
public import XylemTensor

/// A tensor of a module that training changes.
///
/// Made from a shape, its elements come into being when something first needs them, so that building and tracing a model
/// allocates nothing and loads no runtime. The tensor stays the same object: loading weights fills it.
public final class Parameter: Sendable {
  /// The tensor.
  public let tensor: Tensor
  /// Why elements that were there already could not be overwritten.
  private let failure = Mutex<XylemError?>(nil)

  /// A parameter of a shape that an initialiser fills.
  ///
  /// A shape that no tensor has, and gradients of integers, are an error where the elements are made, and where a model
  /// that has the parameter is used.
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
  /// Elements that were made already are overwritten now; the tensor stays the same object.
  public func initialize(_ initializer: Initializer) {
    guard !initializer.replace(initializerOf: tensor) else { return }
    do throws(XylemError) { try initializer.fill(tensor) } catch { failure.withLock { $0 = error } }
  }

  /// Why the parameter can't be used; nil where it can.
  var fault: XylemError? { tensor.lazy?.fault ?? failure.withLock { $0 } }

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
