import XylemGraph
import XylemTestSupport

@testable import XylemFiles
@testable import XylemTensor

extension Goldens {
  /// What differs between a value and what is expected of it, or nil.
  static func difference(_ found: Value, _ expected: Value) throws -> String? {
    switch (try found.unpacked(), expected) {
    case (.literal(.float(let a)), .literal(.float(let b))): return isNear(a, b) ? nil : "\(a) is not \(b)"
    case (.literal(.complex(let a, let b)), .literal(.complex(let c, let d))):
      return isNear(a, c) && isNear(b, d) ? nil : "\(a), \(b) is not \(c), \(d)"
    case (.literal(let a), .literal(let b)): return a == b ? nil : "\(a) is not \(b)"
    case (.tensor(let a), .tensor(let b)): return try difference(a, b)
    case (.list(let a), .list(let b)), (.tuple(let a, _), .tuple(let b, _)): return try difference(a, b)
    case (.dictionary(let a), .dictionary(let b)):
      return try difference(a.flatMap { [$0.key, $0.value] }, b.flatMap { [$0.key, $0.value] })
    default: return "\(found) is not \(expected)"
    }
  }

  private static func difference(_ found: [Value], _ expected: [Value]) throws -> String? {
    guard found.count == expected.count else { return "\(found.count) elements, not \(expected.count)" }
    for index in found.indices {
      if let text = try difference(found[index], expected[index]) { return "[\(index)]: \(text)" }
    }
    return nil
  }

  private static func difference(_ found: Tensor, _ expected: Tensor) throws -> String? {
    guard try found.sizes == expected.sizes, found.dtype == expected.dtype, let dtype = found.dtype else {
      return "\(Value.tensor(found).contents) is not \(Value.tensor(expected).contents)"
    }
    func numbers(_ tensor: Tensor) throws -> [Double] {
      guard dtype.isComplex else { return try tensor.hostArray().doubles() }
      return try tensor.converted(to: .complex128).hostArray().bytes.withUnsafeBytes {
        Array($0.bindMemory(to: Double.self))
      }
    }
    let (a, b) = (try numbers(found), try numbers(expected))
    let wrong = a.indices.first { !isNear(a[$0], b[$0]) }
    return wrong.map { "element \($0) is \(a[$0]), not \(b[$0])" }
  }

  static func isNear(_ a: Double, _ b: Double) -> Bool {
    a == b || (a.isNaN && b.isNaN) || abs(a - b) <= 1e-5 + 1e-4 * abs(b)
  }
}
