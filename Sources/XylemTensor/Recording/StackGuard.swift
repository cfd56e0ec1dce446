internal import CXylemGuard
package import XylemErrors

/// Checks how much of the thread's stack is left, so that infinite recursion in a model's code is an error and does not
/// end the program.
package enum StackGuard {
  /// The bytes that an operator, and the handling of an error, may need.
  private static let reserve = 256 << 10

  /// Fails if the stack is nearly used up.
  ///
  /// Costs a few nanoseconds.
  ///
  /// - Parameter type: the type of the called module, if one is called.
  /// - Throws: `model.recursion`.
  package static func check(_ type: @autoclosure () -> String? = nil, at site: CallSite?) throws(XylemError) {
    var here: UInt8 = 0
    let address = unsafe withUnsafePointer(to: &here) { UInt(bitPattern: $0) }
    guard address < xylem_stack_floor(reserve) else { return }
    throw XylemError(
      .modelRecursion, "the model's code recurses without end",
      at: .init(moduleType: type(), source: site.map { "\($0.file):\($0.line)" }),
      cause: Reason("the thread's stack is nearly used up"))
  }
}
