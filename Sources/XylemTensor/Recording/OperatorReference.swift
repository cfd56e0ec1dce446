internal import Synchronization
package import XylemErrors
internal import XylemFiles

/// An operator that Xylem's own code calls: looked up in the runtime when it first runs, and not to be written down.
package final class OperatorReference: Sendable {
  /// The name with its namespace, `aten::add`.
  package let name: String
  /// The overload, `Tensor`; often empty.
  package let overload: String
  /// The name of its nodes: the operator's own, an in-place twin's without its underscore.
  package let nodeName: String
  /// The name of its nodes under torchvision's naming.
  package let torchvisionName: String
  /// The types of its results.
  package let resultTypes: [String]

  private let found = Mutex<TensorOperator?>(nil)

  /// An operator by its name in the runtime.
  ///
  /// - Parameters:
  ///   - nodeName: where nodes are not called by the operator's own name.
  ///   - torchvisionName: where torch.fx calls its nodes otherwise.
  ///   - resultType: `Tensor` unless told.
  ///   - resultTypes: where it has several results.
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

  /// Runs the operator, or writes it down where a model is being traced.
  ///
  /// - Throws: `runtime.operator` with the shapes of the arguments, and as ``resolved()``; while tracing, what the tracer throws.
  package func results(_ arguments: [Value], at site: CallSite? = nil) throws(XylemError) -> [Value] {
    try StackGuard.check(at: site)
    if let recorder = Recording.current { return try recorder.record(self, arguments, at: site) }
    let target = try resolved()
    do { return try target(arguments) } catch { throw describing(error, arguments) }
  }

  /// The one result, a tensor.
  package func tensor(_ arguments: [Value], at site: CallSite? = nil) throws(XylemError) -> Tensor {
    guard let tensor = try results(arguments, at: site).first?.tensor else {
      throw RuntimeErrors.failed(
        .runtimeOperator, "\(fullName) gave no tensor", reason: "its result is of another type")
    }
    return tensor
  }

  /// Several results, all tensors.
  package func tensors(_ arguments: [Value], at site: CallSite? = nil) throws(XylemError) -> [Tensor] {
    let tensors = try results(arguments, at: site).compactMap(\.tensor)
    guard !tensors.isEmpty else {
      throw RuntimeErrors.failed(
        .runtimeOperator, "\(fullName) gave no tensor", reason: "its results are of other types")
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
  /// The dtype and shape of a tensor, or of the tensors of a list; nil for other values.
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
