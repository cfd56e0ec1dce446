/// A value of a module's attribute.
public enum LeafAttribute: Sendable, Hashable {
  /// `None`.
  case none
  /// A truth value.
  case bool(Bool)
  /// A whole number.
  case int(Int)
  /// A number with a point or an exponent.
  case float(Double)
  /// A text.
  case string(String)
  /// A list or a tuple.
  case list([LeafAttribute])

  fileprivate var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .int: "a whole number"
    case .float: "a number"
    case .string: "a text"
    case .list: "a list"
    }
  }
}

/// The plain attributes of the module that a leaf stands for, by name.
///
/// Every access to what isn't there, or is something else, throws an error that names the attribute.
public struct LeafAttributes: Sendable {
  /// All of them.
  public let values: [String: LeafAttribute]

  init(json: String) throws(LeafError) {
    var reader = JSONReader(json)
    values = try reader.object()
  }

  /// The value, or nil where there is no such attribute.
  public subscript(name: String) -> LeafAttribute? { values[name] }

  /// A whole number.
  public func int(_ name: String) throws(LeafError) -> Int {
    guard case .int(let number) = try value(name) else { throw try mismatch(name, "a whole number") }
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

  /// A truth value.
  public func bool(_ name: String) throws(LeafError) -> Bool {
    guard case .bool(let truth) = try value(name) else { throw try mismatch(name, "a truth value") }
    return truth
  }

  /// A text.
  public func string(_ name: String) throws(LeafError) -> String {
    guard case .string(let text) = try value(name) else { throw try mismatch(name, "a text") }
    return text
  }

  /// A list of whole numbers, as in `kernel_size`.
  public func ints(_ name: String) throws(LeafError) -> [Int] {
    guard case .list(let list) = try value(name) else { throw try mismatch(name, "a list of whole numbers") }
    return try list.map { element throws(LeafError) in
      guard case .int(let number) = element else { throw try mismatch(name, "a list of whole numbers") }
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

/// The tensors of the module that a leaf stands for, by name: parameters and buffers.
public struct LeafTensors: Sendable {
  let tensors: [String: LeafTensor]

  /// The tensor, or nil where the module has none of that name (`bias=False`).
  public subscript(name: String) -> LeafTensor? { tensors[name] }

  /// The tensor of a name.
  ///
  /// - Throws: ``LeafError`` where the module has none, with the names of those it has.
  public func require(_ name: String) throws(LeafError) -> LeafTensor {
    guard let tensor = tensors[name] else {
      throw LeafError.missing("tensor", name, among: tensors.keys.sorted())
    }
    return tensor
  }
}
