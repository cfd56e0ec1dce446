internal import Synchronization
package import XylemErrors
package import XylemFiles

/// A tensor whose elements are created on first use: a parameter of a model that was only built.
///
/// Its shape and dtype are known from the start, so building and tracing a model neither allocates its weights nor
/// loads the runtime. It is created once, on the first request from any thread.
package final class LazyTensor: Sendable {
  /// The sizes.
  package let shape: [Int]
  /// The type of the elements.
  package let dtype: DType
  /// The reason why the tensor can't be created. Nil if it can.
  package let fault: XylemError?

  private struct State {
    var made: RuntimeObject?
    var requiresGrad: Bool
    var make: @Sendable () throws(XylemError) -> Tensor
  }

  private let state: Mutex<State>

  /// Creates a tensor with a shape, on the CPU, whose elements `make` creates on first use.
  package init(
    shape: [Int], dtype: DType, requiresGrad: Bool = false, make: @escaping @Sendable () throws(XylemError) -> Tensor
  ) {
    self.shape = shape
    self.dtype = dtype
    fault = Self.fault(shape, dtype, requiresGrad)
    state = Mutex(State(made: nil, requiresGrad: requiresGrad, make: make))
  }

  /// The runtime's tensor, if it already exists.
  package var made: RuntimeObject? { state.withLock { $0.made } }

  /// Whether gradients are recorded for it, or will be.
  var requiresGrad: Bool { state.withLock { $0.requiresGrad } }

  private static func fault(_ shape: [Int], _ dtype: DType, _ requiresGrad: Bool) -> XylemError? {
    if HostArray.byteCount(of: dtype, shape: shape) == nil { return XylemError.impossibleShape(shape, dtype) }
    return requiresGrad && !dtype.hasGradients ? RuntimeErrors.noGradients(dtype) : nil
  }

  /// The strides in elements: it is created row-major.
  ///
  /// - Throws: ``fault``, if there is one.
  package var strides: [Int] {
    get throws(XylemError) {
      if let fault { throw fault }
      var step = 1
      var found: [Int] = []
      for size in shape.reversed() {
        found.append(step)
        step *= max(size, 1)
      }
      return found.reversed()
    }
  }

  /// The number of elements.
  ///
  /// - Throws: ``fault``, if there is one.
  package var count: Int {
    get throws(XylemError) {
      if let fault { throw fault }
      return shape.reduce(1, *)
    }
  }

  /// Replaces the creation of the elements. Returns false if they already exist.
  package func replace(_ make: @escaping @Sendable () throws(XylemError) -> Tensor) -> Bool {
    state.withLock { state in
      guard state.made == nil else { return false }
      state.make = make
      return true
    }
  }

  /// Sets whether it will require gradients. Returns false if it already exists, and the caller must set it on the
  /// tensor itself.
  ///
  /// - Throws: `runtime.tensor` for a type without gradients.
  func setRequiresGrad(_ requiresGrad: Bool) throws(XylemError) -> Bool {
    if requiresGrad, !dtype.hasGradients { throw RuntimeErrors.noGradients(dtype) }
    return state.withLock { state in
      state.requiresGrad = requiresGrad
      return state.made == nil
    }
  }

  /// The runtime's tensor, created if necessary.
  ///
  /// - Throws: ``fault`` if there is one; the errors of creating it; `runtime.tensor` if its shape or dtype differs
  ///   from the declaration.
  package func object() throws(XylemError) -> RuntimeObject {
    if let fault { throw fault }
    let result: Result<RuntimeObject, XylemError> = state.withLock { state in
      if let made = state.made { return .success(made) }
      do throws(XylemError) {
        // The elements are created now, whatever is being traced.
        let tensor = try Recording.paused { () throws(XylemError) in try OperatorCapture.paused(state.make) }
        guard try tensor.sizes == shape, tensor.dtype == dtype else {
          throw RuntimeErrors.failed(
            .runtimeTensor, "an initialiser created a tensor that differs from the declared one",
            reason: "declared \(dtype.rawValue) \(shape)")
        }
        if state.requiresGrad != tensor.requiresGrad { try tensor.setRequiresGrad(state.requiresGrad) }
        let object = try tensor.handle()
        state.made = object
        return .success(object)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

extension Tensor {
  /// Creates the elements now if they don't exist yet.
  ///
  /// - Throws: the errors of creating them.
  package func materialize() throws(XylemError) { _ = try handle() }

  /// Whether the tensor was declared by its shape, whether or not it already exists.
  package var isLazy: Bool {
    if case .lazy = storage { return true }
    return false
  }

  /// The tensor as one that was declared by its shape, if it was.
  package var lazy: LazyTensor? {
    if case .lazy(let lazy) = storage { return lazy }
    return nil
  }

  /// An identity that copies of the tensor share and no other tensor has, as long as the tensor lives.
  package var identity: ObjectIdentifier {
    switch storage {
    case .object(let object): ObjectIdentifier(object)
    case .lazy(let lazy): ObjectIdentifier(lazy)
    case .standIn(let standIn): ObjectIdentifier(standIn)
    }
  }
}
