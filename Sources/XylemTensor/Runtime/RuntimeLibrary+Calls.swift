package import CXylem
package import XylemErrors

extension RuntimeLibrary {
  /// Calls `body` with arguments in the form that crosses the boundary, and releases them afterwards.
  ///
  /// - Parameter type: the type that the receiver declares at a position; nil if unknown.
  package func withRaw<Result>(
    _ arguments: [Value], type: (Int) -> OpaquePointer?,
    _ body: (UnsafeMutableBufferPointer<xylem_value>) throws(XylemError) -> Result
  ) throws(XylemError) -> Result {
    try unsafe withUnsafeTemporaryAllocation(of: xylem_value.self, capacity: max(arguments.count, 1)) {
      (buffer) throws(XylemError) -> Result in
      var made = 0
      defer { for index in 0..<made { unsafe table.pointee.value_release(buffer.baseAddress! + index) } }
      for (index, argument) in arguments.enumerated() {
        unsafe buffer.initializeElement(at: index, to: try argument.makeRaw(self, type: type(index)))
        made += 1
      }
      return try unsafe body(UnsafeMutableBufferPointer(rebasing: buffer[..<made]))
    }
  }

  /// Calls a function that writes results into a buffer, and takes ownership of them.
  package func collect(
    _ id: ErrorID, _ what: () -> String,
    _ body: (
      UnsafeMutablePointer<xylem_value>, Int, UnsafeMutablePointer<Int>, UnsafeMutablePointer<xylem_error>
    ) -> xylem_status
  ) throws(XylemError) -> [Value] {
    let capacity = 64
    return try unsafe withUnsafeTemporaryAllocation(of: xylem_value.self, capacity: capacity) {
      (results) throws(XylemError) -> [Value] in
      var count = 0
      try unsafe check(id, what()) { unsafe body(results.baseAddress!, capacity, &count, $0) }
      return (0..<count).map { unsafe Value(adopting: results[$0], library: self) }
    }
  }
}
