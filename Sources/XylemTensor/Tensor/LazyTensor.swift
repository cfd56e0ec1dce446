internal import Synchronization
package import XylemErrors
package import XylemFiles

/// A tensor whose elements are made when something first needs them: a parameter of a model that was only built.
///
/// Its shape and dtype are known from the start, so that building and tracing a model neither allocates its weights nor
/// loads the runtime. Made once, whoever asks first; may be asked from several threads.
package final class LazyTensor: Sendable {
  /// The sizes.
  package let shape: [Int]
  /// The type of the elements.
  package let dtype: DType
  /// Why there is no such tensor; nil where there can be.
  package let fault: XylemError?

  private struct State {
    var made: RuntimeObject?
    var requiresGrad: Bool
    var make: @Sendable () throws(XylemError) -> Tensor
  }

  private let state: Mutex<State>

  /// A tensor of a shape that `make` gives, on the CPU, when it is needed.
  package init(
    shape: [Int], dtype: DType, requiresGrad: Bool = false, make: @escaping @Sendable () throws(XylemError) -> Tensor
  ) {
    self.shape = shape
    self.dtype = dtype
    fault = Self.fault(shape, dtype, requiresGrad)
    state = Mutex(State(made: nil, requiresGrad: requiresGrad, make: make))
  }

  /// The runtime's tensor where it was made already.
  package var made: RuntimeObject? { state.withLock { $0.made } }

  /// Whether gradients are recorded for it, or will be.
  var requiresGrad: Bool { state.withLock { $0.requiresGrad } }

  private static func fault(_ shape: [Int], _ dtype: DType, _ requiresGrad: Bool) -> XylemError? {
    if HostArray.byteCount(of: dtype, shape: shape) == nil { return XylemError.impossibleShape(shape, dtype) }
    return requiresGrad && !dtype.hasGradients ? RuntimeErrors.noGradients(dtype) : nil
  }

  /// The steps between neighbours in elements: it is made row-major.
  ///
  /// - Throws: ``fault``, where there is one.
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
  /// - Throws: ``fault``, where there is one.
  package var count: Int {
    get throws(XylemError) {
      if let fault { throw fault }
      return shape.reduce(1, *)
    }
  }

  /// Has the elements made otherwise; false where they were made already.
  package func replace(_ make: @escaping @Sendable () throws(XylemError) -> Tensor) -> Bool {
    state.withLock { state in
      guard state.made == nil else { return false }
      state.make = make
      return true
    }
  }

  /// Sets what it will require; false where it was made already, and it is to be set on the tensor itself.
  ///
  /// - Throws: `runtime.tensor` for a type without gradients.
  func setRequiresGrad(_ requiresGrad: Bool) throws(XylemError) -> Bool {
    if requiresGrad, !dtype.hasGradients { throw RuntimeErrors.noGradients(dtype) }
    return state.withLock { state in
      state.requiresGrad = requiresGrad
      return state.made == nil
    }
  }

  /// The runtime's tensor, made now where it was not.
  ///
  /// - Throws: ``fault`` where there is one; what making it throws; `runtime.tensor` where another shape or dtype comes out than was declared.
  package func object() throws(XylemError) -> RuntimeObject {
    if let fault { throw fault }
    let result: Result<RuntimeObject, XylemError> = state.withLock { state in
      if let made = state.made { return .success(made) }
      do throws(XylemError) {
        // Whatever is being traced, the elements are made here and now.
        let tensor = try Recording.paused(state.make)
        guard try tensor.sizes == shape, tensor.dtype == dtype else {
          throw RuntimeErrors.failed(
            .runtimeTensor, "an initialiser made another tensor than was declared",
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
  /// Makes the elements now where they were not made yet.
  ///
  /// - Throws: what making them throws.
  package func materialize() throws(XylemError) { _ = try handle() }

  /// Whether it is a tensor that was declared by its shape, made by now or not.
  package var isLazy: Bool {
    if case .lazy = storage { return true }
    return false
  }

  /// The tensor as one that was declared by its shape, where it was.
  package var lazy: LazyTensor? {
    if case .lazy(let lazy) = storage { return lazy }
    return nil
  }

  /// An identity that copies of the tensor share and no other tensor has, for as long as the tensor lives.
  package var identity: ObjectIdentifier {
    switch storage {
    case .object(let object): ObjectIdentifier(object)
    case .lazy(let lazy): ObjectIdentifier(lazy)
    case .standIn(let standIn): ObjectIdentifier(standIn)
    }
  }
}
