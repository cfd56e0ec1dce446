internal import Glibc
internal import XylemErrors
internal import XylemGraph
internal import XylemTensor

/// The part of a trace's limits that is used up.
struct TraceBudget {
  /// The limit that was exceeded.
  enum Excess: Error {
    case statements(Int)
    case bytes(Int)
    case seconds(Double)
  }

  private let statementLimit: Int
  private let limits: TraceLimits
  private let start = Self.processorSeconds()
  /// The time in which the model's nodes ran to find shapes, which is no part of the limit.
  var excludedSeconds = 0.0
  private var statements = 0
  private var bytes = 0
  private var nodes = 0
  /// The amount that may be used before the clock is read again.
  private var statementsToClock = Self.statementsPerClock
  private var bytesToClock = Self.bytesPerClock

  private static let statementsPerClock = 1 << 10
  private static let bytesPerClock = 1 << 22
  /// The bytes of a node with its name, users and arguments.
  private static let bytesPerNode = 1 << 10
  /// The bytes of a traced value in a container, and of its copy in the runtime.
  static let bytesPerElement = 96

  init(_ options: TraceOptions) {
    statementLimit = options.statementLimit
    limits = options.limits
  }

  /// Counts a statement, and the nodes created before it.
  mutating func spendStatement(nodes count: Int) throws(Excess) {
    statements += 1
    guard statements <= statementLimit else { throw .statements(statements) }
    if count > nodes { try spend(bytes: (count - nodes) * Self.bytesPerNode) }
    nodes = count
    statementsToClock -= 1
    if statementsToClock <= 0 { try readClock() }
  }

  /// Counts bytes before they are allocated. The bytes of a refused request are not counted.
  mutating func spend(bytes count: Int) throws(Excess) {
    let (sum, overflows) = bytes.addingReportingOverflow(max(0, count))
    guard !overflows, sum <= limits.bytes else { throw .bytes(limits.bytes) }
    bytes = sum
    bytesToClock -= count
    if bytesToClock <= 0 { try readClock() }
  }

  private mutating func readClock() throws(Excess) {
    statementsToClock = Self.statementsPerClock
    bytesToClock = Self.bytesPerClock
    guard Self.processorSeconds() - start - excludedSeconds <= limits.seconds else { throw .seconds(limits.seconds) }
  }

  /// The time of this thread, so that a busy machine does not end a trace.
  static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

extension ScriptTracer {
  /// Counts a statement or a loop iteration, which may have no statements.
  ///
  /// - Throws: `trace.limit`.
  func spendStatement() throws {
    if let shapes = core.shapes { budget.excludedSeconds = excludedBefore + shapes.seconds }
    do throws(TraceBudget.Excess) { try budget.spendStatement(nodes: core.graph.count) } catch {
      throw TraceErrors.limit(error, at: place)
    }
  }

  /// Takes bytes from the trace's budget.
  ///
  /// - Throws: `trace.limit`.
  func spend(bytes: Int) throws {
    do throws(TraceBudget.Excess) { try budget.spend(bytes: bytes) } catch { throw TraceErrors.limit(error, at: place) }
  }

  /// Takes the bytes of a container's elements from the budget.
  ///
  /// - Throws: `trace.limit`.
  func spend(elements count: Int, times: Int = 1) throws {
    let (all, overflows) = count.multipliedReportingOverflow(by: times)
    let (bytes, overflowsToo) = all.multipliedReportingOverflow(by: TraceBudget.bytesPerElement)
    try spend(bytes: overflows || overflowsToo ? Int.max : bytes)
  }

  /// Takes the bytes of an operator's arguments and result, before it runs.
  ///
  /// - Throws: `trace.limit`.
  func spend(on facts: OperatorFacts, _ values: [Value]) throws {
    try spend(bytes: OperatorSize(facts.shortName, values).bytes)
  }
}

/// An upper bound on the bytes that an operator on known values allocates or moves.
struct OperatorSize {
  private(set) var bytes = 0

  init(_ name: String, _ values: [Value]) {
    for value in values { add(Self.size(of: value)) }
    let first = values.first.map(Self.size(of:)) ?? 0
    func number(_ position: Int) -> Int {
      guard values.indices.contains(position), case .literal(.int(let number)) = values[position] else { return 0 }
      return max(0, number)
    }
    switch name {
    case "mul": multiply(max(Self.elements(values, 0), Self.elements(values, 1)), max(number(0), number(1)))
    case "ljust", "rjust", "center", "zfill": add(number(1))
    case "expandtabs": multiply(first, max(8, number(1)))
    case "replace":
      guard values.count > 2 else { break }
      multiply(first + 1, Self.size(of: values[2]))
      // The runtime moves the rest of the string for each replacement.
      multiply(first, first / max(1, Self.size(of: values[1])))
    // The runtime compares at each position.
    case "find", "rfind", "index", "rindex", "count", "split", "rsplit", "partition", "rpartition", "__contains__":
      guard case .literal(.string)? = values.first, values.count > 1 else { break }
      multiply(first, Self.size(of: values[1]))
    case "join":
      guard values.count > 1 else { break }
      multiply(first, Self.size(of: values[1]) / TraceBudget.bytesPerElement + 1)
    case "str", "format", "percentFormat": multiply(bytes, 4)
    case "rangelist": multiply(number(0) + number(1), TraceBudget.bytesPerElement)
    case "list": multiply(first, TraceBudget.bytesPerElement)
    // Runs as many iterations.
    case "factorial": add(number(0))
    default: break
    }
  }

  private mutating func add(_ count: Int) {
    let (sum, overflows) = bytes.addingReportingOverflow(count)
    bytes = overflows ? Int.max : sum
  }

  private mutating func multiply(_ a: Int, _ b: Int) {
    let (product, overflows) = a.multipliedReportingOverflow(by: b)
    add(overflows ? Int.max : product)
  }

  /// The bytes that a multiplication of a container or string repeats. 0 for numbers.
  private static func elements(_ values: [Value], _ position: Int) -> Int {
    guard values.indices.contains(position) else { return 0 }
    switch values[position] {
    case .literal(.string), .list: return size(of: values[position])
    default: return 0
    }
  }

  private static func size(of value: Value) -> Int {
    switch value {
    case .literal(.string(let text)): text.utf8.count
    case .list(let elements), .tuple(let elements, _):
      elements.reduce(0) { $0 &+ TraceBudget.bytesPerElement &+ size(of: $1) }
    case .dictionary(let entries):
      entries.reduce(0) { $0 &+ 2 &* TraceBudget.bytesPerElement &+ size(of: $1.key) &+ size(of: $1.value) }
    default: 0
    }
  }
}
