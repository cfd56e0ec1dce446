internal import XylemErrors
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

extension PlanWriter {
  /// Makes the code raise an error if an argument differs from the trace's assumption: its default, or the structure of
  /// an input.
  mutating func checkArguments() throws(XylemError) {
    for (position, argument) in arguments.enumerated() {
      if let check = argument.defaultCheck, let value = argument.defaultValue {
        try require(
          check, try exporter.argument(at: position), Value(literal: value),
          "the argument '\(argument.name)' was fixed to its default \(value) when the model was traced, but got a different value"
        )
      } else if let structure = argument.structure {
        let message =
          "the argument '\(argument.name)' has a different structure from the one that the model was traced with: \(structure)"
        let item = try exporter.argument(at: position)
        if argument.type.allowsNone, structure != .none {
          try require("aten::__isnot__", item, .none, message)
        }
        try checkStructure(structure, argument.type.unwrapped, item, message)
      }
    }
  }

  /// Makes the code raise an error unless a comparison of two values is true.
  private mutating func require(
    _ comparison: String, _ item: ScriptExporter.Item, _ value: Value, _ message: String
  ) throws(XylemError) {
    let isTrue = try call(comparison, [item], value)
    try exporter.check(isTrue, is: true, message)
  }

  /// The result of an operator for items and a final constant.
  private mutating func call(
    _ name: String, _ items: [ScriptExporter.Item], _ value: Value? = nil
  ) throws(XylemError) -> ScriptExporter.Item {
    // Slots of the program are never negative.
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
  /// The operator that compares the argument with the default that it keeps. Nil if the argument does not keep its
  /// default, or if an archive's code can't compare that type.
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
