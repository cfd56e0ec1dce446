internal import Synchronization
package import XylemErrors
internal import XylemFiles

/// An operator called by Xylem's own code. It is looked up in the runtime when it first runs.
package final class OperatorReference: Sendable {
  /// The name with its namespace, `aten::add`.
  package let name: String
  /// The overload, `Tensor`; often empty.
  package let overload: String
  /// The name of its nodes: the operator's own, without the underscore of an in-place variant.
  package let nodeName: String
  /// The name of its nodes with torchvision's naming.
  package let torchvisionName: String
  /// The types of its results.
  package let resultTypes: [String]

  private let found = Mutex<TensorOperator?>(nil)

  /// Creates a reference by the operator's name in the runtime.
  ///
  /// - Parameters:
  ///   - nodeName: the name of its nodes, if it differs from the operator's own.
  ///   - torchvisionName: the name of its nodes in torch.fx, if it differs.
  ///   - resultType: `Tensor` by default.
  ///   - resultTypes: the types of several results.
  package init(
    _ name: String, _ overload: String = "", nodeName: String? = nil, torchvisionName: String? = nil,
    resultType: String = "Tensor", resultTypes: [String]? = nil
  ) {
    self.name = name
    self.overload = overload
    let short = name.split(separator: ":").last.map(String.init) ?? name
    let own = short.hasSuffix("_") && !short.hasPrefix("__") ? String(short.dropLast()) : short
    self.nodeName = nodeName ?? own
    self.torchvisionName = torchvisionName ?? nodeName ?? short
    self.resultTypes = resultTypes ?? [resultType]
  }

  /// The name with the overload, as in `aten::add.Tensor`.
  package var fullName: String { overload.isEmpty ? name : name + "." + overload }

  /// The runtime's operator.
  ///
  /// - Throws: `runtime.not-found`, `runtime.unknown-operator`.
  package func resolved() throws(XylemError) -> TensorOperator {
    if let known = found.withLock({ $0 }) { return known }
    let fresh = try TensorOperator(name, overload: overload)
    found.withLock { $0 = fresh }
    return fresh
  }

  /// Runs the operator, or records it while a model is traced.
  ///
  /// - Throws: `runtime.operator` with the shapes of the arguments, and as ``resolved()``; while tracing, the tracer's
  ///   errors.
  package func results(_ arguments: [Value], at site: CallSite? = nil) throws(XylemError) -> [Value] {
    try StackGuard.check(at: site)
    if let recorder = Recording.current { return try recorder.record(self, arguments, at: site) }
    let target = try resolved()
    do { return try target(arguments) } catch { throw describing(error, arguments) }
  }

  /// The single result, a tensor.
  package func tensor(_ arguments: [Value], at site: CallSite? = nil) throws(XylemError) -> Tensor {
    guard let tensor = try results(arguments, at: site).first?.tensor else {
      throw RuntimeErrors.failed(
        .runtimeOperator, "\(fullName) did not return a tensor", reason: "its result has another type")
    }
    return tensor
  }

  /// Several results, all tensors.
  package func tensors(_ arguments: [Value], at site: CallSite? = nil) throws(XylemError) -> [Tensor] {
    let tensors = try results(arguments, at: site).compactMap(\.tensor)
    guard !tensors.isEmpty else {
      throw RuntimeErrors.failed(
        .runtimeOperator, "\(fullName) did not return tensors", reason: "its results have other types")
    }
    return tensors
  }

  private func describing(_ error: XylemError, _ arguments: [Value]) -> XylemError {
    guard error.id == .runtimeOperator || error.id == .runtimeMissingKernel else { return error }
    let shapes = arguments.compactMap { $0.shapeDescription }
    guard !shapes.isEmpty else { return error }
    var error = error
    error.message = "\(nodeName) failed for \(shapes.joined(separator: ", "))"
    return error
  }
}

extension Value {
  /// The dtype and shape of a tensor, or of the tensors in a list. Nil for other values.
  fileprivate var shapeDescription: String? {
    switch self {
    case .tensor(let tensor): return tensor.knownSizes.map { "\(tensor.dtype?.rawValue ?? "?") \($0)" }
    case .list(let elements):
      let inner = elements.compactMap(\.shapeDescription)
      return inner.isEmpty ? nil : "[" + inner.joined(separator: ", ") + "]"
    default: return nil
    }
  }
}
