public import XylemFiles

extension DType {
  /// The number of the type in PyTorch's files, in TorchScript's code and in the tensor runtime.
  public var runtimeCode: Int32 {
    switch self {
    case .uint8: 0
    case .int8: 1
    case .int16: 2
    case .int32: 3
    case .int64: 4
    case .float16: 5
    case .float32: 6
    case .float64: 7
    case .complex64: 9
    case .complex128: 10
    case .bool: 11
    case .bfloat16: 15
    case .float8e5m2: 23
    case .float8e4m3fn: 24
    case .uint16: 27
    case .uint32: 28
    case .uint64: 29
    }
  }

  /// The type with one of PyTorch's numbers. Nil for quantised and other types without a plain form.
  public init?(runtimeCode: Int32) {
    guard let found = Self.allCases.first(where: { $0.runtimeCode == runtimeCode }) else { return nil }
    self = found
  }
}
