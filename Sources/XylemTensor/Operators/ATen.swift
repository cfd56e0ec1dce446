public import XylemErrors

/// Calls any operator of the tensor runtime by its name: those of PyTorch that have no function of their own here.
///
///     let mixed = try ATen.lerp(x, y, weight: 0.5)
///     let (least, indices) = try ATen.topk(x, 3, largest: false)
///     let parts: [Tensor] = try ATen.tensor_split(x, 3)
///
/// A name and its arguments are those of PyTorch's operator `aten::lerp`; labels are the names of arguments. The overload
/// is the first one, in PyTorch's order, that takes the arguments. It can be named: `ATen.lerp.Scalar(x, y, 0.5)`.
/// ``OperatorCall`` calls operators of other libraries, such as `torchvision::nms`, and says what is an error.
///
/// A call is recorded in a trace as a node of the operator's name, and has the operator's gradient. The runtime is
/// loaded for it, also while tracing.
@dynamicMemberLookup
public enum ATen {
  /// The operator with a name, `lerp` for `aten::lerp`.
  public static subscript(dynamicMember name: String) -> OperatorCall { OperatorCall("aten::" + name) }
}

/// An operator of the tensor runtime by name, to call as a function.
///
///     let kept = try OperatorCall("torchvision::nms")(x, y, 0.5)  // boxes, scores, threshold
///
/// Arguments are tensors, numbers, texts, element types, sizes, arrays of those, and nil for Python's `None`. An integer
/// is taken for a floating-point number, and for a list where PyTorch takes one: `ATen.sum(x, dim: 1)`. The result is
/// what the context asks for: a `Tensor`, two or three tensors, `[Tensor]`, a ``Value`` or all results as `[Value]`.
///
/// A call throws
/// - `runtime.unknown-operator` if there is no such operator or overload, with names that are similar
/// - `runtime.operator` if no overload takes the arguments, with what the overloads take; with the shapes if the
///   operator fails; and if the results are not what the context asks for
/// - `trace.file-operator` for an operator that reads or writes files, starts processes or uses the network
/// - `trace.concrete-value` for `[Tensor]` where the number of tensors is known only when the traced model runs
@dynamicMemberLookup @dynamicCallable
public struct OperatorCall: Sendable, Hashable {
  /// The name with its namespace, `aten::lerp`.
  public let name: String
  /// The overload, `Scalar`; nil for the first that takes the arguments.
  public let overload: String?

  /// An operator.
  ///
  /// - Parameters:
  ///   - name: the name, `torchvision::nms`; PyTorch's own without a namespace, `lerp`. It may have the overload in it,
  ///     `aten::lerp.Scalar`.
  ///   - overload: the overload, `Scalar`, and empty for the one without a name; nil for the first that takes the
  ///     arguments.
  public init(_ name: String, overload: String? = nil) {
    let full = name.contains("::") ? name : "aten::" + name
    let start = full.lastIndex(of: ":") ?? full.startIndex
    guard overload == nil, let dot = full[start...].firstIndex(of: ".") else {
      (self.name, self.overload) = (full, overload)
      return
    }
    (self.name, self.overload) = (String(full[..<dot]), String(full[full.index(after: dot)...]))
  }

  /// The overload with a name. `default` is the one without a name, as in Python.
  public subscript(dynamicMember overload: String) -> OperatorCall {
    OperatorCall(name, overload: overload == "default" ? "" : overload)
  }

  /// Runs or records the operator, which returns one tensor. It may be ignored, as of `ATen.mul_(x, 2)`.
  ///
  /// - Throws: see ``OperatorCall``.
  @discardableResult
  public func dynamicallyCall(
    withKeywordArguments arguments: KeyValuePairs<String, (any OperatorValue)?>
  ) throws(XylemError) -> Tensor {
    let found = try results(arguments)
    guard found.count == 1, case .tensor(let tensor) = found[0] else { throw unexpected(found, "a tensor") }
    return tensor
  }

  /// Runs or records the operator, which returns two tensors.
  ///
  /// - Throws: see ``OperatorCall``.
  @_disfavoredOverload
  public func dynamicallyCall(
    withKeywordArguments arguments: KeyValuePairs<String, (any OperatorValue)?>
  ) throws(XylemError) -> (Tensor, Tensor) {
    let found = try results(arguments)
    let tensors = found.compactMap(\.tensor)
    guard found.count == 2, tensors.count == 2 else { throw unexpected(found, "two tensors") }
    return (tensors[0], tensors[1])
  }

  /// Runs or records the operator, which returns three tensors.
  ///
  /// - Throws: see ``OperatorCall``.
  @_disfavoredOverload
  public func dynamicallyCall(
    withKeywordArguments arguments: KeyValuePairs<String, (any OperatorValue)?>
  ) throws(XylemError) -> (Tensor, Tensor, Tensor) {
    let found = try results(arguments)
    let tensors = found.compactMap(\.tensor)
    guard found.count == 3, tensors.count == 3 else { throw unexpected(found, "three tensors") }
    return (tensors[0], tensors[1], tensors[2])
  }

  /// Runs or records the operator, which returns any number of tensors, or one list of tensors.
  ///
  /// - Throws: see ``OperatorCall``.
  @_disfavoredOverload
  public func dynamicallyCall(
    withKeywordArguments arguments: KeyValuePairs<String, (any OperatorValue)?>
  ) throws(XylemError) -> [Tensor] {
    let found = try results(arguments)
    var parts = found
    if found.count == 1 {
      if case .standIn(let standIn) = found[0], standIn.type == "List[Tensor]" {
        throw standIn.needed("the tensors that \(name) returns are needed one by one")
      }
      if case .list(let elements) = try found[0].unpacked() { parts = elements }
    }
    let tensors = parts.compactMap(\.tensor)
    guard tensors.count == parts.count else { throw unexpected(found, "tensors") }
    return tensors
  }

  /// Runs or records the operator, which returns one value of any type.
  ///
  /// - Throws: see ``OperatorCall``.
  @_disfavoredOverload
  public func dynamicallyCall(
    withKeywordArguments arguments: KeyValuePairs<String, (any OperatorValue)?>
  ) throws(XylemError) -> Value {
    let found = try results(arguments)
    guard found.count == 1 else { throw unexpected(found, "one value") }
    return found[0]
  }

  /// Runs or records the operator and returns all its results.
  ///
  /// - Throws: see ``OperatorCall``.
  @_disfavoredOverload
  public func dynamicallyCall(
    withKeywordArguments arguments: KeyValuePairs<String, (any OperatorValue)?>
  ) throws(XylemError) -> [Value] { try results(arguments) }

  /// Runs or records the operator with arguments that are put together at run time.
  ///
  /// - Parameters:
  ///   - arguments: in order.
  ///   - named: by the names of the operator's arguments.
  /// - Throws: see ``OperatorCall``.
  public func results(
    _ arguments: [Value], named: [(name: String, value: Value)] = [], file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Value] {
    let call = try OperatorCatalog.bind(self, arguments, named)
    return try call.reference.results(call.arguments, at: CallSite(file, line))
  }

  private func results(_ arguments: KeyValuePairs<String, (any OperatorValue)?>) throws(XylemError) -> [Value] {
    var (positional, named): ([Value], [(name: String, value: Value)]) = ([], [])
    for (label, argument) in arguments {
      let value: Value = argument?.operatorValue ?? Value.none
      if !label.isEmpty {
        named.append((label, value))
      } else if named.isEmpty {
        positional.append(value)
      } else {
        throw RuntimeErrors.failed(
          .runtimeOperator, "\(fullName) can't be called like this",
          reason: "an argument without a label follows '\(named[0].name)'")
      }
    }
    let call = try OperatorCatalog.bind(self, positional, named)
    return try call.reference.results(call.arguments, at: nil)
  }

  /// The name with the overload, if one was chosen.
  var fullName: String { overload.map { $0.isEmpty ? name : name + "." + $0 } ?? name }

  private func unexpected(_ results: [Value], _ wanted: String) -> XylemError {
    let types = results.map(OperatorCatalog.typeName).joined(separator: ", ")
    return RuntimeErrors.failed(
      .runtimeOperator, "\(fullName) did not return \(wanted)",
      reason: results.isEmpty ? "it returns nothing" : "it returned \(types)",
      remedies: results.count == 1 ? [] : ["let results: [Value] = try …  // all results"])
  }
}
