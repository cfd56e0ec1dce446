internal import XylemErrors
internal import XylemGraph

/// A copy of a leaf's result. Two are equal if they are equal bit for bit.
enum PlainResult: Hashable {
  case literal(Literal)
  case tensor(type: PlainTensor.ElementType, shape: [Int], elements: [UInt8])
  case list([PlainResult])

  /// Copies a value.
  init(_ value: TrialValue) {
    switch value {
    case .literal(let literal): self = .literal(literal)
    case .tensor(let tensor):
      self = .tensor(type: tensor.elementType, shape: tensor.shape, elements: tensor.elements)
    case .list(let elements): self = .list(elements.map { PlainResult($0) })
    }
  }

  /// Whether two results are equal, or floats that only differ as sums in a different order do.
  func isClose(to other: PlainResult) -> Bool {
    guard self != other else { return true }
    switch (self, other) {
    case (.list(let a), .list(let b)): return a.count == b.count && zip(a, b).allSatisfy { $0.isClose(to: $1) }
    case (.literal(.float(let a)), .literal(.float(let b))): return Self.areClose(a, b)
    case (.tensor(let type, let shape, let a), .tensor(let otherType, let otherShape, let b)):
      guard type == otherType, type.code == 2, shape == otherShape else { return false }
      switch type.bits {
      case 32:
        return stride(from: 0, to: a.count, by: 4).allSatisfy {
          Self.areClose(Double(Float(bitPattern: a.word32(at: $0))), Double(Float(bitPattern: b.word32(at: $0))))
        }
      case 64:
        return stride(from: 0, to: a.count, by: 8).allSatisfy {
          Self.areClose(Double(bitPattern: a.word64(at: $0)), Double(bitPattern: b.word64(at: $0)))
        }
      default: return false
      }
    default: return false
    }
  }

  private static func areClose(_ a: Double, _ b: Double) -> Bool {
    a == b || (a.isNaN && b.isNaN) || abs(a - b) <= 1e-5 + 1e-4 * max(abs(a), abs(b))
  }
}
