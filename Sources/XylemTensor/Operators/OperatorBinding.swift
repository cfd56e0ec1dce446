internal import XylemGraph

/// Puts a call's arguments in the order that a schema declares, if it takes them.
struct OperatorBinding {
  let schema: OperatorSchema
  /// Why it does not take the arguments.
  private(set) var reason = ""

  init(schema: OperatorSchema) { self.schema = schema }

  /// The arguments in order, converted to the declared types, up to the last one that was given. Nil if the schema
  /// does not take them.
  mutating func bind(_ positional: [Value], _ named: [(name: String, value: Value)]) -> [Value]? {
    let declared = schema.arguments
    guard positional.count <= declared.count else {
      return refuse("it takes \(declared.count) argument\(declared.count == 1 ? "" : "s")")
    }
    var given: [Value?] = positional + [Value?](repeating: nil, count: declared.count - positional.count)
    for (name, value) in named {
      guard let position = declared.firstIndex(where: { $0.name == name }) else {
        return refuse("it has no argument '\(name)'")
      }
      guard given[position] == nil else { return refuse("the argument '\(name)' is given twice") }
      given[position] = value
    }
    let last = given.lastIndex { $0 != nil } ?? -1
    var bound: [Value] = []
    for (position, argument) in declared.enumerated() {
      guard let value = given[position] else {
        guard let standard = argument.defaultValue else { return refuse("the argument '\(argument.name)' is missing") }
        if position < last { bound.append(standard) }
        continue
      }
      guard let fitting = Self.fit(value, argument.type, listSize: argument.listSize) else {
        return refuse("'\(argument.name)' is a \(argument.type.name)")
      }
      bound.append(fitting)
    }
    return bound
  }

  private mutating func refuse(_ reason: String) -> [Value]? {
    self.reason = reason
    return nil
  }

  /// A value as an argument of a declared type. Nil if it is none.
  private static func fit(_ value: Value, _ type: ScriptType, listSize: Int) -> Value? {
    switch type.kind {
    case .any: return value
    case .optional:
      if case .literal(.none) = value { return value }
      return type.contained.first.flatMap { fit(value, $0, listSize: listSize) }
    case .list: return fitList(value, type, listSize)
    case .tuple: return fitTuple(value, type)
    case .tensor, .int, .float, .bool, .number, .string, .none: return fitSimple(value, type.kind)
    case .dictionary, .module, .object, .interface, .function: return fitObject(value, type)
    case .other: return fitOther(value, type)
    }
  }

  private static func fitSimple(_ value: Value, _ kind: ScriptType.Kind) -> Value? {
    switch (kind, value) {
    case (.tensor, .tensor), (.int, .literal(.int)), (.float, .literal(.float)), (.bool, .literal(.bool)),
      (.string, .literal(.string)), (.none, .literal(.none)), (.number, .literal(.int)), (.number, .literal(.float)),
      (.number, .literal(.bool)), (.number, .literal(.complex)):
      return value
    case (.float, .literal(.int(let number))): return .float(Double(number))
    case (_, .standIn(let standIn)): return takes(kind, standIn.type) ? value : nil
    default: return nil
    }
  }

  /// Whether a type takes values of a type that is known while a model is traced.
  private static func takes(_ kind: ScriptType.Kind, _ type: String) -> Bool {
    switch kind {
    case .int: type == "int"
    case .float: type == "float"
    case .bool: type == "bool"
    case .string: type == "str"
    case .number: ["int", "float", "bool", "complex", "number", "Scalar"].contains(type)
    default: false
    }
  }

  private static func fitList(_ value: Value, _ type: ScriptType, _ listSize: Int) -> Value? {
    guard let element = type.contained.first else { return nil }
    switch value {
    case .list(let elements), .tuple(let elements, _):
      let fitting = elements.compactMap { fit($0, element, listSize: 0) }
      return fitting.count == elements.count ? .list(fitting) : nil
    case .standIn(let standIn):
      if standIn.type == type.name { return value }
      guard listSize > 0, let fitting = fit(value, element, listSize: 0) else { return nil }
      return .list([Value](repeating: fitting, count: listSize))
    case .object(let object): return object.kind == .list ? value : nil
    default:
      // One number stands for all of a list of a declared length, as in PyTorch.
      guard listSize > 0, element.kind != .string, let fitting = fit(value, element, listSize: 0) else { return nil }
      return .list([Value](repeating: fitting, count: listSize))
    }
  }

  private static func fitTuple(_ value: Value, _ type: ScriptType) -> Value? {
    switch value {
    case .tuple(let elements, let names):
      let declared = type.contained
      guard elements.count == declared.count else { return nil }
      let fitting = zip(elements, declared).compactMap { fit($0, $1, listSize: 0) }
      return fitting.count == elements.count ? .tuple(fitting, names: names) : nil
    case .standIn(let standIn): return standIn.type == type.name ? value : nil
    case .object(let object): return object.kind == .tuple ? value : nil
    default: return nil
    }
  }

  private static func fitObject(_ value: Value, _ type: ScriptType) -> Value? {
    switch value {
    case .dictionary: return type.kind == .dictionary ? value : nil
    case .object: return value
    case .standIn(let standIn): return standIn.type == type.name ? value : nil
    default: return nil
    }
  }

  private static func fitOther(_ value: Value, _ type: ScriptType) -> Value? {
    switch (type.name, value) {
    case ("Device", .literal(.string(let name))): return .device(name)
    case ("Device", .literal(.device)), ("complex", .literal(.complex)): return value
    case ("complex", .literal(.float(let number))): return .complex(number, 0)
    case ("complex", .literal(.int(let number))): return .complex(Double(number), 0)
    case (let name, .standIn(let standIn)): return standIn.type == name || isVariable(name) ? value : nil
    case (let name, .object): return name == "complex" || name == "Device" ? nil : value
    case (let name, _): return isVariable(name) ? value : nil
    }
  }

  /// Whether a type's name is a variable's, such as `t` in `List[t]`, which stands for any type.
  private static func isVariable(_ name: String) -> Bool { name.first == "t" }
}
