internal import XylemErrors

/// The messages of layers' errors.
extension ModuleErrors {
  static func rank(_ sizes: [Int], wanted: ClosedRange<Int>, type: String) -> XylemError {
    let count: String =
      switch wanted.count {
      case 1: "\(wanted.lowerBound)"
      case 2: "\(wanted.lowerBound) or \(wanted.upperBound)"
      default: "\(wanted.lowerBound) or more"
      }
    return XylemError(
      .modelArgument, "an input of \(count) dimensions was expected", at: .init(moduleType: type),
      cause: Reason("the input's shape is \(sizes)"))
  }

  static func layerInput(_ message: String, _ sizes: [Int], type: String, remedies: [String] = []) -> XylemError {
    XylemError(
      .modelArgument, message, at: .init(moduleType: type), cause: Reason("the input's shape is \(sizes)"),
      remedies: remedies)
  }
}
