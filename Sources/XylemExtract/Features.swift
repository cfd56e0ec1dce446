public import XylemErrors
internal import XylemGraph
public import XylemNN
public import XylemTensor

/// The result of an extractor: values by key, in the order of the requests.
public struct Features: Sendable {
  /// The keys in order.
  public let keys: [String]
  /// The values, one for each key. Two keys may share one tensor.
  public let values: [Value]
  /// The keys whose values were copied because the model overwrites them later.
  public let copiedKeys: [String]

  init(keys: [String], values: [Value], copiedKeys: [String]) {
    self.keys = keys
    self.values = values
    self.copiedKeys = copiedKeys
  }

  /// The value of a key, or nil.
  public subscript(key: String) -> Value? {
    keys.firstIndex(of: key).map { values[$0] }
  }

  /// The tensor of a key.
  ///
  ///     let mean = try extractor(image)["layer3"].mean()
  ///
  /// Where both a tensor and a `Value?` fit, it is the `Value?`.
  ///
  /// - Throws: `extract.unknown-node` if there is no such key; `extract.no-tensor` if its value is not a tensor.
  @_disfavoredOverload
  public subscript(key: String) -> Tensor {
    get throws(XylemError) {
      guard let index = keys.firstIndex(of: key) else { throw ExtractErrors.unknownKey(key, keys) }
      return try tensor(at: index)
    }
  }

  /// The tensor of the only key.
  ///
  /// - Throws: `extract.unknown-node` if there are several keys; `extract.no-tensor` if the value is not a tensor.
  public var tensor: Tensor {
    get throws(XylemError) {
      guard keys.count == 1 else { throw ExtractErrors.severalKeys(keys) }
      return try tensor(at: 0)
    }
  }

  private func tensor(at index: Int) throws(XylemError) -> Tensor {
    switch values[index] {
    case .tensor(let tensor): return tensor
    case .standIn(let standIn): return Tensor(standIn)
    default: throw ExtractErrors.notATensor(keys[index], try values[index].kindDescription)
    }
  }

  /// All tensors with their keys. Parts of structured values have the keys `key.0`, `key.name` and so on.
  ///
  /// - Throws: `runtime.tensor`.
  public func tensors() throws -> [(key: String, tensor: Tensor)] {
    var found: [(key: String, tensor: Tensor)] = []
    for (key, value) in zip(keys, values) { try Self.collect(value, key, &found) }
    return found
  }

  private static func collect(_ value: Value, _ key: String, _ found: inout [(key: String, tensor: Tensor)]) throws {
    switch try value.unpacked() {
    case .tensor(let tensor): found.append((key, tensor))
    case .list(let elements):
      for (index, element) in elements.enumerated() { try collect(element, "\(key).\(index)", &found) }
    case .tuple(let elements, let names):
      for (index, element) in elements.enumerated() {
        try collect(element, "\(key).\(names.indices.contains(index) ? names[index] : String(index))", &found)
      }
    case .dictionary(let entries):
      for entry in entries {
        let name =
          switch entry.key {
          case .literal(.string(let text)): text
          case .literal(.int(let number)): String(number)
          default: "?"
          }
        try collect(entry.value, "\(key).\(name)", &found)
      }
    default: break
    }
  }
}

extension Features: ModuleValue {
  /// `Dict[str, Tensor]`.
  public static var typeDescription: String { "Dict[str, Tensor]" }

  /// The values by key, in order.
  public var moduleValue: Value { .dictionary(zip(keys, values).map { (.string($0), $1) }) }

  /// The entries of a dictionary with string keys.
  public init(moduleValue: Value) throws(XylemError) {
    guard case .dictionary(let entries) = try moduleValue.unpacked() else {
      throw XylemError(
        .modelArgument, "a value of type \(Self.typeDescription) was expected",
        cause: Reason("it is \(try moduleValue.kindDescription)"))
    }
    var keys: [String] = []
    for entry in entries {
      guard case .literal(.string(let key)) = entry.key else {
        throw XylemError(
          .modelArgument, "the keys of features are strings",
          cause: Reason("a key is \(try entry.key.kindDescription)"))
      }
      keys.append(key)
    }
    self.init(keys: keys, values: entries.map(\.value), copiedKeys: [])
  }
}
