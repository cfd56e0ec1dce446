internal import XylemFiles
internal import XylemGraph
public import XylemTensor

/// What a plugin's code receives of a module that it replaces.
public struct LeafContents: Sendable {
  /// The module's plain attributes: numbers, Booleans, strings, `None`, and lists and tuples of those.
  public var attributes: [(name: String, value: Value)]
  /// Returns the module's own tensors by name, as they are at that moment.
  public var tensors: @Sendable () -> [(name: String, tensor: Tensor)]

  /// Creates contents from attributes and tensors.
  public init(
    attributes: [(name: String, value: Value)], tensors: @escaping @Sendable () -> [(name: String, tensor: Tensor)]
  ) {
    self.attributes = attributes
    self.tensors = tensors
  }

  /// The attributes as a JSON object without whitespace, sorted by name. Values that are not plain are left out;
  /// numbers that JSON can't express are null.
  package var json: String {
    let members = attributes.compactMap { entry -> (String, String)? in
      Self.json(of: entry.value).map { (entry.name, $0) }
    }
    let sorted = members.sorted { $0.0 < $1.0 }
    return "{" + sorted.map { JSONText.quoted($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
  }

  /// Whether a value can be written as JSON.
  package static func isPlain(_ value: Value) -> Bool { json(of: value) != nil }

  private static func json(of value: Value) -> String? {
    switch value {
    case .literal(.none): return "null"
    case .literal(.bool(let flag)): return flag ? "true" : "false"
    case .literal(.int(let number)): return String(number)
    case .literal(.float(let number)): return number.isFinite ? "\(number)" : "null"
    case .literal(.string(let text)): return JSONText.quoted(text)
    case .list(let elements), .tuple(let elements, _):
      var parts: [String] = []
      for element in elements {
        guard let part = json(of: element) else { return nil }
        parts.append(part)
      }
      return "[" + parts.joined(separator: ",") + "]"
    case .object:
      guard let unpacked = try? value.unpacked() else { return nil }
      if case .object = unpacked { return nil }
      return json(of: unpacked)
    case .literal, .tensor, .dictionary, .standIn: return nil
    }
  }
}
