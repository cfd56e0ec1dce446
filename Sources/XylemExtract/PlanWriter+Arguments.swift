internal import XylemErrors
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

extension PlanWriter {
  /// Lets the code raise where an argument is not what the trace assumed: the default that it keeps, or an input of a structure.
  mutating func checkArguments() throws(XylemError) {
    for (position, argument) in arguments.enumerated() {
      if let check = argument.defaultCheck, let value = argument.defaultValue {
        try require(
          check, try exporter.argument(at: position), Value(literal: value),
          "the argument '\(argument.name)' was fixed to its default \(value) when the model was traced, and another value was given"
        )
      } else if let structure = argument.structure {
        let message =
          "the argument '\(argument.name)' has another structure than the one that the model was traced for: \(structure)"
        let item = try exporter.argument(at: position)
        if argument.type.allowsNone, structure != .none {
          try require("aten::__isnot__", item, .none, message)
        }
        try checkStructure(structure, argument.type.unwrapped, item, message)
      }
    }
  }

  /// Lets the code raise unless an operator that compares two values gives true.
  private mutating func require(
    _ comparison: String, _ item: ScriptExporter.Item, _ value: Value, _ message: String
  ) throws(XylemError) {
    let isTrue = try call(comparison, [item], value)
    try exporter.check(isTrue, is: true, message)
  }

  /// What an operator gives for items, and for a constant after them.
  private mutating func call(
    _ name: String, _ items: [ScriptExporter.Item], _ value: Value? = nil
  ) throws(XylemError) -> ScriptExporter.Item {
    // No slot of the program has a number below 0.
    var operands: [Program.Operand] = []
    for (index, item) in items.enumerated() {
      slots[-2 - index] = item
      operands.append(.slot(-2 - index))
    }
    if let value { operands.append(.constant(value)) }
    let op = try TensorOperator(fullName: name)
    try exporter.write(.init(.callOperator(op), operands, results: [-1], origin: 0), message: "", &slots)
    return try exporter.load(.slot(-1), slots)
  }

  private mutating func checkStructure(
    _ structure: InputStructure, _ type: TypeExpression, _ item: ScriptExporter.Item, _ message: String
  ) throws(XylemError) {
    switch (structure, type) {
    case (.list(let elements), .list(let element)):
      try require("aten::eq.int", try call("aten::len.t", [item]), .int(elements.count), message)
      for (index, part) in elements.enumerated() where part.hasParts {
        try checkStructure(part, element.unwrapped, try exporter.element(index, of: item), message)
      }
    case (.tuple(let elements), .tuple(let types, _)):
      for (index, (part, type)) in zip(elements, types).enumerated() where part.hasParts {
        try checkStructure(part, type.unwrapped, try exporter.element(index, of: item), message)
      }
    case (.dictionary(let entries), .dictionary(let key, let value)):
      let kind = key == .int ? "int" : "str"
      try require("aten::eq.int", try call("aten::len.Dict_\(kind)", [item]), .int(entries.count), message)
      for entry in entries {
        try require("aten::__contains__.\(kind)", item, .literal(entry.key), message)
        guard entry.value.hasParts else { continue }
        let part: ScriptExporter.Item
        switch entry.key {
        case .int(let number): part = try exporter.element(number, of: item)
        case .string(let text): part = try exporter.part(text, of: item)
        default: continue
        }
        try checkStructure(entry.value, value.unwrapped, part, message)
      }
    default: break
    }
  }
}

extension InputStructure {
  fileprivate var hasParts: Bool { self != .value && self != .none }
}

extension ForwardArgument {
  /// The operator that compares the argument with the default that it keeps; nil where the argument does not keep its default, and
  /// where an archive's code has no comparison of that type.
  var defaultCheck: String? {
    guard role == .atDefault, let defaultValue else { return nil }
    switch (type, defaultValue) {
    case (_, .literal(.none)): return "aten::__is__"
    case (.bool, .literal(.bool)): return "aten::eq.bool"
    case (.int, .literal(.int)): return "aten::eq.int"
    case (.float, .literal(.float)): return "aten::eq.float"
    case (.string, .literal(.string)): return "aten::eq.str"
    case (.list(.int), .list): return "aten::eq.int_list"
    case (.list(.float), .list): return "aten::eq.float_list"
    case (.list(.bool), .list): return "aten::eq.bool_list"
    case (.list(.string), .list): return "aten::eq.str_list"
    default: return nil
    }
  }
}
