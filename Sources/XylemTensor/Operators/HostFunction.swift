/// Swift code that an instruction calls with values and that returns one.
package struct HostFunction: @unchecked Sendable {
  package let body: ([Value]) throws -> Value
  /// Whether the code calls operators and looks at sizes, and does nothing else that a recording of its operators would
  /// miss.
  package let isRecordable: Bool
  /// Whether the code does nothing but refuse sizes that the operators behind it may take, and returns true.
  package let isSizeCheck: Bool

  /// Creates a function from code that may be called from several threads if the program is.
  package init(
    isRecordable: Bool = false, isSizeCheck: Bool = false, _ body: @escaping ([Value]) throws -> Value
  ) {
    self.isSizeCheck = isSizeCheck
    self.isRecordable = isRecordable
    self.body = body
  }
}
