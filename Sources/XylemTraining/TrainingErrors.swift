internal import XylemErrors

/// The messages of this module's errors.
enum TrainingErrors {
  static func argument(_ message: String, _ cause: String, remedies: [String] = []) -> XylemError {
    XylemError(.trainingArgument, message, cause: Reason(cause), remedies: remedies)
  }

  static func require(_ isAllowed: Bool, _ message: @autoclosure () -> String, _ cause: String) throws(XylemError) {
    guard isAllowed else { throw argument(message(), cause) }
  }

  static func notFinite(_ message: String, _ cause: String, remedies: [String]) -> XylemError {
    XylemError(.trainingNotFinite, message, cause: Reason(cause), remedies: remedies)
  }

  static func state(_ message: String, _ cause: String? = nil, remedies: [String] = []) -> XylemError {
    XylemError(.trainingState, message, cause: cause.map { Reason($0) }, remedies: remedies)
  }

  static func item(_ index: Int, _ name: String?, _ cause: any Error) -> XylemError {
    XylemError(
      .trainingItem, "item \(index) of the data can't be loaded" + (name.map { ": \($0)" } ?? ""), cause: cause)
  }
}

extension TrainingErrors {
  static func numbers(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: ", ") }
}
