/// A value of a module's attribute.
public enum LeafAttribute: Sendable, Hashable {
  /// `None`.
  case none
  /// A Boolean.
  case bool(Bool)
  /// An integer.
  case int(Int)
  /// A number with a decimal point or an exponent.
  case float(Double)
  /// A string.
  case string(String)
  /// A list or a tuple.
  case list([LeafAttribute])

  fileprivate var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a Boolean"
    case .int: "an integer"
    case .float: "a number"
    case .string: "a string"
    case .list: "a list"
    }
  }
}

/// The plain attributes of the module that a leaf replaces, by name.
///
/// Access to an attribute that does not exist, or has another type, throws an error that names it.
public struct LeafAttributes: Sendable {
  /// All attributes.
  public let values: [String: LeafAttribute]

  init(json: String) throws(LeafError) {
    var reader = JSONReader(json)
    values = try reader.object()
  }

  /// The value, or nil if there is no such attribute.
  public subscript(name: String) -> LeafAttribute? { values[name] }

  /// An integer.
  public func int(_ name: String) throws(LeafError) -> Int {
    guard case .int(let number) = try value(name) else { throw try mismatch(name, "an integer") }
    return number
  }

  /// A number.
  public func float(_ name: String) throws(LeafError) -> Double {
    switch try value(name) {
    case .float(let number): return number
    case .int(let number): return Double(number)
    default: throw try mismatch(name, "a number")
    }
  }

  /// A Boolean.
  public func bool(_ name: String) throws(LeafError) -> Bool {
    guard case .bool(let truth) = try value(name) else { throw try mismatch(name, "a Boolean") }
    return truth
  }

  /// A string.
  public func string(_ name: String) throws(LeafError) -> String {
    guard case .string(let text) = try value(name) else { throw try mismatch(name, "a string") }
    return text
  }

  /// A list of integers, as in `kernel_size`.
  public func ints(_ name: String) throws(LeafError) -> [Int] {
    guard case .list(let list) = try value(name) else { throw try mismatch(name, "a list of integers") }
    return try list.map { element throws(LeafError) in
      guard case .int(let number) = element else { throw try mismatch(name, "a list of integers") }
      return number
    }
  }

  private func value(_ name: String) throws(LeafError) -> LeafAttribute {
    guard let value = values[name] else {
      throw LeafError.missing("attribute", name, among: values.keys.sorted())
    }
    return value
  }

  private func mismatch(_ name: String, _ expected: String) throws(LeafError) -> LeafError {
    LeafError("the attribute '\(name)' is \(try value(name).kind); \(expected) is expected")
  }
}

/// The tensors of the module that a leaf replaces, by name: parameters and buffers.
public struct LeafTensors: Sendable {
  let tensors: [String: LeafTensor]

  /// The tensor, or nil if the module has none with that name (`bias=False`).
  public subscript(name: String) -> LeafTensor? { tensors[name] }

  /// The tensor with a name.
  ///
  /// - Throws: ``LeafError`` if the module has none, with the names of its tensors.
  public func require(_ name: String) throws(LeafError) -> LeafTensor {
    guard let tensor = tensors[name] else {
      throw LeafError.missing("tensor", name, among: tensors.keys.sorted())
    }
    return tensor
  }
}
