internal import CXylem
public import XylemErrors
public import XylemFiles

/// The tensor runtime as a whole: whether it is available, and the state of the thread and the process.
public enum TensorRuntime {
  private static let gradientsEnabled = OperatorReference("aten::is_grad_enabled", resultType: "bool")
  private static let setGradientsEnabled = OperatorReference("aten::set_grad_enabled", resultType: "None")
  private static let enterAutocast = OperatorReference("xylem::enter_autocast", resultType: "None")
  private static let exitAutocast = OperatorReference("xylem::exit_autocast", resultType: "None")

  /// The loaded runtime.
  public struct Description: Sendable {
    /// Name and version, as in `libtorch 2.13.0`.
    public var name: String
    /// The library's file.
    public var path: String
    /// The number of threads that operators use.
    public var threads: Int
  }

  /// Loads the runtime if necessary, and describes it.
  ///
  /// - Throws: `runtime.not-found`, `runtime.unloadable`, `runtime.abi`.
  public static func load() throws(XylemError) -> Description {
    let library = try RuntimeLibrary.shared()
    return unsafe Description(
      name: String(library.table.pointee.name), path: library.path, threads: Int(library.table.pointee.threads()))
  }

  /// Whether the runtime was loaded in this process.
  public static var isLoaded: Bool { RuntimeLibrary.isLoaded }

  /// The paths that are searched for the runtime, in order.
  public static var searchPaths: [String] { RuntimeLibrary.candidates() }

  /// Sets the number of threads that operators use, for the whole process.
  ///
  /// - Throws: `runtime.not-found`, `runtime.tensor` for a number below 1.
  public static func setThreads(_ count: Int) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    try unsafe check(.runtimeTensor, "the number of threads can't be set") {
      unsafe library.table.pointee.set_threads(Int32(clamping: count), $0)
    }
  }

  /// Sets the seed of every device's default generator.
  ///
  /// - Throws: `runtime.not-found`, `runtime.tensor`.
  public static func setSeed(_ seed: UInt64) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    try unsafe check(.runtimeTensor, "the seed can't be set") { unsafe library.table.pointee.seed(seed, $0) }
  }

  /// The state of the CPU's default generator.
  ///
  /// - Throws: `runtime.not-found`, `runtime.tensor`.
  public static func randomState() throws(XylemError) -> Tensor {
    let library = try RuntimeLibrary.shared()
    var out = unsafe xylem_value()
    try unsafe check(.runtimeTensor, "the random state can't be read") {
      unsafe library.table.pointee.random_state(&out, $0)
    }
    return unsafe Tensor(RuntimeObject(adopting: out, library: library))
  }

  /// Restores a state of the CPU's default generator.
  ///
  /// - Throws: `runtime.tensor` for a tensor that is not a generator state.
  public static func setRandomState(_ state: Tensor) throws(XylemError) {
    let handle = try state.handle()
    try unsafe check(.runtimeTensor, "the random state can't be set") {
      unsafe handle.library.table.pointee.set_random_state(&handle.raw, $0)
    }
  }

  /// Runs `body` with the recording of gradients on or off for the calling thread, and restores the setting afterwards.
  ///
  /// - Throws: `runtime.not-found`, and the errors of `body`.
  public static func withGradients<Result>(_ enabled: Bool, _ body: () throws -> Result) throws -> Result {
    if let recorder = Recording.current {
      let before = try gradientsEnabled.results([])
      recorder.recordContext(setGradientsEnabled, [.bool(enabled)])
      let result = try body()
      recorder.recordContext(setGradientsEnabled, before)
      return result
    }
    let table = try unsafe RuntimeLibrary.shared().table
    let before = unsafe table.pointee.grad_enabled()
    unsafe table.pointee.set_grad_enabled(enabled ? 1 : 0)
    defer { unsafe table.pointee.set_grad_enabled(before) }
    return try body()
  }

  /// Runs `body`, and then restores what code may switch for the calling thread: the recording of gradients, and
  /// autocast.
  ///
  /// - Throws: `runtime.not-found`, and the errors of `body`.
  package static func isolatingContexts<Result>(_ body: () throws -> Result) throws -> Result {
    let table = try unsafe RuntimeLibrary.shared().table
    let gradients = unsafe table.pointee.grad_enabled()
    let casts = unsafe table.pointee.autocast_depth()
    defer {
      unsafe table.pointee.set_grad_enabled(gradients)
      unsafe table.pointee.autocast_unwind(casts)
    }
    return try body()
  }

  /// Runs `body` while operators on a device cast their arguments to a smaller type if that is safe, as in PyTorch's
  /// autocast.
  ///
  /// - Parameters:
  ///   - dtype: `.bfloat16` or `.float16`.
  ///   - device: as in `cpu` or `cuda`.
  /// - Throws: `runtime.not-found`, `runtime.operator` for a device without autocast, and the errors of `body`.
  public static func withAutocast<Result>(
    to dtype: DType, on device: String = "cpu", _ body: () throws -> Result
  ) throws -> Result {
    let settings: [Value] = [.string(device), .int(Int(dtype.runtimeCode)), .bool(true)]
    if let recorder = Recording.current {
      recorder.recordContext(enterAutocast, settings)
      let result = try body()
      recorder.recordContext(exitAutocast, [])
      return result
    }
    _ = try TensorOperator("xylem::enter_autocast")(settings)
    let result: Result
    do { result = try body() } catch {
      _ = try TensorOperator("xylem::exit_autocast")([])
      throw error
    }
    _ = try TensorOperator("xylem::exit_autocast")([])
    return result
  }

  /// Runs `body` and returns its result with the peak number of bytes held by tensors created in it on the calling
  /// thread.
  ///
  /// - Throws: `runtime.not-found`, `runtime.tensor`, and the errors of `body`.
  public static func countingMemory<Result>(_ body: () throws -> Result) throws -> (result: Result, peakBytes: Int) {
    let library = try RuntimeLibrary.shared()
    var token: UnsafeMutableRawPointer?
    try unsafe check(.runtimeTensor, "memory can't be counted") {
      unsafe library.table.pointee.memory_begin(&token, $0)
    }
    var peak = 0
    let result: Result
    do {
      defer { peak = unsafe Int(library.table.pointee.memory_end(token)) }
      result = try body()
    }
    return (result, peak)
  }
}
