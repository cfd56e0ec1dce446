/// Swift code that an instruction calls with values and that returns one.
package struct HostFunction: @unchecked Sendable {
  package let body: ([Value]) throws -> Value

  /// Creates a function from code that may be called from several threads if the program is.
  package init(_ body: @escaping ([Value]) throws -> Value) { self.body = body }
}
