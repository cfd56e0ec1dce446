internal import XylemErrors
internal import XylemGraph
internal import XylemTensor

/// Compares a compiled part with the instructions that it replaces, and times both.
struct PartitionCheck {
  /// The largest difference that is allowed, relative to the largest value of a result.
  static let bound = 1e-4
  /// The bound where the engine may compute in bfloat16.
  static let reducedBound = 0.05

  let partition: Partition
  let graph: CompiledGraph
  let isReduced: Bool
  /// What is wrong with the part, after the engine's name. Nil if nothing is.
  private(set) var failure: String?
  /// The largest relative difference that was found.
  private(set) var difference = 0.0
  /// The shortest time of a run in the engine.
  private(set) var engineMilliseconds = Double.infinity
  /// The shortest time of the instructions in libtorch.
  private(set) var torchMilliseconds = Double.infinity

  init(_ partition: Partition, _ graph: CompiledGraph, isReduced: Bool) {
    self.partition = partition
    self.graph = graph
    self.isReduced = isReduced
  }

  /// Runs the part, then its instructions, from what the slots hold, and compares the results.
  ///
  /// - Throws: `Program.Failure` of the instructions.
  mutating func compare(_ run: inout ProgramRun, _ capture: OperatorCapture) throws(Program.Failure) {
    var outputs: [PartitionTensor] = []
    var copies: [(number: UInt32, value: Tensor)] = []
    do throws(XylemError) {
      var inputs: [PartitionTensor] = []
      for input in partition.inputs {
        guard let tensor = try run.tensor(input) else {
          failure = failure ?? "was compiled for another shape"
          break
        }
        inputs.append(tensor)
        // The instructions may overwrite it.
        copies.append((input.number, try TensorOperator.call("aten::clone", [.tensor(tensor.tensor)])))
      }
      if failure == nil {
        // The first run allocates.
        for _ in 0..<3 {
          let clock = ContinuousClock()
          let start = clock.now
          outputs = try PartitionTensor.run(partition, graph, inputs, run.program.library)
          engineMilliseconds = min(engineMilliseconds, milliseconds(clock.now - start))
        }
      }
    } catch { failure = failure ?? "failed: \(error.cause.map { "\($0)" } ?? error.message)" }
    let clock = ContinuousClock()
    let start = clock.now
    for index in partition.range { try run.execute(run.program.instructions[index]) }
    torchMilliseconds = min(torchMilliseconds, milliseconds(clock.now - start))
    guard failure == nil else { return }
    do throws(XylemError) {
      for (index, output) in outputs.enumerated() {
        guard let expected = try expected(index, run) else { continue }
        try compare(output.tensor, expected, partition.outputs[index].number, copies, capture)
      }
    } catch { failure = "gives a result that can't be compared: \(error.message)" }
  }

  private func milliseconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15
  }

  private mutating func compare(
    _ found: Tensor, _ expected: Tensor, _ number: UInt32, _ inputs: [(number: UInt32, value: Tensor)],
    _ capture: OperatorCapture
  ) throws(XylemError) {
    let measured = try TensorDifference(found, expected)
    difference = max(difference, measured.relative)
    if measured.isWithin(isReduced ? Self.reducedBound : Self.bound) { return }
    // Where float32 itself is that far from float64, the engine may be too.
    let exact = try capture.replay(partition.nodes, inputs: inputs, outputs: [number], asDouble: true)
    guard let double = exact.first else { return }
    let own = try TensorDifference(expected, double)
    guard measured.relative.isFinite, measured.relative <= own.relative else {
      failure = failure ?? measured.text
      return
    }
  }

  /// What libtorch computed for an output of the engine. Nil if no slot holds it.
  private func expected(_ index: Int, _ run: ProgramRun) throws(XylemError) -> Tensor? {
    for (slot, content) in partition.assignments {
      let value = unsafe Value(borrowing: run.slots + slot, library: run.program.library)
      if let found = try Self.find(index, content, value) { return found }
    }
    for (position, content) in partition.copies {
      let value = unsafe Value(borrowing: run.copies + position, library: run.program.library)
      if let found = try Self.find(index, content, value) { return found }
    }
    return nil
  }

  private static func find(_ index: Int, _ content: Partition.Content, _ value: Value) throws(XylemError) -> Tensor? {
    switch content {
    case .output(index): return value.tensor
    case .container(_, let contents):
      let elements: [Value]
      switch try value.unpacked() {
      case .list(let values), .tuple(let values, _): elements = values
      default: return nil
      }
      for (content, element) in zip(contents, elements) {
        if let found = try find(index, content, element) { return found }
      }
      return nil
    default: return nil
    }
  }
}

/// How far two tensors are apart.
struct TensorDifference {
  /// The largest difference, relative to the largest value of the second; infinite if the shapes or the values that are
  /// not finite differ.
  let relative: Double
  /// Whether they hold integers or Booleans.
  private let isExact: Bool

  init(_ found: Tensor, _ expected: Tensor) throws(XylemError) {
    let (first, second) = (try found.plainLayout(), try expected.plainLayout())
    isExact = second.map { ![5, 6, 7, 15].contains($0.dtype) } ?? false
    guard first?.sizes == second?.sizes else {
      relative = .infinity
      return
    }
    let a = try Self.double(found)
    let b = try Self.double(expected)
    // NaN and infinities must be at the same places; elsewhere they are left out.
    let finite = try Self.call("aten::isfinite", [b])
    let same = try TensorOperator.call(
      "aten::isclose", [.tensor(a), .tensor(b), .float(0), .float(0), .bool(true)])
    let allowed = try Self.call("aten::logical_or", [finite, same])
    guard try Self.number(Self.call("aten::all", [allowed])) != 0 else {
      relative = .infinity
      return
    }
    let zero = try Self.call("aten::zeros_like", [b])
    let distance = try TensorOperator.call(
      "aten::where", overload: "self",
      [
        .tensor(finite), .tensor(try Self.call("aten::abs", [Self.call("aten::sub", overload: "Tensor", [a, b])])),
        .tensor(zero),
      ])
    let size = try TensorOperator.call(
      "aten::where", overload: "self", [.tensor(finite), .tensor(try Self.call("aten::abs", [b])), .tensor(zero)])
    guard try b.plainLayout()?.sizes.contains(0) != true else {
      relative = 0
      return
    }
    let largest = try Self.number(Self.call("aten::max", [distance]))
    let scale = try Self.number(Self.call("aten::max", [size]))
    relative = largest == 0 ? 0 : largest.isNaN ? .infinity : largest / max(scale, 1e-30)
  }

  /// Whether the difference is at most a bound. Integers must be equal.
  func isWithin(_ bound: Double) -> Bool { isExact ? relative == 0 : relative <= bound }

  /// What is wrong, after the engine's name.
  var text: String {
    relative.isFinite
      ? "differs from libtorch by \(relative.rounded(toPlaces: 2)) of the largest value"
      : "gives other shapes, NaN or infinities than libtorch"
  }

  private static func double(_ tensor: Tensor) throws(XylemError) -> Tensor {
    try TensorOperator.call(
      "aten::to", overload: "dtype", [.tensor(tensor), .int(7), .bool(false), .bool(false), .none])
  }

  private static func call(
    _ name: String, overload: String = "", _ tensors: [Tensor]
  ) throws(XylemError) -> Tensor {
    try TensorOperator.call(name, overload: overload, tensors.map { .tensor($0) })
  }

  private static func number(_ tensor: Tensor) throws(XylemError) -> Double {
    switch try TensorOperator("aten::item")([.tensor(tensor)]).first?.literal {
    case .float(let value)?: return value
    case .int(let value)?: return Double(value)
    case .bool(let value)?: return value ? 1 : 0
    default: return .nan
    }
  }
}

extension Double {
  /// The number with some significant digits.
  fileprivate func rounded(toPlaces places: Int) -> String {
    guard self != 0, isFinite else { return "\(self)" }
    var exponent = 0
    var mantissa = abs(self)
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    let tenths = (mantissa * 10).rounded() / 10
    return exponent == 0 ? "\(tenths)" : "\(tenths)e\(exponent)"
  }
}

/// Inputs with other elements.
enum CheckInputs {
  /// The inputs with the elements of every tensor in reverse order, so that their range stays.
  static func other(than inputs: [Value]) -> [Value] {
    inputs.map { (try? reversed($0)) ?? $0 }
  }

  private static func reversed(_ value: Value) throws(XylemError) -> Value {
    switch try value.unpacked() {
    case .tensor(let tensor):
      let dimensions = try tensor.plainLayout()?.sizes.count ?? 0
      guard dimensions > 0 else { return value }
      return .tensor(
        try TensorOperator.call(
          "aten::flip", [.tensor(tensor), .list((0..<dimensions).map { .int($0) })]))
    case .list(let elements): return .list(try reversed(elements))
    case .tuple(let elements, let names): return .tuple(try reversed(elements), names: names)
    default: return value
    }
  }

  private static func reversed(_ values: [Value]) throws(XylemError) -> [Value] {
    var found: [Value] = []
    for value in values { found.append(try reversed(value)) }
    return found
  }
}
