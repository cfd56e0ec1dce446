internal import XylemErrors
internal import XylemGraph
internal import XylemTensor

/// Makes a program for inputs of fixed shapes: records a run, has an engine compile what it can, and keeps what is
/// checked to compute the same values.
struct Specialiser {
  let program: Program
  /// The nodes of the instructions, by origin.
  let origins: [Node]
  let options: EngineOptions
  let engine: EngineLibrary
  let threads: Int

  /// What an engine compiled, with the result of its check.
  private struct Candidate {
    let partition: Partition
    let graph: CompiledGraph
    var measured: PartitionCheck?
  }

  /// Specialises a program, and runs it.
  ///
  /// - Returns: the specialised program, and the results for the inputs as libtorch computes them.
  /// - Throws: `Program.Failure`, as the program's own run.
  func specialise(for inputs: [Value]) throws(Program.Failure) -> (SpecialisedProgram, ProgramResult) {
    let clock = ContinuousClock()
    let start = clock.now
    var expanded: Set<String> = []
    var run = try CapturedRun(program, inputs, expanded: [])
    var missing: Set<String> = []
    var candidates: [Candidate] = []
    var cuts: [Int: String] = [:]
    while true {
      var partitioner = Partitioner(program, run)
      partitioner.keep(operators: missing) { "\(engine.name) lacks \($0)" }
      let lacking = compile(&partitioner, &candidates)
      cuts = partitioner.cuts
      if lacking.isEmpty { break }
      // An operator that consists of others is recorded as those. One that can't be taken apart stays.
      let fresh = lacking.subtracting(expanded)
      missing.formUnion(lacking.intersection(expanded))
      guard !fresh.isEmpty else { continue }
      expanded.formUnion(fresh)
      run = try CapturedRun(program, inputs, expanded: expanded)
    }
    var reasons = cuts
    let kept = try checked(candidates, inputs, run, &reasons)
    let (seconds, attoseconds) = (clock.now - start).components
    let milliseconds = Double(seconds) * 1e3 + Double(attoseconds) / 1e15
    let parts = report(kept, reasons)
    guard !kept.isEmpty else {
      let note = "no part of the plan runs in \(engine.name)"
      return (SpecialisedProgram(program, note: note, parts: parts, milliseconds: milliseconds), run.result)
    }
    let specialised = SpecialisedProgram(
      program, run, compiled: kept.map { ($0.partition, $0.graph) },
      report: EngineReport(parts: parts, compileMilliseconds: milliseconds, note: nil))
    return (specialised, run.result)
  }

  /// Compiles the parts of a run. Parts that can't be compiled are kept in libtorch.
  ///
  /// - Returns: the operators that the engine lacks.
  private func compile(_ partitioner: inout Partitioner, _ candidates: inout [Candidate]) -> Set<String> {
    candidates = []
    var lacking: Set<String> = []
    let capture = partitioner.run.capture
    for partition in partitioner.partitions() {
      do throws(CompileFailure) {
        let graph = try capture.compile(
          partition.nodes, inputs: partition.inputs.map(\.number), outputs: partition.outputs.map(\.number),
          with: engine, threads: threads, isReduced: options.reducesPrecision)
        candidates.append(Candidate(partition: partition, graph: graph))
      } catch {
        switch error {
        case .unknownOperators(let names): lacking.formUnion(names)
        case .failed(let reason): partitioner.keep(partition.range, because: "\(engine.name): \(reason.firstLine)")
        }
      }
    }
    return lacking
  }

  /// The parts that compute what libtorch computes and that the options want, with what was measured.
  private func checked(
    _ candidates: [Candidate], _ inputs: [Value], _ run: CapturedRun, _ reasons: inout [Int: String]
  ) throws(Program.Failure) -> [Candidate] {
    guard !candidates.isEmpty else { return [] }
    var checks = candidates.map { PartitionCheck($0.partition, $0.graph, isReduced: options.reducesPrecision) }
    // Other elements first: what was taken for constant and is not shows.
    do throws(Program.Failure) { _ = try pass(&checks, CheckInputs.other(than: inputs), run) } catch {
      // The model may refuse them.
      checks = candidates.map { PartitionCheck($0.partition, $0.graph, isReduced: options.reducesPrecision) }
    }
    let expected = try pass(&checks, inputs, run)
    var kept: [Candidate] = []
    for (candidate, check) in zip(candidates, checks) {
      var candidate = candidate
      candidate.measured = check
      if let failure = check.failure {
        for index in candidate.partition.range { reasons[index] = "\(engine.name) \(failure)" }
      } else if options.engine == .auto, check.engineMilliseconds >= check.torchMilliseconds {
        for index in candidate.partition.range { reasons[index] = "libtorch is faster" }
      } else {
        kept.append(candidate)
      }
    }
    guard !kept.isEmpty, let failure = wholeFailure(kept, inputs, run, expected) else { return kept }
    for candidate in kept {
      for index in candidate.partition.range { reasons[index] = "together with other parts, \(engine.name) \(failure)" }
    }
    return []
  }

  /// Runs the program once in libtorch, and each compiled part beside its instructions. What must not run again keeps
  /// its results.
  private func pass(
    _ checks: inout [PartitionCheck], _ inputs: [Value], _ recorded: CapturedRun
  ) throws(Program.Failure) -> ProgramResult {
    try program.withRun(inputs) { run throws(Program.Failure) in
      var next = 0
      for index in checks.indices {
        let range = checks[index].partition.range
        while next < range.lowerBound {
          try run.execute(next, frozen: recorded.frozen)
          next += 1
        }
        try checks[index].compare(&run, recorded.capture)
        next = range.upperBound
      }
      while next < program.instructions.count {
        try run.execute(next, frozen: recorded.frozen)
        next += 1
      }
      return try run.finish()
    }
  }

  /// What is wrong with the results of the parts together. Nil if nothing is.
  private func wholeFailure(_ kept: [Candidate], _ inputs: [Value], _ run: CapturedRun, _ expected: ProgramResult)
    -> String?
  {
    let trial = SpecialisedProgram(
      program, run, compiled: kept.map { ($0.partition, $0.graph) },
      report: EngineReport(parts: [], compileMilliseconds: 0, note: nil))
    do {
      let found = try trial.run(inputs, frozen: run.frozen)
      for (value, wanted) in zip(found.values, expected.values) {
        for (tensor, other) in zip(try value.tensors(), try wanted.tensors()) {
          let difference = try TensorDifference(tensor, other)
          let bound = options.reducesPrecision ? PartitionCheck.reducedBound : 10 * PartitionCheck.bound
          guard difference.isWithin(bound) else { return difference.text }
        }
      }
      return nil
    } catch { return "failed: \(error)" }
  }

  private func report(_ kept: [Candidate], _ reasons: [Int: String]) -> [EngineReport.Part] {
    var parts: [EngineReport.Part] = []
    var next = 0
    func name(_ index: Int) -> String {
      let origin = program.instructions[index].origin
      return origins.indices.contains(origin) ? origins[origin].name : "?"
    }
    func addTorch(_ range: Range<Int>) {
      guard !range.isEmpty else { return }
      var found: [String] = []
      for index in range {
        if let reason = reasons[index], !found.contains(reason) { found.append(reason) }
      }
      parts.append(
        .init(
          nodes: (name(range.lowerBound), name(range.upperBound - 1)), instructionCount: range.count, engine: "torch",
          reason: found.prefix(3).joined(separator: "; ")))
    }
    for candidate in kept {
      let range = candidate.partition.range
      addTorch(next..<range.lowerBound)
      parts.append(
        .init(
          nodes: (name(range.lowerBound), name(range.upperBound - 1)), instructionCount: range.count,
          engine: "\(engine.name) \(engine.version)", reason: nil,
          milliseconds: candidate.measured.map { ($0.engineMilliseconds, $0.torchMilliseconds) },
          difference: candidate.measured?.difference))
      next = range.upperBound
    }
    addTorch(next..<program.instructions.count)
    return parts
  }
}

extension String {
  fileprivate var firstLine: String { String(split(separator: "\n").first ?? "it gave no reason") }
}

extension Value {
  /// The tensors in a value, in order.
  fileprivate func tensors() throws(XylemError) -> [Tensor] {
    switch try unpacked() {
    case .tensor(let tensor): return [tensor]
    case .list(let elements), .tuple(let elements, _): return try Self.tensors(elements)
    case .dictionary(let entries): return try Self.tensors(entries.map(\.value))
    default: return []
    }
  }

  private static func tensors(_ values: [Value]) throws(XylemError) -> [Tensor] {
    var found: [Tensor] = []
    for value in values { found += try value.tensors() }
    return found
  }
}
