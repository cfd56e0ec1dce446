internal import XylemErrors
internal import XylemGraph
internal import XylemNN
internal import XylemTensor
internal import XylemTrace

/// Writes a plan as a Swift class, a statement for each instruction.
struct SwiftCodeWriter {
  private enum Form {
    case tensor, value, values
  }

  private struct Place {
    let text: String
    let form: Form
  }

  private let plan: Plan
  private let instructions: [Program.Instruction]
  private let outputs: [PlanOutput]
  private let arguments: [ForwardArgument]
  private var names = SwiftNames(reserved: [
    "weights", "weight", "element", "tensor", "require", "ATen", "Tensor", "Value",
  ])
  private var slots: [Int: Place] = [:]
  private var copies: [Int: String] = [:]
  private var lines: [String] = []
  private var section: String?
  private let read: Set<Int>
  /// The keys of the model's tensors.
  private let keys: [ObjectIdentifier: String]
  /// The statements that read tensors of the model.
  private var weights: [String: String] = [:]
  private var helpers: Set<String> = []

  /// Prepares code.
  ///
  /// - Parameter state: the model's tensors.
  /// - Throws: `extract.unsavable` for a feature without a tensor.
  init(_ plan: Plan, _ arguments: [ForwardArgument], state: [StateEntry]) throws(XylemError) {
    self.plan = plan
    self.arguments = arguments
    instructions = plan.source.withoutSizeChecks()
    outputs = try PlanOutput.all(of: plan)
    keys = Dictionary(state.map { ($0.tensor.identity, $0.key) }, uniquingKeysWith: { first, _ in first })
    var read: Set<Int> = []
    for instruction in instructions { for operand in instruction.operands { operand.forEachSlot { read.insert($0) } } }
    for output in outputs { output.operand.forEachSlot { read.insert($0) } }
    self.read = read
  }

  /// The code of a class.
  ///
  /// - Throws: `extract.unsavable` for what code can't say, such as leaves.
  mutating func text(typeName: String, modelName: String) throws -> String {
    let parameters = try plan.arguments.enumerated().map { slot, argument in try parameter(argument, slot) }
    for instruction in instructions { try write(instruction) }
    var entries: [String] = []
    for (index, output) in outputs.enumerated() {
      entries.append(
        "      \(SwiftLiterals.string(output.key)): \(try copies[index] ?? asTensor(part(output), output)),")
    }
    let features = outputs.map { "`\($0.key)`" }.joined(separator: ", ")
    let call = plan.arguments.map { SwiftNames.identifier($0.name) }.joined(separator: ", ")
    var text = [
      "// swift-format-ignore-file", "// Written by `xylem graph --format swift`.", "", "import Xylem", "",
      "/// Features of \(modelName) in \(plan.mode.rawValue) mode: \(features).", "///",
      "///     let features = try \(typeName)(weights: weights)(\(call))", "///",
      "/// Each statement is a node of the model's trace, and each gives the bits that the model gives.",
      "final class \(typeName) {",
      "  /// The model's parameters and buffers by the keys of its state dict.",
      "  var weights: [String: Tensor]", "",
      "  /// Creates the model from its weights. Keys that it does not read are ignored.",
      "  init(weights: [String: Tensor]) { self.weights = weights }", "",
      "  /// The features by their keys.",
      "  func callAsFunction(\(parameters.joined(separator: ", "))) throws -> [String: Tensor] {",
    ]
    text += lines.map { $0.isEmpty ? $0 : "    " + $0 }
    text += ["    return ["] + entries + ["    ]", "  }"]
    if !helpers.isEmpty {
      text += [
        "", "  /// What the weights lack, or an assumption of the trace that a call breaks.",
        "  struct Failure: Error { let reason: String }",
      ]
    }
    text += Self.helpers.filter { helpers.contains($0.name) }.flatMap { [""] + $0.lines }
    text += ["}", ""]
    return text.joined(separator: "\n")
  }

  private mutating func parameter(_ argument: Placeholder, _ slot: Int) throws -> String {
    let declared = arguments.indices.contains(argument.position) ? arguments[argument.position] : nil
    if let structure = declared?.structure, structure != .value {
      throw unwritable("the argument '\(argument.name)' is a structure of tensors")
    }
    let name = names.unique(argument.name)
    let isTensor = declared.map { $0.type == .tensor } ?? true
    slots[slot] = Place(text: name, form: isTensor ? .tensor : .value)
    return "_ \(name): \(isTensor ? "Tensor" : "Value")"
  }

  // MARK: - Instructions

  private mutating func write(_ instruction: Program.Instruction) throws {
    let node = plan.origins[instruction.origin]
    for position in instruction.mayOverwrite { try protect(position) }
    mark(node)
    do {
      switch instruction.action {
      case .callOperator(let op): try call(op, instruction, node)
      case .call:
        throw unwritable(
          "it calls code of the archive",
          remedies: Audience.remedies(
            program: ["TraceOptions(policy: LeafPolicy(includesDefaults: false))  // traces through it"],
            commandLine: []))
      case .host: throw unwritable("it calls a plugin, or Swift code that looks at sizes while it runs")
      case .copy: slots[instruction.results[0]] = try place(instruction.operands[0])
      case .element(let index):
        helpers.insert("element")
        bind(instruction, node, "try element(\(try value(instruction.operands[0])), \(index))", .value)
      case .field(let name):
        throw unwritable("it reads the field '\(name)' of an object")
      case .readAttribute: slots[instruction.results[0]] = Place(text: try weight(of: node), form: .tensor)
      case .writeAttribute:
        guard case .setAttribute(let path) = node.operation else { throw unwritable("it writes an attribute") }
        let value = try place(instruction.operands[0])
        lines.append(
          "weights[\(SwiftLiterals.string(path))] = \(value.form == .tensor ? value.text : "try tensor(\(value.text))")"
        )
        if value.form != .tensor { helpers.insert("tensor") }
        weights[path] = nil
      case .check(let expected):
        helpers.insert("require")
        let message = Self.message(of: node)
        lines.append(
          "try require(\(try value(instruction.operands[0])), \(expected), \(SwiftLiterals.string(message)))")
      }
    } catch let error as XylemError {
      throw ExtractErrors.unsavable(at: node, error)
    }
  }

  private mutating func call(_ op: TensorOperator, _ instruction: Program.Instruction, _ node: Node) throws {
    let schema = op.schema
    guard !schema.name.hasSuffix("_autocast") else { throw unwritable("it has a block of autocast") }
    let facts = try op.facts
    let arguments = try instruction.operands.map { try argument($0) }.joined(separator: ", ")
    var callee: String
    if schema.name.hasPrefix("aten::"),
      SwiftNames.identifier(String(schema.name.dropFirst(6))) == schema.name.dropFirst(6)
    {
      callee = "ATen.\(schema.name.dropFirst(6))"
      if facts.isOverloaded { callee += ".\(schema.overload.isEmpty ? "default" : schema.overload)" }
    } else {
      callee = "OperatorCall(\(SwiftLiterals.string(schema.name)), overload: \(SwiftLiterals.string(schema.overload)))"
    }
    let isOne = facts.results.count == 1
    bind(
      instruction, node, "try \(callee)(\(arguments))",
      isOne ? facts.results[0] == "Tensor" ? .tensor : .value : .values)
  }

  /// Gives the results of an instruction names.
  private mutating func bind(_ instruction: Program.Instruction, _ node: Node, _ text: String, _ form: Form) {
    guard instruction.results.contains(where: read.contains) else {
      lines.append(form == .tensor ? text : "let _: \(form == .value ? "Value" : "[Value]") = \(text)")
      return
    }
    let name = names.unique(node.name)
    switch form {
    case .tensor, .value:
      lines.append("let \(name)\(form == .value ? ": Value" : "") = \(text)")
      slots[instruction.results[0]] = Place(text: name, form: form)
    case .values:
      lines.append("let \(name): [Value] = \(text)")
      for (index, slot) in instruction.results.enumerated() {
        slots[slot] = Place(text: "\(name)[\(index)]", form: .value)
      }
    }
  }

  /// Begins the code of another module.
  private mutating func mark(_ node: Node) {
    guard section != node.modulePath else { return }
    section = node.modulePath
    if !lines.isEmpty { lines.append("") }
    if !node.modulePath.isEmpty { lines.append("// \(node.modulePath)") }
  }

  private mutating func protect(_ position: Int) throws {
    for (index, output) in outputs.enumerated() where output.protected == position && copies[index] == nil {
      let name = names.unique(output.key + "_copy")
      lines.append("let \(name) = try ATen.clone(\(try asTensor(part(output), output)), nil)")
      copies[index] = name
    }
  }

  private mutating func part(_ output: PlanOutput) throws -> Place {
    var found = try place(output.operand)
    for step in output.steps {
      guard case .index(let index) = step else { throw output.unsavable(type: "a part of a dictionary") }
      helpers.insert("element")
      found = Place(text: "element(\(found.text), \(index))", form: .value)
    }
    return found
  }

  private mutating func asTensor(_ place: Place, _ output: PlanOutput) throws -> String {
    if place.form == .tensor { return place.text }
    helpers.insert("tensor")
    return "try tensor(\(place.text))"
  }

  // MARK: - Operands

  private mutating func place(_ operand: Program.Operand) throws -> Place {
    switch operand {
    case .slot(let slot):
      guard let place = slots[slot] else { throw unwritable("a value is read that was not computed") }
      return place
    case .constant(.tensor(let tensor)): return Place(text: try constant(tensor), form: .tensor)
    default: return Place(text: try value(operand), form: .value)
    }
  }

  /// An operand as an argument of an operator.
  private mutating func argument(_ operand: Program.Operand) throws -> String {
    switch operand {
    case .slot, .constant(.tensor): return try place(operand).text
    case .constant(.literal(let literal)): return SwiftLiterals.argument(literal)
    case .constant(let constant): return try argument(Self.unpacked(constant))
    case .list(let elements, _):
      let numbers = elements.compactMap { element -> String? in
        guard case .constant(.literal(let literal)) = element, literal.number != nil else { return nil }
        return SwiftLiterals.argument(literal)
      }
      let places = elements.compactMap { element -> Place? in
        if case .slot(let slot) = element { slots[slot] } else { nil }
      }
      if !elements.isEmpty, numbers.count == elements.count { return "[" + numbers.joined(separator: ", ") + "]" }
      if !elements.isEmpty, places.count == elements.count, places.allSatisfy({ $0.form == places[0].form }) {
        return "[" + places.map(\.text).joined(separator: ", ") + "]"
      }
      return try value(operand)
    case .tuple, .dictionary: return try value(operand)
    }
  }

  /// An operand as a ``Value``.
  private mutating func value(_ operand: Program.Operand) throws -> String {
    switch operand {
    case .slot, .constant(.tensor):
      let found = try place(operand)
      return found.form == .tensor ? "Value.tensor(\(found.text))" : found.text
    case .constant(.literal(let literal)): return SwiftLiterals.value(literal)
    case .constant(let constant): return try value(Self.unpacked(constant))
    case .list(let elements, _): return "Value.list([\(try elements.map { try value($0) }.joined(separator: ", "))])"
    case .tuple(let elements, _):
      return "Value.tuple([\(try elements.map { try value($0) }.joined(separator: ", "))], names: [])"
    case .dictionary(let flat, _):
      let entries = try stride(from: 0, to: flat.count - 1, by: 2).map {
        "(key: \(try value(flat[$0])), value: \(try value(flat[$0 + 1])))"
      }
      return "Value.dictionary([\(entries.joined(separator: ", "))])"
    }
  }

  private static func unpacked(_ constant: Value) throws -> Program.Operand {
    switch try constant.unpacked() {
    case .literal(let literal): return .constant(.literal(literal))
    case .tensor(let tensor): return .constant(.tensor(tensor))
    case .list(let elements): return .list(try elements.map(unpacked), nil)
    case .tuple(let elements, _): return .tuple(try elements.map(unpacked), nil)
    case .dictionary(let entries):
      return .dictionary(try entries.flatMap { [try unpacked($0.key), try unpacked($0.value)] }, nil)
    case .object, .standIn: throw unwritable("it has a constant that is an object of the runtime")
    }
  }

  private mutating func constant(_ tensor: Tensor) throws -> String {
    if let key = keys[tensor.identity] { return weight(key) }
    guard let text = try SwiftLiterals.tensor(tensor) else {
      throw Self.unwritable("it has a constant of more than \(SwiftLiterals.mostElements) elements")
    }
    return "try \(text)"
  }

  private mutating func weight(of node: Node) throws -> String {
    guard case .attribute(let path) = node.operation else { throw unwritable("it reads an attribute") }
    guard node.valueType == .tensor else { throw unwritable("the attribute '\(path)' is not a tensor") }
    return weight(path)
  }

  private mutating func weight(_ key: String) -> String {
    if let known = weights[key] { return known }
    helpers.insert("weight")
    let name = names.unique(key)
    lines.append("let \(name) = try weight(\(SwiftLiterals.string(key)))")
    weights[key] = name
    return name
  }

  private static func message(of node: Node) -> String {
    guard case .guard(let assumption) = node.operation else { return "an assumption of the trace does not hold" }
    return assumption.message
  }

  private static func unwritable(_ reason: String, remedies: [String] = []) -> XylemError {
    XylemError(.extractUnsavable, "\(reason), which can't be written as Swift code", remedies: remedies)
  }

  private func unwritable(_ reason: String, remedies: [String] = []) -> XylemError {
    Self.unwritable(reason, remedies: remedies)
  }

  private static let helpers: [(name: String, lines: [String])] = [
    (
      "weight",
      [
        "  private func weight(_ key: String) throws -> Tensor {",
        "    guard let tensor = weights[key] else { throw Failure(reason: \"the weights have no '\\(key)'\") }",
        "    return tensor", "  }",
      ]
    ),
    (
      "element",
      [
        "  private func element(_ value: Value, _ index: Int) throws -> Value {",
        "    switch try value.unpacked() {",
        "    case .list(let elements) where elements.indices.contains(index): elements[index]",
        "    case .tuple(let elements, _) where elements.indices.contains(index): elements[index]",
        "    default: throw Failure(reason: \"there is no element \\(index)\")", "    }", "  }",
      ]
    ),
    (
      "tensor",
      [
        "  private func tensor(_ value: Value) throws -> Tensor {",
        "    guard let tensor = value.tensor else { throw Failure(reason: \"a value is not a tensor\") }",
        "    return tensor", "  }",
      ]
    ),
    (
      "require",
      [
        "  private func require(_ condition: Value, _ expected: Bool, _ message: String) throws {",
        "    let isTrue = try condition.tensor.map { try $0.item() != 0 } ?? (condition.literal == .bool(true))",
        "    guard isTrue == expected else { throw Failure(reason: message) }", "  }",
      ]
    ),
  ]
}
