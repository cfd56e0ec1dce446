internal import CXylem
package import XylemErrors
internal import XylemScript
package import XylemTensor

extension ScriptExporter {
  /// The value of an operand. Containers are assembled.
  ///
  /// - Parameters:
  ///   - type: the type that the receiver declares.
  ///   - slots: the contents of the slots at this point.
  /// - Throws: `extract.unsavable`.
  package func load(
    _ operand: Program.Operand, type: ScriptType? = nil, _ slots: [Int: Item]
  ) throws(XylemError) -> Item {
    switch operand {
    case .slot(let slot):
      guard let item = slots[slot] else { throw XylemError(.extractUnsavable, "a value is read that was not computed") }
      return item
    case .constant(let value): return try constant(value, type: type)
    case .list(let elements, let own): return try container(XYLEM_LIST, own ?? type, of: elements, slots)
    case .tuple(let elements, let own): return try container(XYLEM_TUPLE, own ?? type, of: elements, slots)
    case .dictionary(let elements, let own): return try container(XYLEM_DICT, own ?? type, of: elements, slots)
    }
  }

  private func container(
    _ tag: xylem_tag, _ type: ScriptType?, of elements: [Program.Operand], _ slots: [Int: Item]
  ) throws(XylemError) -> Item {
    var items: [Item] = []
    for (index, element) in elements.enumerated() {
      let handle = unsafe type?.elementHandle(at: index, of: tag)
      let inner = type.flatMap { type in
        unsafe handle.map { unsafe ScriptType(handle: $0, library: type.library) }
      }
      items.append(try load(element, type: inner, slots))
    }
    return try container(tag, type, items)
  }

  /// Writes one instruction, and records its results in `slots`.
  ///
  /// - Parameter message: the message that a failed check raises.
  /// - Throws: `extract.unsavable`.
  package func write(
    _ instruction: Program.Instruction, message: String, _ slots: inout [Int: Item]
  ) throws(XylemError) {
    var types: [ScriptType] = []
    if case .callOperator(let op) = instruction.action { types = op.schema.arguments.map(\.type) }
    var operands: [Item] = []
    for (index, operand) in instruction.operands.enumerated() {
      operands.append(try load(operand, type: types.indices.contains(index) ? types[index] : nil, slots))
    }
    var results: [Item] = []
    switch instruction.action {
    case .callOperator(let op) where op.schema.name.hasSuffix("_autocast"):
      throw XylemError(.extractUnsavable, "a block of autocast can't be saved as TorchScript")
    case .callOperator(let op): results = try call(op, operands)
    case .call(let callable): results = try call(callable, operands)
    case .host:
      throw XylemError(
        .extractUnsavable,
        "plugin code and compiled Swift code can't be saved in an archive")
    case .copy: results = [operands[0]]
    case .element(let index): results = [try element(index, of: operands[0])]
    case .field(let name): results = [try attribute(name, of: operands[0])]
    case .readAttribute(let owner, let name):
      results = [try attribute(name, of: try constant(.object(owner.object)))]
    case .writeAttribute(let owner, let name):
      try setAttribute(name, of: try constant(.object(owner.object)), to: operands[0])
    case .check(let expected): try check(operands[0], is: expected, message)
    }
    let own = instruction.results.count - instruction.changed.count
    for (slot, item) in zip(instruction.results.prefix(own), results) { slots[slot] = item }
    for (order, operand) in instruction.changed.enumerated() {
      slots[instruction.results[own + order]] = operands[operand]
    }
  }
}
