package import CXylem
package import XylemErrors

/// The operators that a thread called, with all that is known about their values, for engines.
///
/// Made and ended on one thread. After ``end()`` it does not change, and any thread may use it.
@safe
package final class OperatorCapture: @unchecked Sendable {
  /// What an operator does that no engine may do.
  package struct Flags: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    /// It draws random numbers.
    package static let random = Flags(rawValue: XYLEM_CAPTURE_RANDOM)
    /// A result's shape, or a result that is not a tensor, depends on elements.
    package static let depends = Flags(rawValue: XYLEM_CAPTURE_DEPENDS)
    /// It writes memory that other values show.
    package static let overwrites = Flags(rawValue: XYLEM_CAPTURE_OVERWRITES)
    /// It takes or returns what no engine can.
    package static let opaque = Flags(rawValue: XYLEM_CAPTURE_OPAQUE)
  }

  /// A call of an operator.
  package struct Node: Sendable {
    package let name: String
    /// The numbers of its operands, also within lists.
    package let inputs: [UInt32]
    /// The numbers of its results, also within lists.
    package let outputs: [UInt32]
    /// The section in which it was called.
    package let section: Int
    package let flags: Flags
  }

  /// What a tensor shows.
  package enum Known: Equatable, Sendable {
    /// The value with a number, which depends on the inputs.
    case computed(UInt32)
    /// A value that is the same in every run.
    case constant
    case unknown
  }

  let library: RuntimeLibrary
  let table: UnsafePointer<xylem_capture_table>
  private let handle: OpaquePointer
  private var content = unsafe xylem_captured()
  /// The sections in which elements were read other than by operators. Empty before ``end()``.
  package private(set) var readingSections: Set<Int> = []
  /// The recorded calls, in order. Empty before ``end()``.
  package private(set) var nodes: [Node] = []

  /// Begins to record the operators that the calling thread calls.
  ///
  /// - Parameters:
  ///   - inputs: the values that other runs will have other elements for.
  ///   - expanded: names of operators that are recorded as the operators that they consist of.
  /// - Throws: `engine.failed`.
  package init(inputs: [Value], expanded: Set<String>) throws(XylemError) {
    library = try RuntimeLibrary.shared()
    guard let table = unsafe library.capture else {
      throw XylemError(.engineFailed, "the tensor runtime is older than this program and can't record operators")
    }
    unsafe self.table = unsafe table
    var made: OpaquePointer?
    let names = expanded.sorted().map { Array($0.utf8CString) }
    try unsafe library.withRaw(inputs, type: { _ in nil }) { (raw) throws(XylemError) in
      let texts = unsafe names.map { name in
        unsafe name.withUnsafeBufferPointer { unsafe xylem_text(bytes: $0.baseAddress, count: name.count - 1) }
      }
      try unsafe check(.engineFailed, "operators can't be recorded") {
        unsafe table.pointee.begin(raw.baseAddress, raw.count, texts, texts.count, &made, $0)
      }
    }
    withExtendedLifetime(names) {}
    guard let made = unsafe made else { throw XylemError(.engineFailed, "operators can't be recorded") }
    unsafe handle = unsafe made
  }

  deinit { unsafe table.pointee.release(handle) }

  /// What is recorded from here on belongs to a section. Numbers of sections only grow.
  package func enter(section: Int) { unsafe table.pointee.section(handle, UInt32(section)) }

  /// Declares the unknown tensors in a value to be results of the section.
  package func note(_ value: UnsafePointer<xylem_value>) throws(XylemError) {
    try unsafe check(.engineFailed, "a value can't be recorded") { unsafe table.pointee.note(handle, value, $0) }
  }

  /// The flags of the section's operators so far. [before `end`]
  package var sectionFlags: Flags { unsafe Flags(rawValue: table.pointee.flags(handle)) }

  /// Runs `body` without recording the calling thread's operators.
  package static func paused<Result>(_ body: () throws(XylemError) -> Result) throws(XylemError) -> Result {
    let table = unsafe (try? RuntimeLibrary.shared()).flatMap { unsafe $0.capture }
    unsafe table?.pointee.pause(1)
    defer { unsafe table?.pointee.pause(0) }
    return try body()
  }

  /// Stops recording.
  package func end() throws(XylemError) {
    unsafe table.pointee.end(handle)
    try unsafe check(.engineFailed, "what was recorded can't be read") {
      unsafe table.pointee.content(handle, &content, $0)
    }
    readingSections = unsafe Set((0..<content.reading_count).map { unsafe Int(content.reading[$0]) })
    nodes = unsafe (0..<content.node_count).map { index in
      let captured = unsafe content.nodes[index]
      let node = unsafe captured.node
      return unsafe Node(
        name: String(node.name), inputs: flat(node.inputs, node.input_count),
        outputs: flat(node.outputs, node.output_count), section: Int(captured.section),
        flags: Flags(rawValue: captured.flags))
    }
  }

  /// Numbers of tensors, those in lists included.
  private func flat(_ numbers: UnsafePointer<UInt32>?, _ count: Int) -> [UInt32] {
    var found: [UInt32] = []
    for index in 0..<count {
      guard let number = unsafe numbers?[index] else { continue }
      let value = unsafe content.values[Int(number)]
      switch unsafe UInt32(value.kind) {
      case XYLEM_ENGINE_COMPUTED.rawValue, XYLEM_ENGINE_OTHER.rawValue: found.append(number)
      case XYLEM_ENGINE_LIST.rawValue: found += unsafe flat(value.elements, value.count)
      default: break
      }
    }
    return found
  }

  /// What a tensor shows now. [before `end`]
  package func known(_ tensor: UnsafePointer<xylem_value>) -> Known {
    switch unsafe table.pointee.number(handle, tensor) {
    case UInt32.max: .constant
    case UInt32.max - 1: .unknown
    case let number: .computed(number)
    }
  }

  /// From now on ``isCurrent`` asks whether an attribute holds the tensor that it holds now.
  ///
  /// - Throws: `engine.failed`.
  package func watch(_ owner: UnsafePointer<xylem_value>, _ name: String) throws(XylemError) {
    try unsafe check(.engineFailed, "an attribute can't be watched") { error in
      unsafe name.withText { unsafe table.pointee.watch(handle, owner, $0, error) }
    }
  }

  /// Whether the constants that come from outside have the elements that they had, and watched attributes the tensors.
  package var isCurrent: Bool { unsafe table.pointee.is_current(handle) != 0 }

  /// The element type and sizes of a value.
  package func layout(of number: UInt32) -> TensorLayout {
    let value = unsafe content.values[Int(number)]
    return unsafe TensorLayout(
      dtype: value.dtype, sizes: (0..<value.dimensions).map { unsafe value.sizes[$0] })
  }

  /// Whether a value depends on the inputs.
  package func isComputed(_ number: UInt32) -> Bool {
    unsafe content.values[Int(number)].kind == Int32(XYLEM_ENGINE_COMPUTED.rawValue)
  }

  /// Compiles some of the recorded nodes.
  ///
  /// - Parameters:
  ///   - nodes: positions of nodes, in order.
  ///   - inputs: the numbers of values that the caller passes.
  ///   - outputs: the numbers of results.
  ///   - isReduced: whether the engine may compute in bfloat16.
  /// - Throws: ``CompileFailure``.
  package func compile(
    _ nodes: [Int], inputs: [UInt32], outputs: [UInt32], with engine: EngineLibrary, threads: Int, isReduced: Bool
  ) throws(CompileFailure) -> CompiledGraph {
    var compiled: OpaquePointer?
    var error = unsafe xylem_error()
    var options = xylem_engine_options(
      struct_size: UInt32(MemoryLayout<xylem_engine_options>.size), threads: Int32(clamping: threads),
      precision: Int32(isReduced ? XYLEM_ENGINE_BF16.rawValue : XYLEM_ENGINE_F32.rawValue))
    let stride = unsafe MemoryLayout<xylem_captured_node>.stride
    var pointers: [UnsafePointer<xylem_engine_node>?] = unsafe []
    for index in nodes {
      let place = unsafe UnsafeRawPointer(content.nodes)?.advanced(by: index * stride)
      unsafe pointers.append(place?.assumingMemoryBound(to: xylem_engine_node.self))
    }
    let status = unsafe pointers.withUnsafeBufferPointer { pointers in
      var graph = unsafe xylem_engine_graph()
      unsafe graph.values = content.values
      unsafe graph.value_count = content.value_count
      unsafe graph.nodes = pointers.baseAddress
      unsafe graph.node_count = pointers.count
      return unsafe inputs.withUnsafeBufferPointer { inputs in
        unsafe outputs.withUnsafeBufferPointer { outputs in
          unsafe graph.inputs = inputs.baseAddress
          unsafe graph.input_count = inputs.count
          unsafe graph.outputs = outputs.baseAddress
          unsafe graph.output_count = outputs.count
          return unsafe engine.table.pointee.compile(&graph, &options, &compiled, &error)
        }
      }
    }
    guard status == XYLEM_OK, let compiled = unsafe compiled else {
      let message = unsafe status == XYLEM_OK ? "it gave nothing" : takeMessage(&error)
      guard status == XYLEM_UNKNOWN_OPERATOR else { throw .failed(reason: message) }
      throw .unknownOperators(message.split(separator: " ").map(String.init))
    }
    return unsafe CompiledGraph(compiled, engine: engine, capture: self)
  }

  /// Runs some of the recorded nodes again, from other inputs.
  ///
  /// - Parameter asDouble: whether to compute in float64 what was computed in float32.
  /// - Returns: the values of `outputs`.
  /// - Throws: `engine.failed`.
  package func replay(
    _ nodes: [Int], inputs: [(number: UInt32, value: Tensor)], outputs: [UInt32], asDouble: Bool
  ) throws(XylemError) -> [Tensor] {
    var out = unsafe [xylem_value](repeating: xylem_value(), count: outputs.count)
    try unsafe library.withRaw(inputs.map { .tensor($0.value) }, type: { _ in nil }) { raw throws(XylemError) in
      let positions = nodes.map { UInt32($0) }
      let numbers = inputs.map(\.number)
      try unsafe check(.engineFailed, "the recorded operators can't be run again") {
        unsafe table.pointee.replay(
          handle, positions, positions.count, numbers, raw.baseAddress, raw.count, outputs, outputs.count,
          asDouble ? 1 : 0, &out, $0)
      }
    }
    return unsafe out.map { unsafe Tensor(RuntimeObject(adopting: $0, library: library)) }
  }
}

/// The reason why an engine does not compile a graph.
package enum CompileFailure: Error {
  /// It lacks operators with these names.
  case unknownOperators([String])
  case failed(reason: String)
}

/// What an engine compiled. Any thread may run it, several at once.
@safe
package final class CompiledGraph: @unchecked Sendable {
  private let handle: OpaquePointer
  package let engine: EngineLibrary
  /// Keeps the constants alive.
  private let capture: OperatorCapture

  init(_ handle: OpaquePointer, engine: EngineLibrary, capture: OperatorCapture) {
    unsafe self.handle = unsafe handle
    self.engine = engine
    self.capture = capture
  }

  deinit { unsafe engine.table.pointee.release(handle) }

  /// Runs it on the elements of tensors in row-major order, and writes those of others.
  ///
  /// - Throws: `engine.failed`.
  package func run(
    _ inputs: UnsafePointer<UnsafeRawPointer?>, _ outputs: UnsafePointer<UnsafeMutableRawPointer?>
  ) throws(XylemError) {
    try unsafe check(.engineFailed, "\(engine.name) \(engine.version) failed") {
      unsafe engine.table.pointee.run(handle, inputs, outputs, $0)
    }
  }
}
