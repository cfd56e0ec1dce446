public import XylemErrors
public import XylemFiles

private enum CreationOperators {
  static let zeros = OperatorReference("aten::zeros")
  static let ones = OperatorReference("aten::ones")
  static let empty = OperatorReference("aten::empty", "memory_format")
  static let full = OperatorReference("aten::full")
  static let arange = OperatorReference("aten::arange")
  static let arangeStep = OperatorReference("aten::arange", "start_step")
  static let linspace = OperatorReference("aten::linspace")
  static let eyeColumns = OperatorReference("aten::eye", "m")
  static let eye = OperatorReference("aten::eye")
  static let rand = OperatorReference("aten::rand")
  static let randn = OperatorReference("aten::randn")
  static let randint = OperatorReference("aten::randint", "low")
  static let randperm = OperatorReference("aten::randperm")
  static let zerosLike = OperatorReference("aten::zeros_like")
  static let onesLike = OperatorReference("aten::ones_like")
  static let emptyLike = OperatorReference("aten::empty_like")
  static let randLike = OperatorReference("aten::rand_like")
  static let randnLike = OperatorReference("aten::randn_like")
  static let fullLike = OperatorReference("aten::full_like")
}

extension Tensor {
  /// Zeros.
  ///
  /// Elements are float32 by default.
  ///
  /// - Throws: `runtime.operator`.
  public static func zeros(
    _ shape: Shape, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.zeros(shape, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// Ones.
  ///
  /// Elements are float32 by default.
  ///
  /// - Throws: `runtime.operator`.
  public static func ones(
    _ shape: Shape, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.ones(shape, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// Uninitialised elements.
  ///
  /// Elements are float32 by default.
  ///
  /// - Throws: `runtime.operator`.
  public static func empty(
    _ shape: Shape, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.empty(shape, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// A tensor filled with one number.
  ///
  /// Elements are int64, bool or float32 by default, like the number.
  ///
  /// - Throws: `runtime.operator`.
  public static func full(
    _ shape: Shape, _ value: any ScalarConvertible, dtype: DType? = nil, device: String? = nil, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.full(shape, value.scalar, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// The numbers from 0 to `end`, excluding `end`.
  ///
  /// By default, elements are int64 if all numbers are integers, otherwise float32.
  ///
  /// - Throws: `runtime.operator`.
  public static func arange(
    _ end: any ScalarConvertible, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.arange(end.scalar, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// The numbers from `start` to `end`, excluding `end`, in steps.
  ///
  /// By default, elements are int64 if all numbers are integers, otherwise float32.
  ///
  /// - Throws: `runtime.operator` if the step leads away from the end.
  public static func arange(
    _ start: any ScalarConvertible, _ end: any ScalarConvertible, step: any ScalarConvertible = 1, dtype: DType? = nil,
    device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.arangeStep(
      start.scalar, end.scalar, step.scalar, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// `steps` evenly spaced numbers from `start` to `end`, inclusive.
  ///
  /// Elements are float32 by default.
  ///
  /// - Throws: `runtime.operator`.
  public static func linspace(
    _ start: any ScalarConvertible, _ end: any ScalarConvertible, steps: any SizeConvertible, dtype: DType? = nil,
    device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.linspace(
      start.scalar, end.scalar, steps.size, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// A matrix with ones on the diagonal and zeros elsewhere; square by default.
  ///
  /// Elements are float32 by default.
  ///
  /// - Throws: `runtime.operator`.
  public static func eye(
    _ rows: any SizeConvertible, _ columns: (any SizeConvertible)? = nil, dtype: DType? = nil, device: String? = nil,
    file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    let device = Value(device: device)
    guard let columns else {
      return try CreationOperators.eye(rows.size, dtype, Value.none, device, at: CallSite(file, line))
    }
    return try CreationOperators.eyeColumns(
      rows.size, columns.size, dtype, Value.none, device, at: CallSite(file, line))
  }

  /// Uniformly distributed numbers from 0 to 1, excluding 1.
  ///
  /// Elements are float32 by default.
  ///
  /// - Throws: `runtime.operator`.
  public static func rand(
    _ shape: Shape, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.rand(shape, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// Normally distributed numbers with mean 0 and standard deviation 1.
  ///
  /// Elements are float32 by default.
  ///
  /// - Throws: `runtime.operator`.
  public static func randn(
    _ shape: Shape, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.randn(shape, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// Uniformly distributed integers from `low` to `high`, excluding `high`.
  ///
  /// Elements are int64 by default.
  ///
  /// - Throws: `runtime.operator`.
  public static func randint(
    _ low: any SizeConvertible = 0, _ high: any SizeConvertible, _ shape: Shape, dtype: DType? = nil,
    device: String? = nil, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.randint(
      low.size, high.size, shape, dtype ?? .int64, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// The integers from 0 to `count`, excluding `count`, in random order.
  ///
  /// Elements are int64 by default.
  ///
  /// - Throws: `runtime.operator`.
  public static func randperm(
    _ count: any SizeConvertible, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.randperm(
      count.size, dtype ?? .int64, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// Zeros with another tensor's shape, and by default its dtype and device.
  ///
  /// - Throws: `runtime.operator`.
  public static func zerosLike(
    _ other: Tensor, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.zerosLike(other, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// Ones with another tensor's shape, and by default its dtype and device.
  ///
  /// - Throws: `runtime.operator`.
  public static func onesLike(
    _ other: Tensor, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.onesLike(other, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// Uninitialised elements with another tensor's shape, and by default its dtype and device.
  ///
  /// - Throws: `runtime.operator`.
  public static func emptyLike(
    _ other: Tensor, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.emptyLike(other, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// Uniformly distributed numbers from 0 to 1 with another tensor's shape, and by default its dtype and device.
  ///
  /// - Throws: `runtime.operator`.
  public static func randLike(
    _ other: Tensor, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.randLike(other, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// Normally distributed numbers with another tensor's shape, and by default its dtype and device.
  ///
  /// - Throws: `runtime.operator`.
  public static func randnLike(
    _ other: Tensor, dtype: DType? = nil, device: String? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.randnLike(other, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }

  /// A tensor filled with one number, with another tensor's shape, and by default its dtype and device.
  ///
  /// - Throws: `runtime.operator`.
  public static func fullLike(
    _ other: Tensor, _ value: any ScalarConvertible, dtype: DType? = nil, device: String? = nil, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try CreationOperators.fullLike(
      other, value.scalar, dtype, Value.none, Value(device: device), at: CallSite(file, line))
  }
}
