internal import XylemExtract
internal import XylemReport
internal import XylemRuntime

/// One value that was extracted; a structured feature has several.
struct FeatureEntry {
  /// What a value is.
  enum Content {
    case tensor(HostArray, FeatureSummary)
    /// A number or truth value, with its type's name.
    case scalar(JSONValue, type: String)
    /// Anything else, by its type's name; it has nothing to be written or summed up.
    case other(type: String)
  }

  let key: String
  let node: String
  let content: Content

  /// Every value of the features, in order: parts of structures as `key.0`, `key.name`.
  ///
  /// - Parameter nodes: for each feature, the node or module whose value it is.
  /// - Throws: `runtime.tensor`.
  static func all(of features: Features, nodes: [String]) throws -> [FeatureEntry] {
    var entries: [FeatureEntry] = []
    for (index, key) in features.keys.enumerated() {
      try collect(features.values[index], key, nodes[index], &entries)
    }
    return entries
  }

  private static func collect(_ value: Value, _ key: String, _ node: String, _ found: inout [FeatureEntry]) throws {
    func add(_ content: Content) { found.append(FeatureEntry(key: key, node: node, content: content)) }
    switch try value.unpacked() {
    case .tensor(let tensor):
      guard tensor.dtype != nil else { return add(.other(type: "tensor of an unknown dtype")) }
      let array = try tensor.hostArray()
      add(.tensor(array, FeatureSummary(array)))
    case .list(let elements):
      for (index, element) in elements.enumerated() { try collect(element, "\(key).\(index)", node, &found) }
    case .tuple(let elements, let names):
      for (index, element) in elements.enumerated() {
        let name = names.indices.contains(index) ? names[index] : String(index)
        try collect(element, "\(key).\(name)", node, &found)
      }
    case .dictionary(let entries):
      for entry in entries { try collect(entry.value, "\(key).\(name(ofKey: entry.key))", node, &found) }
    case .bool(let flag): add(.scalar(.bool(flag), type: "bool"))
    case .int(let number): add(.scalar(.int(number), type: "int"))
    case .float(let number): add(.scalar(.double(number), type: "float"))
    case .complex: add(.other(type: "complex"))
    case .string: add(.other(type: "str"))
    case .device: add(.other(type: "device"))
    case .none: add(.other(type: "None"))
    case .object(let object): add(.other(type: "\(object.kind)"))
    case .standIn(let standIn): add(.other(type: standIn.type))
    }
  }

  private static func name(ofKey key: Value) -> String {
    switch key {
    case .string(let text): text
    case .int(let number): String(number)
    case .bool(let flag): flag ? "True" : "False"
    case .float(let number): "\(number)"
    default: "?"
    }
  }

  /// The elements, where the value is a tensor.
  var array: HostArray? {
    if case .tensor(let array, _) = content { return array }
    return nil
  }
}

/// A tensor's least, mean and greatest value; those that are not a number are only counted.
struct FeatureSummary: Hashable {
  /// Nil where there is no value to take it of, or where the values are complex.
  var minimum: Double?
  var mean: Double?
  var maximum: Double?
  /// How many values are not a number.
  var nanCount = 0

  init(_ array: HostArray) {
    guard !array.dtype.isComplex, let numbers = try? array.doubles() else { return }
    var (low, high, sum, count) = (Double.infinity, -Double.infinity, 0.0, 0)
    for number in numbers {
      if number.isNaN {
        nanCount += 1
        continue
      }
      low = Swift.min(low, number)
      high = Swift.max(high, number)
      sum += number
      count += 1
    }
    guard count > 0 else { return }
    minimum = low
    maximum = high
    mean = sum / Double(count)
  }
}
