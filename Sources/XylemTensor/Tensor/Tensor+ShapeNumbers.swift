public import XylemErrors
public import XylemFiles

// Shapes as arrays in variables, `Tensor.zeros(x.sizes)`, and as sizes without brackets, `x.reshape(n, -1)`.
extension Tensor {
  /// Zeros, in a shape that is an array.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func zeros(
    _ sizes: [any SizeConvertible], dtype: DType? = nil, device: String? = nil, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try zeros(Shape(of: sizes), dtype: dtype, device: device, file: file, line: line)
  }

  /// Zeros, in the given sizes.
  ///
  /// - Throws: `runtime.operator`.
  public static func zeros(
    _ first: any SizeConvertible, _ others: any SizeConvertible..., dtype: DType? = nil, device: String? = nil,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try zeros(Shape(of: [first] + others), dtype: dtype, device: device, file: file, line: line)
  }

  /// Ones, in a shape that is an array.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func ones(
    _ sizes: [any SizeConvertible], dtype: DType? = nil, device: String? = nil, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ones(Shape(of: sizes), dtype: dtype, device: device, file: file, line: line)
  }

  /// Ones, in the given sizes.
  ///
  /// - Throws: `runtime.operator`.
  public static func ones(
    _ first: any SizeConvertible, _ others: any SizeConvertible..., dtype: DType? = nil, device: String? = nil,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ones(Shape(of: [first] + others), dtype: dtype, device: device, file: file, line: line)
  }

  /// Uninitialised elements, in a shape that is an array.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func empty(
    _ sizes: [any SizeConvertible], dtype: DType? = nil, device: String? = nil, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try empty(Shape(of: sizes), dtype: dtype, device: device, file: file, line: line)
  }

  /// Uninitialised elements, in the given sizes.
  ///
  /// - Throws: `runtime.operator`.
  public static func empty(
    _ first: any SizeConvertible, _ others: any SizeConvertible..., dtype: DType? = nil, device: String? = nil,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try empty(Shape(of: [first] + others), dtype: dtype, device: device, file: file, line: line)
  }

  /// Uniformly distributed numbers from 0 to 1, excluding 1, in a shape that is an array.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func rand(
    _ sizes: [any SizeConvertible], dtype: DType? = nil, device: String? = nil, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try rand(Shape(of: sizes), dtype: dtype, device: device, file: file, line: line)
  }

  /// Uniformly distributed numbers from 0 to 1, excluding 1, in the given sizes.
  ///
  /// - Throws: `runtime.operator`.
  public static func rand(
    _ first: any SizeConvertible, _ others: any SizeConvertible..., dtype: DType? = nil, device: String? = nil,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try rand(Shape(of: [first] + others), dtype: dtype, device: device, file: file, line: line)
  }

  /// Normally distributed numbers with mean 0 and standard deviation 1, in a shape that is an array.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func randn(
    _ sizes: [any SizeConvertible], dtype: DType? = nil, device: String? = nil, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try randn(Shape(of: sizes), dtype: dtype, device: device, file: file, line: line)
  }

  /// Normally distributed numbers with mean 0 and standard deviation 1, in the given sizes.
  ///
  /// - Throws: `runtime.operator`.
  public static func randn(
    _ first: any SizeConvertible, _ others: any SizeConvertible..., dtype: DType? = nil, device: String? = nil,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try randn(Shape(of: [first] + others), dtype: dtype, device: device, file: file, line: line)
  }

  /// A tensor filled with one number, in a shape that is an array.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func full(
    _ sizes: [any SizeConvertible], _ value: any ScalarConvertible, dtype: DType? = nil, device: String? = nil,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try full(Shape(of: sizes), value, dtype: dtype, device: device, file: file, line: line)
  }

  /// The elements in another shape, in which one size may be -1; a view if possible: a shape that is an array.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public func reshape(_ sizes: [any SizeConvertible], file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try self.reshape(Shape(of: sizes), file: file, line: line)
  }

  /// The elements in another shape, in which one size may be -1; a view if possible: the given sizes.
  ///
  /// - Throws: `runtime.operator`.
  public func reshape(
    _ first: any SizeConvertible, _ others: any SizeConvertible..., file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try self.reshape(Shape(of: [first] + others), file: file, line: line)
  }

  /// A view in another shape: a shape that is an array.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public func view(_ sizes: [any SizeConvertible], file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try self.view(Shape(of: sizes), file: file, line: line)
  }

  /// A view in another shape: the given sizes.
  ///
  /// - Throws: `runtime.operator`.
  public func view(
    _ first: any SizeConvertible, _ others: any SizeConvertible..., file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try self.view(Shape(of: [first] + others), file: file, line: line)
  }

  /// A view in which dimensions of size 1 are expanded; -1 keeps a size: a shape that is an array.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public func expand(_ sizes: [any SizeConvertible], file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try self.expand(Shape(of: sizes), file: file, line: line)
  }

  /// A view in which dimensions of size 1 are expanded; -1 keeps a size: the given sizes.
  ///
  /// - Throws: `runtime.operator`.
  public func expand(
    _ first: any SizeConvertible, _ others: any SizeConvertible..., file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try self.expand(Shape(of: [first] + others), file: file, line: line)
  }

  /// The tensor repeated along each dimension: a shape that is an array.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public func `repeat`(_ sizes: [any SizeConvertible], file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try self.repeat(Shape(of: sizes), file: file, line: line)
  }

  /// The tensor repeated along each dimension: the given sizes.
  ///
  /// - Throws: `runtime.operator`.
  public func `repeat`(
    _ first: any SizeConvertible, _ others: any SizeConvertible..., file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try self.repeat(Shape(of: [first] + others), file: file, line: line)
  }
}
