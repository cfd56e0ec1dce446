public import XylemErrors

extension HostArray {
  /// The elements in row-major order as binary32 numbers; true is one.
  ///
  /// Wider types are rounded to nearest: integers above 2²⁴ are no longer exact.
  ///
  /// - Throws: `runtime.tensor` if the elements are complex.
  public func floats() throws(XylemError) -> [Float] { try numbers() }

  /// The elements in row-major order as binary64 numbers; true is one.
  ///
  /// Exact for every type except 64-bit integers above 2⁵³, which are rounded to nearest.
  ///
  /// - Throws: `runtime.tensor` if the elements are complex.
  public func doubles() throws(XylemError) -> [Double] { try numbers() }

  private func numbers<Number: BinaryFloatingPoint>() throws(XylemError) -> [Number] {
    switch dtype {
    case .float32: return loaded(Float.self).map { Number($0) }
    case .float64: return loaded(Double.self).map { Number($0) }
    case .float16: return loaded(Float16.self).map { Number($0) }
    case .bfloat16: return loaded(UInt16.self).map { Number(Float(bitPattern: UInt32($0) << 16)) }
    case .float8e4m3fn: return bytes.map { Number(Float8.e4m3fn($0)) }
    case .float8e5m2: return bytes.map { Number(Float16(bitPattern: UInt16($0) << 8)) }
    case .bool: return bytes.map { $0 == 0 ? 0 : 1 }
    case .int8: return loaded(Int8.self).map { Number($0) }
    case .uint8: return bytes.map { Number($0) }
    case .int16: return loaded(Int16.self).map { Number($0) }
    case .uint16: return loaded(UInt16.self).map { Number($0) }
    case .int32: return loaded(Int32.self).map { Number($0) }
    case .uint32: return loaded(UInt32.self).map { Number($0) }
    case .int64: return loaded(Int64.self).map { Number($0) }
    case .uint64: return loaded(UInt64.self).map { Number($0) }
    case .complex64, .complex128: throw XylemError.complexElements(dtype)
    }
  }
}

/// Numbers of eight bits.
package enum Float8 {
  // Not an initializer of `Float`: `bytes.map(Float.init)` would select it, with its label left out.
  /// The value of a `float8_e4m3fn`: sign, four bits of exponent with bias 7, three of fraction; all ones is NaN.
  package static func e4m3fn(_ bits: UInt8) -> Float {
    let exponent = Int(bits >> 3 & 0xF)
    let fraction = Float(bits & 0x7)
    let magnitude: Float
    if bits & 0x7F == 0x7F {
      magnitude = .nan
    } else if exponent == 0 {
      magnitude = Float(sign: .plus, exponent: -9, significand: fraction)
    } else {
      magnitude = Float(sign: .plus, exponent: exponent - 7, significand: 1 + fraction / 8)
    }
    return bits & 0x80 == 0 ? magnitude : -magnitude
  }
}
