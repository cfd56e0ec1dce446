import Foundation
import XylemFiles
import XylemGraph
import XylemTensor
import XylemTestSupport

/// Golden values as the fixtures' scripts write them; see Fixtures/README.md.
enum GoldenValue {
  /// The number that a formula input has at a position: `((i + shift) * 7919) mod 1009`.
  static func formula(_ index: Int) -> Int { (index * 7919) % 1009 }

  /// An input tensor that is made by the formula.
  static func formulaTensor(_ shape: [Int], dtype: String = "float32", shift: Int = 0) throws -> Tensor {
    let count = shape.reduce(1, *)
    let numbers = (0..<count).map { formula($0 + shift) }
    let kind = DType(rawValue: dtype) ?? .float32
    switch kind {
    case .bool: return try Tensor(HostArray(numbers.map { $0 % 2 == 1 }, shape: shape))
    case .float32, .float64, .float16, .bfloat16:
      let doubles = numbers.map { Double($0) / 1009 - 0.5 }
      return try Tensor(HostArray(doubles, shape: shape)).converted(to: kind)
    case .complex64, .complex128:
      let parts = numbers.flatMap { n in
        let x = Double(n) / 1009 - 0.5
        return [x, -x]
      }
      let bytes = parts.withUnsafeBytes { [UInt8]($0) }
      return try Tensor(HostArray(dtype: .complex128, shape: shape, bytes: bytes)).converted(to: kind)
    default: return try Tensor(HostArray(numbers.map { Int64($0 % 7) }, shape: shape)).converted(to: kind)
    }
  }

  /// The value that an input's description stands for.
  static func decode(_ json: Any) throws -> Value {
    if json is NSNull { return .none }
    if let text = json as? String { return .string(text) }
    guard let object = json as? [String: Any] else {
      return .bool((json as? NSNumber)?.boolValue ?? false)
    }
    if let number = object["int"] as? NSNumber { return .int(number.intValue) }
    if let number = object["float"] { return .float(double(number)) }
    if let parts = object["complex"] as? [Any] { return .complex(double(parts[0]), double(parts[1])) }
    if let shape = object["formula"] as? [Int] {
      return .tensor(
        try formulaTensor(shape, dtype: object["dtype"] as? String ?? "float32", shift: object["shift"] as? Int ?? 0))
    }
    if let flat = object["tensor"] as? [Any], let shape = object["shape"] as? [Int] {
      let dtype = DType(rawValue: object["dtype"] as? String ?? "") ?? .float32
      let doubles = flat.map(double)
      return .tensor(try Tensor(HostArray(doubles, shape: shape)).converted(to: dtype))
    }
    if let elements = object["list"] as? [Any] { return .list(try elements.map(decode)) }
    if let elements = object["tuple"] as? [Any] {
      return .tuple(try elements.map(decode), names: object["fields"] as? [String] ?? [])
    }
    if let entries = object["dict"] as? [[Any]] {
      return .dictionary(try entries.map { (key: try decode($0[0]), value: try decode($0[1])) })
    }
    throw CocoaError(.propertyListReadCorrupt)
  }

  static func double(_ json: Any) -> Double {
    if let number = json as? NSNumber { return number.doubleValue }
    switch json as? String {
    case "inf": return .infinity
    case "-inf": return -.infinity
    default: return .nan
    }
  }

  /// What differs between a value and its golden description; nil where nothing does.
  static func difference(_ value: Value, _ json: Any, at path: String = "value") throws -> String? {
    if json is NSNull {
      if case .literal(.none) = value { return nil }
      return "\(path): expected None"
    }
    if let text = json as? String {
      if case .literal(.string(let found)) = value, found == text { return nil }
      return "\(path): expected '\(text)'"
    }
    guard let object = json as? [String: Any] else {
      let flag = (json as? NSNumber)?.boolValue ?? false
      if case .literal(.bool(let found)) = value, found == flag { return nil }
      return "\(path): expected \(flag), found \(value)"
    }
    if let number = object["int"] as? NSNumber {
      if case .literal(.int(let found)) = value, found == number.intValue { return nil }
      return "\(path): expected \(number), found \(value)"
    }
    if let number = object["float"] {
      if case .literal(.float(let found)) = value, isClose(Float(found), Float(double(number))) { return nil }
      return "\(path): expected \(number), found \(value)"
    }
    if let parts = object["complex"] as? [Any] {
      if case .literal(.complex(let re, let im)) = value, isClose(Float(re), Float(double(parts[0]))),
        isClose(Float(im), Float(double(parts[1])))
      {
        return nil
      }
      return "\(path): expected \(parts), found \(value)"
    }
    if let flat = object["tensor"] as? [Any] {
      return try tensorDifference(value, flat, object, path)
    }
    switch try value.unpacked() {
    case .list(let found): return try elements(found, object["list"] as? [Any], path)
    case .tuple(let found, let names):
      let fields = object["fields"] as? [String] ?? []
      guard names == fields else { return "\(path): the names \(names), expected \(fields)" }
      return try elements(found, object["tuple"] as? [Any], path)
    case .dictionary(let found):
      guard let expected = object["dict"] as? [[Any]], expected.count == found.count else { return "\(path): dict" }
      for (entry, pair) in zip(found, expected) {
        if let wrong = try difference(entry.key, pair[0], at: path + ".key") { return wrong }
        if let wrong = try difference(entry.value, pair[1], at: path + "[\(pair[0])]") { return wrong }
      }
      return nil
    default: return "\(path): expected \(object.keys.sorted()), found \(value)"
    }
  }

  private static func elements(_ found: [Value], _ expected: [Any]?, _ path: String) throws -> String? {
    guard let expected, expected.count == found.count else {
      return "\(path): \(found.count) elements, expected \(expected?.count ?? -1)"
    }
    for (index, pair) in zip(found, expected).enumerated() {
      if let wrong = try difference(pair.0, pair.1, at: "\(path)[\(index)]") { return wrong }
    }
    return nil
  }

  private static func tensorDifference(
    _ value: Value, _ flat: [Any], _ object: [String: Any], _ path: String
  ) throws -> String? {
    guard let tensor = value.tensor else { return "\(path): expected a tensor, found \(value)" }
    let sizes = try tensor.sizes
    guard sizes == object["shape"] as? [Int] else { return "\(path): shape \(sizes)" }
    guard tensor.dtype?.rawValue == object["dtype"] as? String else { return "\(path): dtype \(tensor.dtype as Any)" }
    let host = try tensor.hostArray()
    let found: [Float]
    if host.dtype.isComplex {
      let wide = try tensor.converted(to: .complex128).hostArray()
      found = wide.bytes.withUnsafeBytes { $0.bindMemory(to: Double.self).map { Float($0) } }
    } else {
      found = try tensor.floats()
    }
    guard found.count == flat.count else { return "\(path): \(found.count) values, expected \(flat.count)" }
    for (index, pair) in zip(found, flat).enumerated() where !isClose(pair.0, Float(double(pair.1))) {
      return "\(path)[\(index)]: \(pair.0), expected \(pair.1)"
    }
    return nil
  }
}
