internal import Synchronization
package import XylemErrors
internal import XylemFiles
package import XylemGraph
internal import XylemScript
internal import XylemTensor

extension TraceCode {
  /// The arguments of an operator in its schema's order, with defaults in place of those that were left out, and with
  /// numbers of the declared type. Nil if the trace's arguments are in this form.
  ///
  /// A trace of torch.export's archive has arguments as the file has them: finding the schema needs the runtime.
  ///
  /// - Throws: `runtime.not-found`, `runtime.unknown-operator`; `trace.unsupported` for an argument that the operator does
  ///   not have.
  package func bound(_ node: Node) throws(XylemError) -> [NodeInput]? {
    guard let keywords, case .operator(let name) = node.operation else { return nil }
    let op = try TensorOperator(fullName: name)
    let forms = OperatorArgumentForms.of(op)
    var inputs = node.inputs
    if let names = keywords[node.id] { inputs = try forms.ordered(inputs, names, of: name) }
    for position in inputs.indices where forms.takesFloats(at: position) {
      inputs[position] = inputs[position].asFloats
    }
    return inputs
  }
}

/// What an operator's schema says about its arguments, read once.
private struct OperatorArgumentForms: Sendable {
  private let names: [String]
  /// The defaults. Nil for a required argument.
  private let defaults: [NodeInput?]
  /// Positions of arguments that are floating-point numbers or lists of those.
  private let floats: Set<Int>

  private init(_ schema: OperatorSchema) {
    names = schema.arguments.map(\.name)
    defaults = schema.arguments.map { $0.defaultValue.flatMap { NodeInput(literal: $0) } }
    floats = Set(schema.arguments.indices.filter { Self.isFloat(schema.arguments[$0].type) })
  }

  private static func isFloat(_ type: ScriptType) -> Bool {
    switch type.kind {
    case .float: true
    case .optional, .list: type.contained.first.map(isFloat) ?? false
    default: false
    }
  }

  private static let known = Mutex<[TensorOperator: OperatorArgumentForms]>([:])

  static func of(_ op: TensorOperator) -> OperatorArgumentForms {
    if let forms = known.withLock({ $0[op] }) { return forms }
    let fresh = OperatorArgumentForms(op.schema)
    known.withLock { $0[op] = fresh }
    return fresh
  }

  func takesFloats(at position: Int) -> Bool { floats.contains(position) }

  func ordered(_ inputs: [NodeInput], _ given: [String?], of op: String) throws(XylemError) -> [NodeInput] {
    var ordered: [NodeInput?] = []
    for (input, name) in zip(inputs, given) {
      guard let name else {
        ordered.append(input)
        continue
      }
      guard let position = names.firstIndex(of: name), position >= ordered.count || ordered[position] == nil else {
        throw XylemError(.traceUnsupported, "the operator \(op) has no argument '\(name.printable)' left")
      }
      while ordered.count <= position { ordered.append(nil) }
      ordered[position] = input
    }
    var complete: [NodeInput] = []
    for (position, input) in ordered.enumerated() {
      guard let value = input ?? defaults[position] else {
        throw XylemError(.traceUnsupported, "the operator \(op) needs the argument '\(names[position])'")
      }
      complete.append(value)
    }
    return complete
  }
}

extension NodeInput {
  /// The input with integers as floating-point numbers.
  fileprivate var asFloats: NodeInput {
    switch self {
    case .literal(.int(let number)): .float(Double(number))
    case .list(let elements): .list(elements.map(\.asFloats))
    default: self
    }
  }
}
