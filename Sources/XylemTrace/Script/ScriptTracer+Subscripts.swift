internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// `x[:, 0]` is one operation to its author and several operators in the archive. They are joined again if the source
/// shows that they come from one subscript.
extension ScriptTracer {
  /// The part of a subscript that an operator computes, as a step of ``Operation/getItem``.
  private static let steps: [String: String] = [
    "aten::select": "select", "aten::slice": "slice", "aten::unsqueeze": "unsqueeze", "aten::index": "index",
  ]

  func runSubscript(
    _ statement: ScriptCode.Statement, at index: Int, _ inputs: [TracedValue], _ frame: CallFrame
  ) throws -> Bool {
    guard let kind = Self.steps[statement.name], statement.outputs.count == 1,
      frame.code.typeKinds[frame.code.operands[statement.inputs.lowerBound]] == .tensor
    else { return false }
    let number = statement.outputs.lowerBound
    let pending = frame.pendingSubscripts.removeValue(forKey: frame.code.operands[statement.inputs.lowerBound])
    let source = frame.code.function.source(of: index)
    guard pending != nil || Self.isSubscript(source.text) else { return false }
    var steps = pending?.steps ?? []
    let container = try pending?.container ?? argument(from: inputs[0])
    let step = NodeInput.tuple([.string(kind)] + (try inputs.dropFirst().map(argument(from:))), names: nil)
    steps.append(step)
    if continues(number, after: index, in: frame, source: source) {
      frame.pendingSubscripts[number] = PendingSubscript(container: container, steps: steps)
      frame.values[number] = .uninitialized
      return true
    }
    // A slice over everything changes nothing beside other steps.
    let needed = steps.filter { !Self.isWhole($0) }
    let id = emit(
      .getItem, named: "getitem", [container, .list(needed.isEmpty ? [steps[0]] : needed)], type: "Tensor",
      effects: Effects(aliases: [0]))
    frame.values[number] = .symbol(id)
    return true
  }

  /// Whether the source of an operator is a subscript: `x[0]`, or `x[:, 1:`, since a source range ends with its last
  /// expression.
  private static func isSubscript(_ text: String) -> Bool {
    guard !text.hasPrefix("["), text.contains("[") else { return false }
    let depth = text.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "[") ? 1 : $1 == UInt8(ascii: "]") ? -1 : 0) }
    return text.hasSuffix("]") || depth > 0
  }

  private static func isWhole(_ step: NodeInput) -> Bool {
    guard case .tuple(let parts, _) = step, parts.count == 5, parts[0] == .string("slice") else { return false }
    let startsFirst = parts[2] == .none || parts[2] == .int(0)
    let stopsLast = parts[3] == .none || parts[3] == .int(Int.max)
    return startsFirst && stopsLast && parts[4] == .int(1)
  }

  /// Whether a later statement of the same block continues the same subscript.
  private func continues(_ number: Int, after index: Int, in frame: CallFrame, source: ScriptSource) -> Bool {
    let code = frame.code
    guard let block = code.blocks.first(where: { $0.statements.contains(index) }) else { return false }
    for next in (index + 1)..<max(index + 1, block.statements.upperBound) {
      let candidate = code.statements[next]
      guard code.operands[candidate.inputs].contains(number) else { continue }
      return Self.steps[candidate.name] != nil && code.input(0, of: candidate) == number
        && code.function.source(of: next) == source
    }
    return false
  }
}

/// A subscript with steps still to come.
struct PendingSubscript {
  let container: NodeInput
  let steps: [NodeInput]
}
