internal import CXylem
internal import Synchronization
internal import XylemErrors
internal import XylemGraph

/// The runtime's operators by name, for calls that name them.
enum OperatorCatalog {
  /// An overload of an operator.
  struct Overload {
    let reference: OperatorReference
    let schema: OperatorSchema
    /// The schema as PyTorch writes it.
    let text: String
  }

  /// A call of an overload with all its arguments in order, of the types that it declares.
  struct Call {
    let reference: OperatorReference
    let arguments: [Value]
  }

  private static let known = Mutex<[String: [Overload]]>([:])

  /// The overload that takes the arguments, and the arguments as it declares them.
  ///
  /// - Throws: see ``OperatorCall``.
  static func bind(
    _ call: OperatorCall, _ positional: [Value], _ named: [(name: String, value: Value)]
  ) throws(XylemError) -> Call {
    let all = try overloads(of: call.name)
    guard !all.isEmpty else { throw try unknown(call.name) }
    let candidates = call.overload.map { wanted in all.filter { $0.schema.overload == wanted } } ?? all
    guard !candidates.isEmpty else { throw unknown(call, among: all) }
    var reasons: [String] = []
    for candidate in candidates {
      var binding = OperatorBinding(schema: candidate.schema)
      guard let arguments = binding.bind(positional, named) else {
        reasons.append(binding.reason)
        continue
      }
      guard !candidate.schema.reachesOutside else { throw reachesOutside(candidate.schema) }
      return Call(reference: candidate.reference, arguments: arguments)
    }
    throw mismatch(call, candidates, reasons, positional, named)
  }

  /// The overloads of an operator, in the order in which PyTorch tries them.
  private static func overloads(of name: String) throws(XylemError) -> [Overload] {
    if let found = known.withLock({ $0[name] }) { return found }
    let library = try RuntimeLibrary.shared()
    let found = unsafe handles(of: name, library).map { unsafe overload(named: name, $0, library) }
    // Libraries that are loaded later may add operators, but none to PyTorch's own.
    if !found.isEmpty, name.hasPrefix("aten::") { known.withLock { $0[name] = found } }
    return found
  }

  private static func overload(named name: String, _ handle: OpaquePointer, _ library: RuntimeLibrary) -> Overload {
    let schema = unsafe TensorOperator(handle: handle, library: library).schema
    let types = unsafe resultTypes(of: handle, library)
    return Overload(
      reference: OperatorReference(name, schema.overload, resultTypes: types.isEmpty ? ["None"] : types),
      schema: schema, text: unsafe String(library.table.pointee.operator_text(handle)))
  }

  private static func handles(of name: String, _ library: RuntimeLibrary) -> [OpaquePointer] {
    unsafe name.withText { text in
      let count = unsafe library.table.pointee.operator_overloads(text, nil, 0)
      var found = unsafe [OpaquePointer?](repeating: nil, count: count)
      let filled = unsafe library.table.pointee.operator_overloads(text, &found, count)
      return unsafe found.prefix(filled).compactMap { unsafe $0 }
    }
  }

  /// The types of an operator's results, as PyTorch writes them, and whether it has overloads besides.
  static func facts(of op: TensorOperator) throws(XylemError) -> (results: [String], isOverloaded: Bool) {
    let types = unsafe resultTypes(of: op.handle, op.library)
    return (types, try overloads(of: op.schema.name).count > 1)
  }

  private static func resultTypes(of handle: OpaquePointer, _ library: RuntimeLibrary) -> [String] {
    let count = unsafe library.table.pointee.operator_results(handle, nil, 0)
    guard count > 0 else { return [] }
    var types = unsafe [OpaquePointer?](repeating: nil, count: count)
    _ = unsafe library.table.pointee.operator_results(handle, &types, count)
    return unsafe types.map { unsafe ScriptType(handle: $0, library: library).name }
  }

  /// A value's type, as PyTorch writes it.
  static func typeName(_ value: Value) -> String {
    switch value {
    case .tensor: return "Tensor"
    case .standIn(let standIn): return standIn.type
    case .literal(.none): return "None"
    case .literal(.bool): return "bool"
    case .literal(.int): return "int"
    case .literal(.float): return "float"
    case .literal(.string): return "str"
    case .literal(.device): return "Device"
    case .literal(.complex): return "complex"
    case .list(let elements): return "List[\(elements.first.map(typeName) ?? "Any")]"
    case .tuple(let elements, _): return "Tuple[\(elements.map(typeName).joined(separator: ", "))]"
    case .dictionary: return "Dict[Any, Any]"
    case .object: return ScriptType(of: value)?.name ?? "Any"
    }
  }

  // MARK: - Errors

  private static func unknown(_ name: String) throws(XylemError) -> XylemError {
    let library = try RuntimeLibrary.shared()
    let count = unsafe library.table.pointee.operator_names(nil, 0)
    var texts = unsafe [xylem_text](repeating: xylem_text(), count: count)
    let found = unsafe library.table.pointee.operator_names(&texts, count)
    let all = Set(unsafe texts.prefix(found).map { unsafe String($0) }).sorted()
    let near = nearMisses(of: name, among: all)
    return RuntimeErrors.failed(
      .runtimeUnknownOperator, "the runtime has no operator \(name)",
      reason: name.contains("::") ? "\(all.count) operators have other names" : "the name has no namespace",
      remedies: near.map { "OperatorCall(\"\($0)\")" })
  }

  private static func unknown(_ call: OperatorCall, among all: [Overload]) -> XylemError {
    let names = all.map { $0.schema.overload.isEmpty ? "default" : $0.schema.overload }
    let near = nearMisses(of: call.overload ?? "", among: names)
    return RuntimeErrors.failed(
      .runtimeUnknownOperator, "\(call.name) has no overload '\(call.overload ?? "")'",
      reason: "its overloads are \(names.joined(separator: ", "))",
      remedies: near.map { "OperatorCall(\"\(call.name)\").\($0)" })
  }

  private static func reachesOutside(_ schema: OperatorSchema) -> XylemError {
    RuntimeErrors.failed(
      .traceFileOperator, "\(schema.fullName) can't be called by name",
      reason: "it reads or writes files, or uses other processes or the network")
  }

  private static func mismatch(
    _ call: OperatorCall, _ candidates: [Overload], _ reasons: [String], _ positional: [Value],
    _ named: [(name: String, value: Value)]
  ) -> XylemError {
    let given = (positional.map(typeName) + named.map { "\($0.name): \(typeName($0.value))" }).joined(separator: ", ")
    let shown = zip(candidates, reasons).prefix(6).map { "\($0.text): \($1)" }
    let rest = candidates.count - shown.count
    return RuntimeErrors.failed(
      .runtimeOperator,
      candidates.count == 1
        ? "\(call.fullName) does not take (\(given))" : "no overload of \(call.name) takes (\(given))",
      reason: (shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n"))
  }
}
