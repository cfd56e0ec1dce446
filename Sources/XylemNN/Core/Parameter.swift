internal import Synchronization
public import XylemErrors
public import XylemFiles
public import XylemTensor

/// A tensor of a module that training changes.
///
/// A parameter that is created from a shape gets its elements on first use, so building and tracing a model allocates
/// nothing and loads no runtime. The tensor remains the same object: loading weights fills it.
public final class Parameter: Sendable {
  /// The tensor.
  public let tensor: Tensor
  /// The reason why existing elements could not be overwritten.
  private let failure = Mutex<XylemError?>(nil)

  /// Creates a parameter with a shape and an initialiser.
  ///
  /// An invalid shape, and gradients of integers, are an error when the elements are created, and when a model with the
  /// parameter is used.
  ///
  /// - Parameters:
  ///   - shape: the sizes, outermost first.
  ///   - initializer: how the elements are initialised.
  ///   - requiresGrad: whether gradients are recorded for it.
  public init(
    _ shape: [Int], dtype: DType = .float32, _ initializer: Initializer, requiresGrad: Bool = true
  ) {
    tensor = initializer.tensor(shape, dtype, requiresGrad: requiresGrad)
  }

  /// Changes the initialiser of the elements, as a model does for the layers that it is built from.
  ///
  /// Existing elements are overwritten at once. The tensor remains the same object.
  public func initialize(_ initializer: Initializer) {
    guard !initializer.replace(initializerOf: tensor) else { return }
    do throws(XylemError) { try initializer.fill(tensor) } catch { failure.withLock { $0 = error } }
  }

  /// The reason why the parameter can't be used. Nil if it can.
  var fault: XylemError? { tensor.lazy?.fault ?? failure.withLock { $0 } }

  /// Creates a parameter that is a tensor of an archive, as it is.
  init(sharing tensor: Tensor) { self.tensor = tensor }

  /// Creates a parameter from an existing tensor, which is not copied.
  ///
  /// - Throws: `runtime.tensor` if the tensor was computed from others or can't have gradients.
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

  /// Creates a buffer with a shape and an initialiser.
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

  /// Creates a buffer from an existing tensor, which is not copied.
  public init(_ tensor: Tensor, isPersistent: Bool = true) {
    self.tensor = tensor
    self.isPersistent = isPersistent
  }
}

extension Parameter {
  /// The tensor, read now: while a model is traced, the parameter's node comes before those of later operations, also if
  /// the tensor is used only after them.
  ///
  /// - Throws: the tracer's errors.
  package func read() throws(XylemError) -> Tensor {
    guard let tracer = Recording.current as? ModuleTracer else { return tensor }
    return try tracer.read(tensor)
  }
}

extension Parameter? {
  /// The tensor as an optional argument of operators.
  var value: Value { map { .tensor($0.tensor) } ?? .none }
}

extension Buffer? {
  /// The tensor as an optional argument of operators.
  var value: Value { map { .tensor($0.tensor) } ?? .none }
}

extension Value {
  /// A list of integers.
  static func ints(_ numbers: [Int]) -> Value { .list(numbers.map { .int($0) }) }
}
