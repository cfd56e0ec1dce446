internal import XylemExtract
internal import XylemFiles
internal import XylemGraph
internal import XylemReport
internal import XylemTensor

/// One value that was extracted; a structured feature has several.
struct FeatureEntry {
  /// What a value is.
  enum Content {
    case tensor(HostArray, FeatureSummary)
    /// A number or truth value, with its type's name, and as an array without dimensions.
    case scalar(JSONValue, type: String, HostArray)
    case string(String)
    /// Anything else, by its type's name; it has nothing to be written or summed up.
    case other(type: String)
  }

  /// The key of the requested feature that the value is, or is a part of.
  let feature: String
  let key: String
  let node: String
  let content: Content
  /// What a tensor was before it became plain numbers, as in `quantized (quint8)`; nil where nothing was converted.
  var convertedFrom: Tensor.SpecialForm?

  /// Every value of the features, in order: parts of structures as `key.0`, `key.name`.
  ///
  /// - Parameter nodes: for each feature, the node or module whose value it is.
  /// - Throws: `extract.no-tensor` for a feature without a tensor, number or string, and for a tensor that has no plain form.
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

  /// The elements, where the value is a tensor or a number.
  var array: HostArray? {
    switch content {
    case .tensor(let array, _), .scalar(_, _, let array): array
    case .string, .other: nil
    }
  }

  /// What was converted, and into what, in a sentence; nil where nothing was.
  var conversion: String? {
    guard let convertedFrom, let array else { return nil }
    return "'\(key)' is \(convertedFrom) in the model; its values are given as \(array.dtype.rawValue)"
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
