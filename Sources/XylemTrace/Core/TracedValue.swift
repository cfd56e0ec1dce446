internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// A value of the model's code while it is traced: known now, or the result of a node.
enum TracedValue {
  case literal(Literal)
  /// Known only at run time.
  case symbol(NodeID)
  /// A string with parts, in braces, that are known only at run time, and the node that creates it.
  case message(String, NodeID)
  /// A tensor that holds a number of the code, as traced archives have it for sizes.
  case number(TracedNumber)
  /// A tensor or other object of the model, read on first use.
  case attribute(TracedAttribute)
  /// A module of the model.
  case module(ScriptModule)
  case list(TracedList)
  case tuple(TracedTuple)
  case dictionary(TracedDictionary)
  /// An object that the model's code created.
  case object(TracedObject)
  case function(ScriptFunction)
  /// A tensor or other object that is written in the code.
  case constant(CodeReference, Value)
  /// The result of a fork.
  indirect case future(TracedValue)
  /// Never read by running code.
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
  /// The node, if it became known only at run time, after a region changed it.
  var symbol: NodeID?
  /// Whether a region may have changed it as part of another container, so that its contents are unknown.
  var isLost = false
  /// The attribute that it was read from, if any.
  let origin: String?
  /// The type that the code made it with, if it did: an empty list also has one.
  let type: ScriptType?

  init(_ elements: [TracedValue], origin: String? = nil, type: ScriptType? = nil) {
    self.elements = elements
    self.origin = origin
    self.type = type
  }

  deinit {
    var release = ContainerRelease()
    release.take(elements)
    elements = []
    release.run()
  }
}

/// A tuple, which never changes. It is an object, so that a walk can recognise a visited one.
final class TracedTuple {
  private(set) var elements: [TracedValue]
  let names: [String]
  /// As for ``TracedList``.
  let type: ScriptType?

  init(_ elements: [TracedValue], names: [String], type: ScriptType? = nil) {
    self.elements = elements
    self.names = names
    self.type = type
  }

  /// The elements, for the release of the tuple.
  fileprivate func handOver() -> [TracedValue] {
    defer { elements = [] }
    return elements
  }

  deinit {
    var release = ContainerRelease()
    release.take(elements)
    elements = []
    release.run()
  }
}

/// A dictionary that the model's code holds by reference, in insertion order, with few entries.
final class TracedDictionary {
  var entries: [(key: TracedValue, value: TracedValue)]
  /// As for ``TracedList``.
  var symbol: NodeID?
  /// As for ``TracedList``.
  var isLost = false
  let origin: String?
  /// As for ``TracedList``.
  let type: ScriptType?

  init(_ entries: [(key: TracedValue, value: TracedValue)], origin: String? = nil, type: ScriptType? = nil) {
    self.entries = entries
    self.origin = origin
    self.type = type
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
  static var none: TracedValue { .literal(.none) }
  static func bool(_ value: Bool) -> TracedValue { .literal(.bool(value)) }
  static func int(_ value: Int) -> TracedValue { .literal(.int(value)) }
  static func float(_ value: Double) -> TracedValue { .literal(.float(value)) }
  static func tuple(_ elements: [TracedValue], names: [String] = []) -> TracedValue {
    .tuple(TracedTuple(elements, names: names))
  }

  /// The literal, if the value is one. Containers are not.
  var literal: Literal? {
    if case .literal(let literal) = self { return literal }
    return nil
  }

  /// The value by which dictionary keys are compared, as in the runtime. Nil for values that are not literals, for `None`,
  /// and for a NaN, which equals no key.
  var literalKey: Literal? {
    switch self {
    case .literal(.none): nil
    case .literal(.float(let value)): value.isNaN ? nil : .float(value == 0 ? 0 : value)
    case .literal(let literal): literal
    default: nil
    }
  }

  /// The enumeration case of the value, read from the model or written in its code.
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

  /// The kind of value, in words.
  var kindDescription: String {
    switch self {
    case .literal(let literal): literal.kindDescription
    case .message: "a string"
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

/// Releases containers one after another: nested containers that release each other would use stack space for each
/// level.
private struct ContainerRelease {
  private var lists: [TracedList] = []
  private var dictionaries: [TracedDictionary] = []
  private var tuples: [TracedTuple] = []

  /// Takes the containers in values.
  mutating func take(_ values: some Sequence<TracedValue>) {
    for value in values {
      switch value {
      case .list(let list): lists.append(list)
      case .dictionary(let dictionary): dictionaries.append(dictionary)
      case .tuple(let tuple): tuples.append(tuple)
      default: break
      }
    }
  }

  /// Empties the containers that have no other owner, and those in them.
  mutating func run() {
    while !lists.isEmpty || !dictionaries.isEmpty || !tuples.isEmpty {
      if var list = lists.popLast(), isKnownUniquelyReferenced(&list) {
        take(list.elements)
        list.elements = []
      }
      if var dictionary = dictionaries.popLast(), isKnownUniquelyReferenced(&dictionary) {
        take(dictionary.entries.lazy.map { $0.value })
        dictionary.entries = []
      }
      if var tuple = tuples.popLast(), isKnownUniquelyReferenced(&tuple) { take(tuple.handOver()) }
    }
  }
}
