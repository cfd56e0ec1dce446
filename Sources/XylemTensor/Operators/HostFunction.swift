/// Swift code that an instruction calls with values, and that gives one.
package struct HostFunction: @unchecked Sendable {
  package let body: ([Value]) throws -> Value

  /// Code that may be called from several threads where the program is.
  package init(_ body: @escaping ([Value]) throws -> Value) { self.body = body }
}
