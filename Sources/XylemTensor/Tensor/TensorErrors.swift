internal import XylemErrors

/// The messages of subscripts' errors.
enum TensorErrors {
  /// The error for an index whose dimension depends on a number of dimensions that a trace does not know.
  static func unknownDimensions(_ what: String, remedies: [String] = []) -> XylemError {
    XylemError(
      .modelArgument, "\(what) need a known number of dimensions",
      cause: Reason("while a model is traced, numbers of dimensions are known only when the trace runs"),
      remedies: remedies.isEmpty ? ["list an index for every dimension, such as .all, instead of .ellipsis"] : remedies)
  }

  /// The error for a subscript with several ellipses.
  static func twoEllipses() -> XylemError {
    XylemError(
      .modelArgument, "a subscript can have only one .ellipsis", remedies: ["write .all for single dimensions"])
  }
}
