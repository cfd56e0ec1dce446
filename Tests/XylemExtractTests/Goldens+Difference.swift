import Foundation
import XylemFiles
import XylemGraph
import XylemTensor
import XylemTestSupport

extension Goldens {
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
      if case .literal(.float(let found)) = value, isClose(Float(found), Float(Self.number(number))) { return nil }
      return "\(path): expected \(number), found \(value)"
    }
    if let parts = object["complex"] as? [Any] {
      if case .literal(.complex(let re, let im)) = value, isClose(Float(re), Float(Self.number(parts[0]))),
        isClose(Float(im), Float(Self.number(parts[1])))
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
    for (index, pair) in zip(found, flat).enumerated() where !isClose(pair.0, Float(Self.number(pair.1))) {
      return "\(path)[\(index)]: \(pair.0), expected \(pair.1)"
    }
    return nil
  }
}

/// Numbers that are close: within 1e-4 of the larger, or 1e-5.
func isClose(_ a: Float, _ b: Float, relative: Float = 1e-4, absolute: Float = 1e-5) -> Bool {
  a == b || (a.isNaN && b.isNaN) || abs(a - b) <= absolute + relative * max(abs(a), abs(b))
}
