internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// What a value of the model's code is while it is traced: known now, or the result of a node.
enum TracedValue {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case complex(Double, Double)
  case string(String)
  case device(String)
  /// Known only when the graph runs.
  case symbol(NodeID)
  /// A text with parts that are known only when running, which stand in braces, and the node that makes it.
  case message(String, NodeID)
  /// A tensor that holds a number of the code, as traced archives have it for sizes.
  case number(TracedNumber)
  /// A tensor or other object of the model, read when it is first used.
  case attribute(TracedAttribute)
  /// A module of the model.
  case module(ScriptModule)
  case list(TracedList)
  case tuple([TracedValue], names: [String])
  case dictionary(TracedDictionary)
  /// An object that the model's code made.
  case object(TracedObject)
  case function(ScriptFunction)
  /// A tensor or other object that is written in the code.
  case constant(CodeReference, Value)
  /// What a fork gives.
  indirect case future(TracedValue)
  /// Never read by code that runs.
  case uninitialized
}

/// An attribute of a module that has no literal form.
struct TracedAttribute {
  let path: String
  let value: Value
  let isParameter: Bool
  let type: String
}

/// A list that the model's code holds by reference.
final class TracedList {
  var elements: [TracedValue]
  /// Where it became known only when running, after a region changed it.
  var symbol: NodeID?
  /// Whether a region may have changed it as a part of another container: then nothing says what it holds.
  var isLost = false
  /// The attribute it was read from, where it was.
  let origin: String?

  init(_ elements: [TracedValue], origin: String? = nil) {
    self.elements = elements
    self.origin = origin
  }

  deinit {
    var release = ContainerRelease()
    release.take(elements)
    elements = []
    release.run()
  }
}

/// A dictionary that the model's code holds by reference; in insertion order, with few entries.
final class TracedDictionary {
  var entries: [(key: TracedValue, value: TracedValue)]
  /// As for ``TracedList``.
  var symbol: NodeID?
  /// As for ``TracedList``.
  var isLost = false
  let origin: String?

  init(_ entries: [(key: TracedValue, value: TracedValue)], origin: String? = nil) {
    self.entries = entries
    self.origin = origin
  }

  deinit {
    var release = ContainerRelease()
    release.take(entries.lazy.map { $0.value })
    entries = []
    release.run()
  }

  func index(of key: TracedValue) -> Int? {
    entries.firstIndex { $0.key.literalKey == key.literalKey && key.literalKey != nil }
  }
}

/// An object of a class of the archive's code, with its fields.
final class TracedObject {
  let type: ScriptType
  var fields: [String: TracedValue] = [:]

  init(type: ScriptType) { self.type = type }
}

extension TracedValue {
  /// A value that dictionary keys are compared by; nil for what is no literal.
  var literalKey: Argument? {
    switch self {
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .float(let value): .float(value)
    case .string(let value): .string(value)
    default: nil
    }
  }

  /// The case of an enumeration that the value is, read from the model or written in its code.
  var enumeration: Value? {
    switch self {
    case .attribute(let attribute):
      if case .object(let object) = attribute.value, object.kind == .enumeration { return attribute.value }
    case .constant(_, let value):
      if case .object(let object) = value, object.kind == .enumeration { return value }
    default: break
    }
    return nil
  }

  /// Whether the value, with everything in it, is known now and needs no tensor.
  var isLiteral: Bool {
    switch self {
    case .none, .bool, .int, .float, .complex, .string, .device: true
    case .list(let list): list.symbol == nil && list.elements.allSatisfy(\.isLiteral)
    case .tuple(let elements, _): elements.allSatisfy(\.isLiteral)
    case .dictionary(let dictionary):
      dictionary.symbol == nil && dictionary.entries.allSatisfy { $0.key.isLiteral && $0.value.isLiteral }
    default: false
    }
  }

  /// Whether anything in the value is known only when running.
  var isSymbolic: Bool {
    switch self {
    case .symbol, .message, .number: true
    case .list(let list): list.symbol != nil || list.elements.contains(where: \.isSymbolic)
    case .tuple(let elements, _): elements.contains(where: \.isSymbolic)
    case .dictionary(let dictionary):
      dictionary.symbol != nil || dictionary.entries.contains { $0.key.isSymbolic || $0.value.isSymbolic }
    case .object(let object): object.fields.values.contains(where: \.isSymbolic)
    case .future(let value): value.isSymbolic
    default: false
    }
  }

  /// What the value is, for a person.
  var kindDescription: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .int: "an integer"
    case .float, .complex: "a number"
    case .string, .message: "a text"
    case .device: "a device"
    case .symbol, .number: "a value that depends on the input"
    case .attribute(let attribute): "the attribute \(attribute.path)"
    case .module(let module): "the module \(module.path)"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    case .object(let object): "an object of \(TypeName.readable(object.type.name))"
    case .function: "a function"
    case .constant: "a constant"
    case .future: "a future"
    case .uninitialized: "an unset value"
    }
  }
}

/// Lets go of containers one after another: nested ones that let go of each other would use a piece of stack for each level.
private struct ContainerRelease {
  private var lists: [TracedList] = []
  private var dictionaries: [TracedDictionary] = []

  /// Takes over the containers in values.
  mutating func take(_ values: some Sequence<TracedValue>) {
    for value in values {
      switch value {
      case .list(let list): lists.append(list)
      case .dictionary(let dictionary): dictionaries.append(dictionary)
      case .tuple(let elements, _): take(elements)
      default: break
      }
    }
  }

  /// Empties the containers that nobody else holds, and those in them.
  mutating func run() {
    while !lists.isEmpty || !dictionaries.isEmpty {
      if var list = lists.popLast(), isKnownUniquelyReferenced(&list) {
        take(list.elements)
        list.elements = []
      }
      if var dictionary = dictionaries.popLast(), isKnownUniquelyReferenced(&dictionary) {
        take(dictionary.entries.lazy.map { $0.value })
        dictionary.entries = []
      }
    }
  }
}

/// Makes runtime values of literals and back.
extension TracedValue {
  /// The runtime's value of a literal; nil for what is none.
  var literalValue: Value? {
    switch self {
    case .none: return Value.none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .float(let value): return .float(value)
    case .complex(let real, let imaginary): return .complex(real, imaginary)
    case .string(let value): return .string(value)
    case .device(let value): return .device(value)
    case .list(let list) where list.symbol == nil:
      let elements = list.elements.compactMap(\.literalValue)
      return elements.count == list.elements.count ? .list(elements) : nil
    case .tuple(let elements, let names):
      let values = elements.compactMap(\.literalValue)
      return values.count == elements.count ? .tuple(values, names: names) : nil
    case .dictionary(let dictionary) where dictionary.symbol == nil:
      var entries: [(key: Value, value: Value)] = []
      for entry in dictionary.entries {
        guard let key = entry.key.literalValue, let value = entry.value.literalValue else { return nil }
        entries.append((key, value))
      }
      return .dictionary(entries)
    default: return nil
    }
  }
}
