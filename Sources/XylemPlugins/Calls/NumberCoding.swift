internal import XylemGraph

extension Signature.Number {
  /// Writes a value to the place where a C function reads it.
  ///
  /// Integers must be within the type's range. Floats accept the integers that they hold exactly. Booleans only accept
  /// Booleans.
  ///
  /// - Parameter address: the address of eight bytes, aligned to eight.
  /// - Returns: what is wrong, beginning with "which"; nil on success.
  @inline(__always)
  func store<Value: CallValue>(_ value: Value, at address: UnsafeMutableRawPointer) -> String? {
    let content = value.content
    switch (self, content) {
    case (.f64, .literal(.float(let number))): unsafe address.storeBytes(of: number, as: Double.self)
    case (.i64, .literal(.int(let number))): unsafe address.storeBytes(of: Int64(number), as: Int64.self)
    case (.bool, .literal(.bool(let flag))): unsafe address.storeBytes(of: flag ? 1 : 0, as: UInt8.self)
    default: return unsafe storeOther(content, at: address)
    }
    return nil
  }

  private func storeOther<Value: CallValue>(_ value: CallContent<Value>, at address: UnsafeMutableRawPointer) -> String?
  {
    switch self {
    case .i8: unsafe storeInteger(Int8.self, value, at: address)
    case .i16: unsafe storeInteger(Int16.self, value, at: address)
    case .i32: unsafe storeInteger(Int32.self, value, at: address)
    case .i64: unsafe storeInteger(Int64.self, value, at: address)
    case .u8: unsafe storeInteger(UInt8.self, value, at: address)
    case .u16: unsafe storeInteger(UInt16.self, value, at: address)
    case .u32: unsafe storeInteger(UInt32.self, value, at: address)
    case .u64: unsafe storeInteger(UInt64.self, value, at: address)
    case .f32: unsafe storeFloat(value, at: address)
    case .f64: unsafe storeDouble(value, at: address)
    case .bool: "which is not a Boolean"
    }
  }

  private func storeInteger<Integer: FixedWidthInteger & BitwiseCopyable, Value: CallValue>(
    _ type: Integer.Type, _ value: CallContent<Value>, at address: UnsafeMutableRawPointer
  ) -> String? {
    guard case .literal(.int(let number)) = value else { return "which is not an integer" }
    guard let exact = Integer(exactly: number) else {
      return "which is out of range for \(rawValue), \(Integer.min) to \(Integer.max)"
    }
    unsafe address.storeBytes(of: exact, as: Integer.self)
    return nil
  }

  private func storeFloat<Value: CallValue>(_ value: CallContent<Value>, at address: UnsafeMutableRawPointer) -> String?
  {
    let stored: Float
    switch value {
    case .literal(.float(let number)):
      stored = Float(number)
      if stored.isInfinite, number.isFinite { return "which is out of range for f32" }
    case .literal(.int(let number)):
      guard let exact = Float(exactly: number) else { return "which f32 does not hold exactly" }
      stored = exact
    default: return "which is not a number"
    }
    unsafe address.storeBytes(of: stored, as: Float.self)
    return nil
  }

  private func storeDouble<Value: CallValue>(_ value: CallContent<Value>, at address: UnsafeMutableRawPointer)
    -> String?
  {
    guard case .literal(.int(let number)) = value else { return "which is not a number" }
    guard let exact = Double(exactly: number) else { return "which f64 does not hold exactly" }
    unsafe address.storeBytes(of: exact, as: Double.self)
    return nil
  }

  /// Reads the value that a C function returned.
  ///
  /// - Parameter address: where libffi wrote it: eight bytes, of which those beyond the type's width are undefined.
  /// - Returns: nil for an integer that values can't hold.
  @inline(__always)
  func load<Value: CallValue>(from address: UnsafeRawPointer) -> Value? {
    // Integers narrower than a word are returned as a word.
    if self == .f64 { return unsafe .float(address.load(as: Double.self)) }
    if self == .f32 { return unsafe .float(Double(address.load(as: Float.self))) }
    let word = unsafe address.load(as: UInt64.self)
    switch self {
    case .i8: return .int(Int(Int8(truncatingIfNeeded: word)))
    case .i16: return .int(Int(Int16(truncatingIfNeeded: word)))
    case .i32: return .int(Int(Int32(truncatingIfNeeded: word)))
    case .i64, .f32, .f64: return .int(Int(truncatingIfNeeded: word))
    case .u8: return .int(Int(UInt8(truncatingIfNeeded: word)))
    case .u16: return .int(Int(UInt16(truncatingIfNeeded: word)))
    case .u32: return .int(Int(UInt32(truncatingIfNeeded: word)))
    case .u64: return Int(exactly: word).map { .int($0) }
    case .bool: return .bool(UInt8(truncatingIfNeeded: word) != 0)
    }
  }
}
