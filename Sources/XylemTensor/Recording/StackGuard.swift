internal import CXylemGuard
package import XylemErrors

/// How much of the thread's stack is left, so that code of a model that calls itself without end is an error and does not
/// end the program.
package enum StackGuard {
  /// What an operator, and the way back from an error, may need: bytes.
  private static let reserve = 256 << 10

  /// Fails where the stack is nearly used up.
  ///
  /// Costs some nanoseconds.
  ///
  /// - Parameter type: of the module that is called, where one is.
  /// - Throws: `model.recursion`.
  package static func check(_ type: @autoclosure () -> String? = nil, at site: CallSite?) throws(XylemError) {
    var here: UInt8 = 0
    let address = unsafe withUnsafePointer(to: &here) { UInt(bitPattern: $0) }
    guard address < xylem_stack_floor(reserve) else { return }
    throw XylemError(
      .modelRecursion, "the model's code calls itself without end",
      at: .init(moduleType: type(), source: site.map { "\($0.file):\($0.line)" }),
      cause: Reason("the thread's stack is nearly used up"))
  }
}
