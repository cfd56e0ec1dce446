internal import XylemExtract
internal import XylemFiles
internal import XylemGraph
internal import XylemReport
internal import XylemTensor

/// One extracted value. A structured feature has several.
struct FeatureEntry {
  /// The form of a value.
  enum Content {
    case tensor(HostArray, FeatureSummary)
    /// A number or Boolean, with the name of its type, as an array without dimensions.
    case scalar(JSONValue, type: String, HostArray)
    case string(String)
    /// Any other value, with the name of its type. It can't be written or summarised.
    case other(type: String)
  }

  /// The key of the requested feature that the value is or belongs to.
  let feature: String
  let key: String
  let node: String
  let content: Content
  /// The type of a tensor before conversion to plain numbers, as in `quantized (quint8)`. Nil if nothing was converted.
  var convertedFrom: Tensor.SpecialForm?

  /// All values of the features, in order: parts of structures as `key.0`, `key.name`.
  ///
  /// - Parameter nodes: for each feature, the node or module that gives its value.
  /// - Throws: `extract.no-tensor` for a feature without a tensor, number or string, and for a tensor that can't be
  ///   converted to plain numbers.
  static func all(of features: Features, nodes: [String]) throws -> [FeatureEntry] {
    var entries: [FeatureEntry] = []
    for (index, key) in features.keys.enumerated() {
      let start = entries.count
      let request = Request(feature: key, node: nodes[index])
      try collect(features.values[index], key, request, &entries)
      let isEmpty = entries[start...].allSatisfy { if case .other = $0.content { true } else { false } }
      if isEmpty {
        throw CommandErrors.nothingInFeature(key, node: nodes[index], type: try typeName(features.values[index]))
      }
    }
    return entries
  }

  private static func typeName(_ value: Value) throws -> String {
    switch try value.unpacked() {
    case .literal(.none): "None"
    case .list(let elements), .tuple(let elements, _):
      elements.isEmpty ? "an empty list or tuple" : "a structure without a tensor, number or string"
    case .dictionary(let entries):
      entries.isEmpty ? "an empty dictionary" : "a dictionary without a tensor, number or string"
    case .literal(.device): "a device"
    case .object(let object): "a value of type \(object.kind)"
    default: "not a tensor"
    }
  }

  private struct Request {
    let feature: String
    let node: String
  }

  private static func collect(
    _ value: Value, _ key: String, _ request: Request, _ found: inout [FeatureEntry]
  ) throws {
    func add(_ content: Content, from form: Tensor.SpecialForm? = nil) {
      found.append(
        FeatureEntry(
          feature: request.feature, key: key, node: request.node, content: content, convertedFrom: form))
    }
    switch try value.unpacked() {
    case .tensor(let tensor):
      do {
        let array = try tensor.dense().hostArray()
        add(.tensor(array, FeatureSummary(array)), from: try tensor.specialForm)
      } catch {
        throw CommandErrors.unreadableFeature(key, node: request.node, cause: error)
      }
    case .list(let elements):
      for (index, element) in elements.enumerated() { try collect(element, "\(key).\(index)", request, &found) }
    case .tuple(let elements, let names):
      for (index, element) in elements.enumerated() {
        let name = names.indices.contains(index) ? names[index] : String(index)
        try collect(element, "\(key).\(name)", request, &found)
      }
    case .dictionary(let entries):
      for entry in entries { try collect(entry.value, "\(key).\(name(ofKey: entry.key))", request, &found) }
    case .literal(.bool(let flag)): add(.scalar(.bool(flag), type: "bool", try HostArray([flag], shape: [])))
    case .literal(.int(let number)): add(.scalar(.int(number), type: "int", try HostArray([Int64(number)], shape: [])))
    case .literal(.float(let number)): add(.scalar(.double(number), type: "float", try HostArray([number], shape: [])))
    case .literal(.complex(let real, let imaginary)):
      let bytes = [real, imaginary].flatMap { number in
        (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
      }
      let array = try HostArray(dtype: .complex128, shape: [], bytes: bytes)
      add(.tensor(array, FeatureSummary(array)))
    case .literal(.string(let text)): add(.string(text))
    case .literal(.device): add(.other(type: "device"))
    case .literal(.none): add(.other(type: "None"))
    case .object(let object): add(.other(type: "\(object.kind)"))
    case .standIn(let standIn): add(.other(type: standIn.type))
    }
  }

  private static func name(ofKey key: Value) -> String {
    switch key {
    case .literal(.string(let text)): text
    case .literal(.float(let number)): "\(number)"
    case .literal(let literal): literal.description
    default: "?"
    }
  }

  /// The elements, if the value is a tensor or a number.
  var array: HostArray? {
    switch content {
    case .tensor(let array, _), .scalar(_, _, let array): array
    case .string, .other: nil
    }
  }

  /// A sentence about the conversion. Nil if nothing was converted.
  var conversion: String? {
    guard let convertedFrom, let array else { return nil }
    return "'\(key)' is \(convertedFrom) in the model; its values are given as \(array.dtype.rawValue)"
  }
}

/// The minimum, mean and maximum of a tensor. NaN values are only counted.
struct FeatureSummary: Hashable {
  /// Nil if there are no values, or if the values are complex.
  var minimum: Double?
  var mean: Double?
  var maximum: Double?
  /// The number of NaN values.
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
