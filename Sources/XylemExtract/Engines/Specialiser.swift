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

  /// Specialises a program, and runs it.
  ///
  /// - Returns: the specialised program, and the results for the inputs as libtorch computes them.
  /// - Throws: `Program.Failure`, as the program's own run.
  func specialise(for inputs: [Value]) throws(Program.Failure) -> (SpecialisedProgram, ProgramResult) {
    let clock = ContinuousClock()
    let start = clock.now
    var expanded: Set<String> = []
    var run = try CapturedRun(program, inputs, expanded: [])
    // Which of the values that share memory shows what, once parts of the model run elsewhere, is not known well enough.
    if run.writesShared {
      let note = "the model writes memory that its inputs, its own tensors or other values share"
      return (SpecialisedProgram(program, note: note), run.result)
    }
    var missing: Set<String> = []
    var search: PartSearch
    while true {
      var partitioner = Partitioner(program, run)
      partitioner.keep(operators: missing) { "\(engine.name) lacks \($0)" }
      search = PartSearch(program, partitioner, options, engine, threads: threads)
      let (lacking, candidates) = search.compile()
      if lacking.isEmpty {
        try search.search(candidates, inputs)
        break
      }
      // An operator that consists of others is recorded as those. One that can't be taken apart stays.
      let fresh = lacking.subtracting(expanded)
      missing.formUnion(lacking.intersection(expanded))
      guard !fresh.isEmpty else { continue }
      expanded.formUnion(fresh)
      run = try CapturedRun(program, inputs, expanded: expanded)
    }
    var reasons = search.partitioner.cuts
    let kept = chosen(search, inputs, &reasons)
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

  /// The parts that the options want, if they compute together what libtorch computes.
  private func chosen(
    _ search: PartSearch, _ inputs: [Value], _ reasons: inout [Int: String]
  ) -> [PartSearch.Candidate] {
    var kept: [PartSearch.Candidate] = []
    for candidate in search.passed {
      if let parts = options.parts {
        if parts.contains(candidate.range) {
          kept.append(candidate)
        } else {
          for index in candidate.range { reasons[index] = "libtorch computed it before" }
        }
      } else if options.engine == .auto, candidate.check.engineMilliseconds >= candidate.check.torchMilliseconds {
        for index in candidate.range { reasons[index] = "libtorch is faster" }
      } else {
        kept.append(candidate)
      }
    }
    guard !kept.isEmpty, let failure = wholeFailure(kept, inputs, search) else { return kept }
    for candidate in kept {
      for index in candidate.range { reasons[index] = "together with other parts, \(engine.name) \(failure)" }
    }
    return []
  }

  /// What is wrong with the results of the parts together. Nil if nothing is.
  private func wholeFailure(_ kept: [PartSearch.Candidate], _ inputs: [Value], _ search: PartSearch) -> String? {
    let run = search.partitioner.run
    let trial = SpecialisedProgram(
      program, run, compiled: kept.map { ($0.partition, $0.graph) },
      report: EngineReport(parts: [], compileMilliseconds: 0, note: nil))
    do {
      let found = try trial.run(inputs, frozen: run.frozen)
      for (value, wanted) in zip(found.values, search.expected.values) {
        for (tensor, other) in zip(try value.tensors(), try wanted.tensors()) {
          let difference = try TensorDifference(tensor, other)
          let bound = options.reducesPrecision ? PartitionCheck.reducedBound : 10 * PartitionCheck.bound
          guard difference.isWithin(bound) else { return difference.text }
        }
      }
      return nil
    } catch { return "failed: \(error)" }
  }

  private func report(_ kept: [PartSearch.Candidate], _ reasons: [Int: String]) -> [EngineReport.Part] {
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
          milliseconds: (candidate.check.engineMilliseconds, candidate.check.torchMilliseconds),
          difference: candidate.check.difference))
      next = range.upperBound
    }
    addTorch(next..<program.instructions.count)
    return parts
  }
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
