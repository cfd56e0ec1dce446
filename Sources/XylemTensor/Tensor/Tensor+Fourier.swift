public import XylemErrors

private enum FourierOperators {
  static let fft = OperatorReference("aten::fft_fft")
  static let ifft = OperatorReference("aten::fft_ifft")
  static let rfft = OperatorReference("aten::fft_rfft")
  static let irfft = OperatorReference("aten::fft_irfft")
  static let fft2 = OperatorReference("aten::fft_fft2")
  static let ifft2 = OperatorReference("aten::fft_ifft2")
  static let rfft2 = OperatorReference("aten::fft_rfft2")
  static let irfft2 = OperatorReference("aten::fft_irfft2")
  static let shift = OperatorReference("aten::fft_fftshift")
  static let ishift = OperatorReference("aten::fft_ifftshift")
  static let frequencies = OperatorReference("aten::fft_fftfreq")
  static let realFrequencies = OperatorReference("aten::fft_rfftfreq")
}

/// The normalisation of a Fourier transform; `n` is the number of elements.
public enum FourierNorm: String, Sendable {
  /// Divides the inverse by `n`.
  case backward
  /// Divides both by the square root of `n`.
  case ortho
  /// Divides the transform by `n`.
  case forward
}

extension Tensor {
  /// The discrete Fourier transform along a dimension, complex, PyTorch's `torch.fft.fft`.
  ///
  /// - Parameter count: the number of elements to transform; the input is truncated or padded with zeros.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func fft(
    _ count: Int? = nil, dim: Int = -1, norm: FourierNorm = .backward, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try FourierOperators.fft(self, count, dim, norm.rawValue, at: CallSite(file, line))
  }

  /// The inverse of ``fft(_:dim:norm:file:line:)``, PyTorch's `torch.fft.ifft`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func ifft(
    _ count: Int? = nil, dim: Int = -1, norm: FourierNorm = .backward, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try FourierOperators.ifft(self, count, dim, norm.rawValue, at: CallSite(file, line))
  }

  /// The transform of real numbers without its mirrored half, PyTorch's `torch.fft.rfft`: `n / 2 + 1` complex numbers.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func rfft(
    _ count: Int? = nil, dim: Int = -1, norm: FourierNorm = .backward, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try FourierOperators.rfft(self, count, dim, norm.rawValue, at: CallSite(file, line))
  }

  /// The inverse of ``rfft(_:dim:norm:file:line:)``, PyTorch's `torch.fft.irfft`; `count` is needed for an odd number.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func irfft(
    _ count: Int? = nil, dim: Int = -1, norm: FourierNorm = .backward, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try FourierOperators.irfft(self, count, dim, norm.rawValue, at: CallSite(file, line))
  }

  /// The transform along two dimensions, PyTorch's `torch.fft.fft2`.
  ///
  /// - Parameter sizes: the number of elements of each dimension to transform.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func fft2(
    _ sizes: [Int]? = nil, dim: Dims = [-2, -1], norm: FourierNorm = .backward, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try FourierOperators.fft2(self, sizes, dim, norm.rawValue, at: CallSite(file, line))
  }

  /// The inverse of ``fft2(_:dim:norm:file:line:)``, PyTorch's `torch.fft.ifft2`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func ifft2(
    _ sizes: [Int]? = nil, dim: Dims = [-2, -1], norm: FourierNorm = .backward, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try FourierOperators.ifft2(self, sizes, dim, norm.rawValue, at: CallSite(file, line))
  }

  /// The transform of real numbers along two dimensions, without its mirrored half, PyTorch's `torch.fft.rfft2`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func rfft2(
    _ sizes: [Int]? = nil, dim: Dims = [-2, -1], norm: FourierNorm = .backward, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try FourierOperators.rfft2(self, sizes, dim, norm.rawValue, at: CallSite(file, line))
  }

  /// The inverse of ``rfft2(_:dim:norm:file:line:)``, PyTorch's `torch.fft.irfft2`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func irfft2(
    _ sizes: [Int]? = nil, dim: Dims = [-2, -1], norm: FourierNorm = .backward, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try FourierOperators.irfft2(self, sizes, dim, norm.rawValue, at: CallSite(file, line))
  }

  /// The elements with the zero frequency in the middle, PyTorch's `torch.fft.fftshift`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func fftshift(dim: Dims? = nil, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try FourierOperators.shift(self, dim, at: CallSite(file, line))
  }

  /// The inverse of ``fftshift(dim:file:line:)``, PyTorch's `torch.fft.ifftshift`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func ifftshift(dim: Dims? = nil, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try FourierOperators.ishift(self, dim, at: CallSite(file, line))
  }

  /// The frequencies of a transform of `count` elements at a distance, PyTorch's `torch.fft.fftfreq`.
  ///
  /// - Throws: `runtime.operator`.
  public static func fftfreq(_ count: Int, spacing: Double = 1, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try FourierOperators.frequencies(count, spacing, at: CallSite(file, line))
  }

  /// The frequencies of a transform of `count` real elements at a distance, PyTorch's `torch.fft.rfftfreq`.
  ///
  /// - Throws: `runtime.operator`.
  public static func rfftfreq(_ count: Int, spacing: Double = 1, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try FourierOperators.realFrequencies(count, spacing, at: CallSite(file, line))
  }
}
