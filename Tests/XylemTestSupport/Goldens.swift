internal import Foundation
package import XylemFiles
import XylemGraph
package import XylemTensor

/// Inputs and values as the fixtures' scripts write them; see Fixtures/README.md.
package enum Goldens {
  /// The number that the formula has at a position: `(i * 7919) mod 1009`.
  package static func residue(_ index: Int) -> Int { index * 7919 % 1009 }

  /// An input tensor by the formula `((i + shift) * 7919) mod 1009`.
  package static func formula(_ shape: [Int], _ dtype: DType = .float32, shift: Int = 0) throws -> Tensor {
    let numbers = (0..<shape.reduce(1, *)).map { residue($0 + shift) }
    switch dtype {
    case .bool: return try Tensor(HostArray(numbers.map { $0 % 2 == 1 }, shape: shape))
    case .float32, .float64, .float16, .bfloat16:
      return try Tensor(HostArray(numbers.map { Double($0) / 1009 - 0.5 }, shape: shape)).converted(to: dtype)
    case .complex64, .complex128:
      return try complex(numbers.flatMap { [Double($0) / 1009 - 0.5, 0.5 - Double($0) / 1009] }, shape, dtype)
    default: return try Tensor(HostArray(numbers.map { Int64($0 % 7) }, shape: shape)).converted(to: dtype)
    }
  }

  /// A complex tensor of pairs of a real and an imaginary part.
  private static func complex(_ pairs: [Double], _ shape: [Int], _ dtype: DType) throws -> Tensor {
    let bytes = try HostArray(pairs, shape: [pairs.count]).bytes
    return try Tensor(HostArray(dtype: .complex128, shape: shape, bytes: bytes)).converted(to: dtype)
  }

  /// A number, of which JSON lacks some.
  package static func number(_ json: Any) -> Double {
    if let number = json as? NSNumber { return number.doubleValue }
    return ["inf": .infinity, "-inf": -.infinity][json as? String] ?? .nan
  }

  /// The value that an input's description stands for.
  package static func value(_ json: Any) throws -> Value {
    if json is NSNull { return .none }
    if let text = json as? String { return .string(text) }
    guard let fields = json as? [String: Any] else { return .bool((json as? NSNumber)?.boolValue ?? false) }
    let dtype = (fields["dtype"] as? String).flatMap(DType.init(rawValue:)) ?? .float32
    if let number = fields["int"] as? NSNumber { return .int(number.intValue) }
    if let number = fields["float"] { return .float(Self.number(number)) }
    if let parts = fields["complex"] as? [Any] { return .complex(Self.number(parts[0]), Self.number(parts[1])) }
    if let shape = fields["formula"] as? [Int] {
      return .tensor(try formula(shape, dtype, shift: fields["shift"] as? Int ?? 0))
    }
    if let flat = fields["tensor"] as? [Any], let shape = fields["shape"] as? [Int] {
      if dtype.isComplex { return .tensor(try complex(flat.map(number), shape, dtype)) }
      return .tensor(try Tensor(HostArray(flat.map(number), shape: shape)).converted(to: dtype))
    }
    if let elements = fields["list"] as? [Any] { return .list(try elements.map(value)) }
    if let elements = fields["tuple"] as? [Any] {
      return .tuple(try elements.map(value), names: fields["fields"] as? [String] ?? [])
    }
    if let entries = fields["dict"] as? [[Any]] {
      return .dictionary(try entries.map { (try value($0[0]), try value($0[1])) })
    }
    throw CocoaError(.propertyListReadCorrupt)
  }

  /// How far numbers may be from golden ones: a part of the tensor's largest magnitude, and as much as this besides.
  package struct Tolerance: Sendable {
    package var relative: Double
    package var absolute: Double

    package init(relative: Double = 1e-5, absolute: Double = 1e-6) {
      self.relative = relative
      self.absolute = absolute
    }

    package static let exact = Tolerance(relative: 0, absolute: 0)
  }

  /// What differs between a value and a TREE of the goldens; empty where nothing does.
  package static func differences(
    _ value: Value?, _ tree: Any?, at path: String, _ tolerance: Tolerance = Tolerance()
  ) throws -> [String] {
    switch (try value?.unpacked() ?? .none, tree) {
    case (.literal(.none), nil), (.literal(.none), is NSNull): return []
    case (.list(let found), let expected as [Any]), (.tuple(let found, _), let expected as [Any]):
      guard found.count == expected.count else { return ["\(path): \(found.count) parts, not \(expected.count)"] }
      return try found.indices.flatMap { try differences(found[$0], expected[$0], at: "\(path)[\($0)]", tolerance) }
    case (.dictionary(let found), let expected as [String: Any]) where expected["shape"] == nil:
      let keys = found.map { if case .literal(.string(let key)) = $0.key { key } else { "?" } }
      guard Set(keys) == Set(expected.keys) else { return ["\(path): the keys \(keys)"] }
      return try found.indices.flatMap {
        try differences(found[$0].value, expected[keys[$0]], at: "\(path).\(keys[$0])", tolerance)
      }
    case (.tensor(let found), let expected as [String: Any]):
      return try differences(found, expected, at: path, tolerance)
    case (let found, let expected): return ["\(path): \(found) for \(expected ?? "nothing")"]
    }
  }

  private static func differences(
    _ tensor: Tensor, _ expected: [String: Any], at path: String, _ tolerance: Tolerance
  ) throws -> [String] {
    let (shape, dtype) = (try tensor.sizes, tensor.dtype?.rawValue ?? "?")
    guard shape == expected["shape"] as? [Int], dtype == expected["dtype"] as? String else {
      return ["\(path): \(dtype) \(shape) for \(expected["dtype"] ?? "?") \(expected["shape"] ?? "?")"]
    }
    let found = try tensor.converted(to: .float64).hostArray().doubles()
    if let flat = expected["tensor"] as? [Any] {
      let wanted = flat.map(number)
      return compare(found, wanted, largest(wanted), path, tolerance)
    }
    let wanted = (expected["samples"] as? [Any] ?? []).map(number)
    let bounds = ["min", "max"].map { number(expected[$0] ?? "nan") }
    let scale = largest(wanted + bounds)
    let samples = wanted.indices.map { found[$0 * found.count / wanted.count] }
    let sum = found.reduce(0) { $0 + abs($1) }
    let mean = found.reduce(0, +) / Double(found.count)
    return compare(samples, wanted, scale, path + " samples", tolerance)
      + compare([found.min() ?? 0, found.max() ?? 0], bounds, scale, path + " bounds", tolerance)
      + compare([mean], [number(expected["mean"] ?? "nan")], scale, path + " mean", tolerance)
      + compare([sum], [number(expected["abs_sum"] ?? "nan")], sum, path + " abs_sum", tolerance)
  }

  private static func largest(_ numbers: [Double]) -> Double {
    numbers.filter(\.isFinite).reduce(0) { max($0, abs($1)) }
  }

  private static func compare(
    _ found: [Double], _ wanted: [Double], _ scale: Double, _ path: String, _ tolerance: Tolerance
  ) -> [String] {
    guard found.count == wanted.count else { return ["\(path): \(found.count) numbers, not \(wanted.count)"] }
    // Goldens have nine digits, which tell float32 numbers apart: those that round to one number are equal.
    let limit = tolerance.relative * scale + tolerance.absolute
    let wrong = found.indices.first { index in
      let (a, b) = (found[index], wanted[index])
      return !(a == b || Float(a) == Float(b) || (a.isNaN && b.isNaN) || abs(a - b) <= limit)
    }
    return wrong.map { ["\(path)[\($0)]: \(found[$0]) for \(wanted[$0]), more than \(limit)"] } ?? []
  }
}
