internal import CXylem
internal import XylemErrors

/// Counts multiplications, each with an addition, while operators run: those of convolutions, matrix products, attention
/// and recurrent layers, whatever code calls them. All other operators count as zero.
///
/// Made by ``TensorRuntime/countingMultiplyAdds(_:)``.
@safe
public final class MultiplyAddCounter {
  /// What was counted.
  public struct Count: Hashable, Sendable {
    /// The multiplications, at most `Int.max`.
    public var multiplyAdds = 0
    /// The operators, in order of their names, that may multiply and whose count is not known, as in
    /// `quantized::conv2d`: those of packed weights, and those of other libraries that call no operator that is counted.
    public var uncounted: [String] = []

    /// Creates a count of nothing.
    public init() {}

    /// Adds another count to this one.
    public mutating func add(_ other: Count) {
      let (sum, overflow) = multiplyAdds.addingReportingOverflow(other.multiplyAdds)
      multiplyAdds = overflow ? .max : sum
      uncounted = Set(uncounted).union(other.uncounted).sorted()
    }
  }

  private let library: RuntimeLibrary
  /// Nil after the end.
  private var token: UnsafeMutableRawPointer?

  fileprivate init() throws(XylemError) {
    library = try RuntimeLibrary.shared()
    var token: UnsafeMutableRawPointer?
    try unsafe check(.runtimeTensor, "multiply-adds can't be counted") { [library] in
      unsafe library.table.pointee.products_begin(&token, $0)
    }
    unsafe self.token = unsafe token
  }

  /// The count since the last call, or since the counter was made. Zero after the end of the body that it was made for.
  public func take() -> Count {
    guard let token = unsafe token else { return Count() }
    var names: UnsafePointer<xylem_text>?
    var nameCount = 0
    let count = unsafe library.table.pointee.products_take(token, &names, &nameCount)
    let uncounted = (0..<nameCount).compactMap { position in unsafe names.map { unsafe String($0[position]) } }
    var found = Count()
    found.multiplyAdds = Int(count)
    found.uncounted = uncounted
    return found
  }

  /// Ends the count, on the thread that began it.
  fileprivate func end() {
    unsafe library.table.pointee.products_end(token)
    unsafe token = nil
  }
}

extension TensorRuntime {
  /// Runs `body` while the multiply-adds of the calling thread, and of tasks that TorchScript's code starts, are counted.
  ///
  ///     let (a, b) = (try Tensor.zeros([2, 3]), try Tensor.zeros([3, 4]))
  ///     try TensorRuntime.countingMultiplyAdds { counter in
  ///       _ = try a.matmul(b)
  ///       print(counter.take().multiplyAdds)  // 24
  ///     }
  ///
  /// - Parameter body: gets the counter, which counts until it returns.
  /// - Throws: `runtime.not-found`, `runtime.tensor`, and the errors of `body`.
  public static func countingMultiplyAdds<Result>(_ body: (MultiplyAddCounter) throws -> Result) throws -> Result {
    let counter = try MultiplyAddCounter()
    defer { counter.end() }
    return try body(counter)
  }
}
