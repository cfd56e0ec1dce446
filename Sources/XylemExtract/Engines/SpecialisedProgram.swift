internal import CXylem
internal import XylemErrors
internal import XylemScript
internal import XylemTensor

/// A program for inputs of fixed shapes, parts of which an engine compiled.
///
/// Immutable. Several threads may run it at once.
struct SpecialisedProgram: Sendable {
  /// A part of a run.
  enum Step: Sendable {
    /// Instructions that libtorch runs.
    case instructions(Range<Int>)
    case compiled(Partition, CompiledGraph)
  }

  let program: Program
  let steps: [Step]
  let report: EngineReport
  private let capture: OperatorCapture?
  private let writes: Int

  /// Whether an engine computes a part.
  var usesEngine: Bool { capture != nil }

  /// A program that libtorch runs as it is.
  init(_ program: Program, note: String, parts: [EngineReport.Part] = [], milliseconds: Double = 0) {
    self.program = program
    steps = [.instructions(0..<program.instructions.count)]
    report = EngineReport(parts: parts, compileMilliseconds: milliseconds, note: note)
    capture = nil
    writes = 0
  }

  init(_ program: Program, _ run: CapturedRun, compiled: [(Partition, CompiledGraph)], report: EngineReport) {
    self.program = program
    self.report = report
    capture = run.capture
    writes = ScriptObject.writeCount
    var steps: [Step] = []
    var next = 0
    for (partition, graph) in compiled {
      if next < partition.range.lowerBound { steps.append(.instructions(next..<partition.range.lowerBound)) }
      steps.append(.compiled(partition, graph))
      next = partition.range.upperBound
    }
    if next < program.instructions.count { steps.append(.instructions(next..<program.instructions.count)) }
    self.steps = steps
  }

  /// Whether the model's tensors are the ones that were compiled, with the elements that they had then.
  var isCurrent: Bool {
    guard let capture else { return true }
    return writes == ScriptObject.writeCount && capture.isCurrent
  }

  /// Runs the program.
  ///
  /// - Parameter frozen: by instruction that does not run, its results.
  /// - Throws: `Program.Failure`. That of an engine has the id `engine.failed`.
  func run(_ inputs: [Value], frozen: [Int: [Value]] = [:]) throws(Program.Failure) -> ProgramResult {
    try program.withRun(inputs) { run throws(Program.Failure) in
      let report = RunProgress.report
      for step in steps {
        switch step {
        case .instructions(let range):
          for index in range {
            try run.execute(index, frozen: frozen)
            report?(index + 1, program.instructions.count)
          }
        case .compiled(let partition, let graph):
          try run.execute(partition, graph)
          report?(partition.range.upperBound, program.instructions.count)
        }
      }
      return try run.finish()
    }
  }
}

extension ProgramRun {
  /// Runs an instruction, or takes results that it had before.
  mutating func execute(_ index: Int, frozen: [Int: [Value]]) throws(Program.Failure) {
    let instruction = program.instructions[index]
    guard let results = frozen[index] else { return try execute(instruction) }
    for (slot, value) in zip(instruction.results, results) {
      var raw = try unsafe failing(instruction.origin) { () throws(XylemError) in
        unsafe try value.cloned().makeRaw(program.library)
      }
      unsafe swap(&slots[slot], &raw)
      unsafe table.pointee.value_release(&raw)
    }
    for slot in instruction.releases { unsafe table.pointee.value_release(slots + slot) }
  }

  /// Runs what an engine compiled in place of instructions. If a tensor that goes in has another shape than the one it
  /// was compiled for, libtorch runs the instructions.
  mutating func execute(_ partition: Partition, _ graph: CompiledGraph) throws(Program.Failure) {
    let origin = program.instructions[partition.range.lowerBound].origin
    var inputs: [PartitionTensor] = []
    for input in partition.inputs {
      guard let tensor = try failing(origin, { () throws(XylemError) in try self.tensor(input) }) else {
        for index in partition.range { try execute(program.instructions[index]) }
        return
      }
      inputs.append(tensor)
    }
    let outputs = try failing(origin) { () throws(XylemError) in
      try PartitionTensor.run(partition, graph, inputs, program.library)
    }
    try failing(origin) { () throws(XylemError) in try finish(partition, outputs) }
    // What was read as an attribute keeps its place.
    for index in partition.reads { try execute(program.instructions[index]) }
  }

  private func failing<Result>(
    _ origin: Int, _ body: () throws(XylemError) -> Result
  ) throws(Program.Failure) -> Result {
    do { return try body() } catch { throw Program.Failure(origin: origin, error: error, isCheck: false) }
  }

  /// The tensor that goes into a compiled part, in row-major order. Nil if its shape is another one.
  func tensor(_ input: Partition.Input) throws(XylemError) -> PartitionTensor? {
    var value = unsafe Value(borrowing: slots + input.source.slot, library: program.library)
    for position in input.source.path {
      switch try value.unpacked() {
      case .list(let elements) where elements.indices.contains(position): value = elements[position]
      case .tuple(let elements, _) where elements.indices.contains(position): value = elements[position]
      default: return nil
      }
    }
    guard let tensor = value.tensor else { return nil }
    return try PartitionTensor(tensor, layout: input.layout)
  }

  /// Puts a compiled part's results into the slots.
  mutating func finish(_ partition: Partition, _ outputs: [PartitionTensor]) throws(XylemError) {
    var values: [(slot: Int, raw: xylem_value)] = unsafe []
    for (slot, content) in partition.assignments {
      unsafe values.append((slot, try value(of: content, outputs).makeRaw(program.library)))
    }
    for (position, content) in partition.copies {
      unsafe table.pointee.value_release(copies + position)
      unsafe copies[position] = unsafe try value(of: content, outputs).makeRaw(program.library)
    }
    for slot in partition.releases { unsafe table.pointee.value_release(slots + slot) }
    for unsafe(slot, raw) in unsafe values {
      unsafe table.pointee.value_release(slots + slot)
      unsafe slots[slot] = unsafe raw
    }
  }

  private func value(of content: Partition.Content, _ outputs: [PartitionTensor]) throws(XylemError) -> Value {
    switch content {
    case .output(let index): return .tensor(outputs[index].tensor)
    case .constant(let value): return value.tensor == nil ? value : try value.cloned()
    case .source(let source):
      var value = unsafe Value(borrowing: slots + source.slot, library: program.library)
      for position in source.path {
        switch try value.unpacked() {
        case .list(let elements) where elements.indices.contains(position): value = elements[position]
        case .tuple(let elements, _) where elements.indices.contains(position): value = elements[position]
        default: throw XylemError(.extractExecution, "a container has lost an element")
        }
      }
      return value
    case .container(let isList, let contents):
      var elements: [Value] = []
      for content in contents { elements.append(try value(of: content, outputs)) }
      return isList ? .list(elements) : .tuple(elements, names: [])
    }
  }
}

/// A tensor in row-major order, with the address of its elements.
@safe
struct PartitionTensor {
  let tensor: Tensor
  fileprivate let data: UnsafeMutableRawPointer?

  /// A tensor, copied if it is not in row-major order. Nil if it has another layout.
  init?(_ tensor: Tensor, layout: TensorLayout) throws(XylemError) {
    guard try tensor.plainLayout() == layout else { return nil }
    let ordered = try tensor.rowMajor()
    self.tensor = ordered
    unsafe data = unsafe try ordered.elementAddress()
  }

  /// A new tensor with any elements.
  private init(_ layout: TensorLayout, _ library: RuntimeLibrary) throws(XylemError) {
    var raw = unsafe xylem_value()
    try unsafe check(.runtimeTensor, "a tensor can't be made") {
      unsafe library.table.pointee.tensor_make(layout.dtype, layout.sizes, layout.sizes.count, nil, 0, &raw, $0)
    }
    tensor = unsafe Tensor(RuntimeObject(adopting: raw, library: library))
    unsafe data = unsafe try tensor.elementAddress()
  }

  /// Runs a compiled part.
  static func run(
    _ partition: Partition, _ graph: CompiledGraph, _ inputs: [PartitionTensor], _ library: RuntimeLibrary
  ) throws(XylemError) -> [PartitionTensor] {
    var outputs: [PartitionTensor] = []
    outputs.reserveCapacity(partition.outputs.count)
    for output in partition.outputs { outputs.append(try PartitionTensor(output.layout, library)) }
    let sources = unsafe inputs.map { unsafe UnsafeRawPointer($0.data) }
    let targets = unsafe outputs.map { unsafe $0.data }
    try unsafe graph.run(sources, targets)
    withExtendedLifetime((inputs, outputs)) {}
    return outputs
  }
}
