internal import XylemGraph
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
