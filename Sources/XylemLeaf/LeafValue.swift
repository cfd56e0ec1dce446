internal import CXylem

/// An argument or result of a leaf module's call.
///
/// Results are ``none``, numbers, Booleans and tensors.
public enum LeafValue: Sendable {
  /// `None`.
  case none
  /// A Boolean.
  case bool(Bool)
  /// An integer.
  case int(Int)
  /// A number.
  case float(Double)
  /// A string.
  case string(String)
  /// A tensor.
  case tensor(LeafTensor)
  /// A list or a tuple.
  case list([LeafValue])

  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a Boolean"
    case .int: "an integer"
    case .float: "a number"
    case .string: "a string"
    case .tensor: "a tensor"
    case .list: "a list"
    }
  }

  init(_ argument: xylem_argument, for lease: Lease) throws(LeafError) {
    switch unsafe argument.kind {
    case XYLEM_ARGUMENT_NONE.rawValue: self = .none
    case XYLEM_ARGUMENT_BOOL.rawValue: self = unsafe .bool(argument.as.integer != 0)
    case XYLEM_ARGUMENT_INT.rawValue: self = unsafe .int(Int(argument.as.integer))
    case XYLEM_ARGUMENT_FLOAT.rawValue: self = unsafe .float(argument.as.number)
    case XYLEM_ARGUMENT_STRING.rawValue:
      self = unsafe .string(argument.as.string.map { unsafe String(cString: $0) } ?? "")
    case XYLEM_ARGUMENT_TENSOR.rawValue:
      guard let tensor = unsafe argument.as.tensor else { throw LeafError("the host passed a null tensor") }
      self = unsafe .tensor(try LeafTensor(tensor, for: lease))
    case XYLEM_ARGUMENT_LIST.rawValue:
      self = unsafe .list(try Self.list(argument.as.elements, Int(argument.count), for: lease))
    default: throw unsafe LeafError("the host passed a value of an unknown kind: \(argument.kind)")
    }
  }

  static func list(
    _ elements: UnsafePointer<xylem_argument>?, _ count: Int, for lease: Lease
  ) throws(LeafError) -> [LeafValue] {
    guard count > 0, let elements = unsafe elements else { return [] }
    var list: [LeafValue] = []
    list.reserveCapacity(count)
    for i in 0..<count { unsafe list.append(try LeafValue(elements[i], for: lease)) }
    return list
  }

  /// The value as a result for the host, which owns the tensor in it.
  func given() throws(LeafError) -> xylem_argument {
    var argument = unsafe xylem_argument()
    switch self {
    case .none: unsafe argument.kind = XYLEM_ARGUMENT_NONE.rawValue
    case .bool(let truth):
      unsafe argument.kind = XYLEM_ARGUMENT_BOOL.rawValue
      unsafe argument.as.integer = truth ? 1 : 0
    case .int(let number):
      unsafe argument.kind = XYLEM_ARGUMENT_INT.rawValue
      unsafe argument.as.integer = Int64(number)
    case .float(let number):
      unsafe argument.kind = XYLEM_ARGUMENT_FLOAT.rawValue
      unsafe argument.as.number = number
    case .tensor(let tensor):
      unsafe argument.kind = XYLEM_ARGUMENT_TENSOR.rawValue
      unsafe argument.as.tensor = unsafe try tensor.given()
    case .string, .list: throw LeafError("\(kind) can't be a result of a leaf module")
    }
    return unsafe argument
  }
}

/// The arguments or results of a call, in order.
public struct LeafValues: Sendable {
  private let values: [LeafValue]
  private let writable: [Int: WritableLeafTensor]

  init(_ values: [LeafValue], writable: [Int: WritableLeafTensor] = [:]) {
    self.values = values
    self.writable = writable
  }

  /// The number of values.
  public var count: Int { values.count }

  /// The value at a position.
  ///
  /// - Throws: ``LeafError`` if there are fewer values. The other accessors also throw it for values of another kind.
  public subscript(position: Int) -> LeafValue {
    get throws(LeafError) {
      guard values.indices.contains(position) else {
        throw LeafError("argument \(position) is missing; there are \(count)")
      }
      return values[position]
    }
  }

  /// A tensor.
  public func tensor(_ position: Int) throws(LeafError) -> LeafTensor {
    guard case .tensor(let tensor) = try self[position] else { throw try mismatch(position, "a tensor") }
    return tensor
  }

  /// A tensor. Nil for `None` and for a missing argument.
  public func optionalTensor(_ position: Int) throws(LeafError) -> LeafTensor? {
    guard position < count else { return nil }
    if case .none = try self[position] { return nil }
    return try tensor(position)
  }

  /// A writable tensor. The leaf's declaration must list the argument as written.
  public func writableTensor(_ position: Int) throws(LeafError) -> WritableLeafTensor {
    guard let tensor = writable[position] else { throw try mismatch(position, "a tensor that may be written") }
    return tensor
  }

  /// A list of tensors.
  public func tensors(_ position: Int) throws(LeafError) -> [LeafTensor] {
    guard case .list(let list) = try self[position] else { throw try mismatch(position, "a list of tensors") }
    return try list.map { element throws(LeafError) in
      guard case .tensor(let tensor) = element else { throw try mismatch(position, "a list of tensors") }
      return tensor
    }
  }

  /// A number.
  public func float(_ position: Int) throws(LeafError) -> Double {
    switch try self[position] {
    case .float(let number): return number
    case .int(let number): return Double(number)
    default: throw try mismatch(position, "a number")
    }
  }

  /// An integer.
  public func int(_ position: Int) throws(LeafError) -> Int {
    guard case .int(let number) = try self[position] else { throw try mismatch(position, "an integer") }
    return number
  }

  /// A Boolean.
  public func bool(_ position: Int) throws(LeafError) -> Bool {
    guard case .bool(let truth) = try self[position] else { throw try mismatch(position, "a Boolean") }
    return truth
  }

  private func mismatch(_ position: Int, _ expected: String) throws(LeafError) -> LeafError {
    let found = try self[position].kind
    return LeafError("argument \(position) is \(found); \(expected) is expected")
  }
}
