internal import ArgumentParser
internal import XylemFiles
internal import XylemTensor

/// The value of `--dtype`.
enum ElementType: String, ExpressibleByArgument, CaseIterable {
  case f32, f16, bf16, f64

  var dtype: DType {
    switch self {
    case .f32: .float32
    case .f16: .float16
    case .bf16: .bfloat16
    case .f64: .float64
    }
  }
}

extension Value {
  /// The value with all its floating-point tensors cast to a type. Integers and Booleans are unchanged.
  ///
  /// - Throws: `runtime.operator`.
  func cast(to type: ElementType?) throws -> Value {
    guard let type else { return self }
    switch try unpacked() {
    case .tensor(let tensor):
      guard let own = tensor.dtype, !own.isIntegral, !own.isComplex else { return self }
      return .tensor(try tensor.converted(to: type.dtype))
    case .list(let elements): return .list(try elements.map { try $0.cast(to: type) })
    case .tuple(let elements, let names): return .tuple(try elements.map { try $0.cast(to: type) }, names: names)
    case .dictionary(let entries): return .dictionary(try entries.map { ($0.key, try $0.value.cast(to: type)) })
    case let other: return other
    }
  }

  /// Whether the value contains a float64 tensor.
  func holdsFloat64() -> Bool {
    switch (try? unpacked()) ?? self {
    case .tensor(let tensor): tensor.dtype == .float64
    case .list(let elements), .tuple(let elements, _): elements.contains { $0.holdsFloat64() }
    case .dictionary(let entries): entries.contains { $0.value.holdsFloat64() }
    default: false
    }
  }
}
