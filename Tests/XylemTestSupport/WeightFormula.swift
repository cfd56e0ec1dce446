package import XylemFiles
package import XylemTensor

/// Weights by a formula of their keys, as `Fixtures/scripts/weights.py` makes them; see Fixtures/README.md.
package enum WeightFormula {
  /// The entry of a state dict under a key.
  ///
  /// - Parameter gain: multiplies the scale of entries of rank 2 and more.
  package static func values(
    _ key: String, _ shape: [Int], _ dtype: DType = .float32, gain: Double = 1
  ) throws -> Tensor {
    let (offset, scale) = offsetAndScale(key, shape, gain)
    let count = shape.reduce(1, *)
    let pieces = try stride(from: 0, to: max(count, 1), by: piece).map { start in
      let units = try units(key, start..<min(start + piece, count))
      let scaled = try Operators.scale.tensor([.tensor(units), .float(scale)])
      return Value.tensor(try Operators.add.tensor([.tensor(scaled), .float(offset)]).converted(to: dtype))
    }
    let whole = pieces.count == 1 ? pieces[0] : .tensor(try Operators.cat.tensor([.list(pieces), .int(0)]))
    return try Operators.reshape.tensor([whole, .list(shape.map { .int($0) })])
  }

  /// How many elements are computed at once: few enough for the processor's cache, which halves the time.
  private static let piece = 1 << 16

  /// A whole state dict for entries of these keys, shapes and types.
  package static func state(
    _ entries: [(key: String, tensor: Tensor)], gain: Double = 1
  ) throws -> [String: Tensor] {
    try Dictionary(
      uniqueKeysWithValues: entries.map { key, tensor in
        (key, try values(key, tensor.sizes, tensor.dtype ?? .float32, gain: gain))
      })
  }

  /// FNV-1a of the key in UTF-8.
  package static func hash(_ key: String) -> UInt64 {
    key.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
  }

  /// Numbers from -0.5 up to 0.5 for a range of elements, float64: splitmix64's finaliser, by the runtime's wrapping
  /// int64 operators.
  private static func units(_ key: String, _ range: Range<Int>) throws -> Tensor {
    func pattern(_ bits: UInt64) -> Value { .int(Int(bitPattern: UInt(bits))) }
    var z = try Operators.arange.tensor([
      .int(range.lowerBound + 1), .int(range.upperBound + 1), .int(Int(DType.int64.runtimeCode)), .none, .none, .none,
    ])
    func mix(_ shift: Int, _ factor: UInt64?) throws {
      // The runtime shifts signs in; the mask takes them out.
      let shifted = try Operators.shift.tensor([.tensor(z), .int(shift)])
      let logical = try Operators.and.tensor([.tensor(shifted), pattern(.max >> UInt64(shift))])
      z = try Operators.xor.tensor([.tensor(z), .tensor(logical)])
      if let factor { z = try Operators.multiply.tensor([.tensor(z), pattern(factor)]) }
    }
    z = try Operators.multiply.tensor([.tensor(z), pattern(0x9E37_79B9_7F4A_7C15)])
    z = try Operators.add.tensor([.tensor(z), pattern(hash(key))])
    try mix(30, 0xBF58_476D_1CE4_E5B9)
    try mix(27, 0x94D0_49BB_1331_11EB)
    try mix(31, nil)
    let top = try Operators.and.tensor([
      .tensor(Operators.shift.tensor([.tensor(z), .int(40)])), pattern(.max >> 40),
    ]).converted(to: .float64)
    return try Operators.add.tensor([
      .tensor(Operators.scale.tensor([.tensor(top), .float(1 / 16_777_216)])), .float(-0.5),
    ])
  }

  private static func offsetAndScale(_ key: String, _ shape: [Int], _ gain: Double) -> (Double, Double) {
    let last = key.split(separator: ".").last.map(String.init) ?? key
    switch last {
    case "num_batches_tracked": return (3, 0)
    case "running_mean": return (0, 0.1)
    case "running_var": return (1, 0.5)
    default: break
    }
    if shape.count >= 2 {
      return (0, gain * (12 / (Double(shape.reduce(1, *)) / Double(shape[0]))).squareRoot())
    }
    return shape.count == 1 && last.hasSuffix("weight") ? (1, 0.2) : (0, 0.1)
  }

  private enum Operators {
    static let arange = OperatorReference("aten::arange", "start")
    static let multiply = OperatorReference("aten::mul_", "Scalar")
    static let add = OperatorReference("aten::add_", "Scalar")
    static let scale = OperatorReference("aten::mul_", "Scalar")
    static let shift = OperatorReference("aten::__rshift__", "Scalar")
    static let and = OperatorReference("aten::bitwise_and_", "Scalar")
    static let xor = OperatorReference("aten::bitwise_xor_", "Tensor")
    static let cat = OperatorReference("aten::cat")
    static let reshape = OperatorReference("aten::reshape")
  }
}
