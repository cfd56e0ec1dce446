internal import XylemErrors
internal import XylemTensor

/// Finds the parts of a recorded run that an engine computes as libtorch does.
///
/// A part that the engine refuses, or that computes something else, is halved, and the halves are tried, until single
/// instructions are left: those stay in libtorch. The parts between them are then joined again. Each round compiles what
/// the last one rejected, so that all rounds together compile about twice the plan.
struct PartSearch {
  /// What an engine compiled, with the result of its check.
  struct Candidate {
    let partition: Partition
    let graph: CompiledGraph
    var check: PartitionCheck

    var range: Range<Int> { partition.range }
  }

  /// A part that is not used as it is.
  private struct Rejected {
    let range: Range<Int>
    let reason: String
  }

  /// The number of parts that are compiled in order to find what is wrong with others.
  static let mostAttempts = 32

  let program: Program
  let options: EngineOptions
  let engine: EngineLibrary
  let threads: Int
  /// The cuts, to which single instructions that fail are added.
  private(set) var partitioner: Partitioner
  /// The parts that passed, in order.
  private(set) var passed: [Candidate] = []
  /// What libtorch computed in the last check.
  private(set) var expected: ProgramResult
  private var rejected: [Rejected] = []
  private var attempts = 0

  init(
    _ program: Program, _ partitioner: Partitioner, _ options: EngineOptions, _ engine: EngineLibrary, threads: Int
  ) {
    (self.program, self.partitioner, self.options, self.engine) = (program, partitioner, options, engine)
    self.threads = threads
    expected = partitioner.run.result
  }

  /// Compiles all parts.
  ///
  /// - Returns: the operators that the engine lacks. If there are any, the search is of no further use.
  mutating func compile() -> (lacking: Set<String>, candidates: [Candidate]) {
    var lacking: Set<String> = []
    let candidates = compile(partitioner.partitions(), &lacking)
    return (lacking, candidates)
  }

  /// Checks compiled parts, and searches within those that fail.
  ///
  /// - Throws: `Program.Failure` of the program.
  mutating func search(_ candidates: [Candidate], _ inputs: [Value]) throws(Program.Failure) {
    try check(candidates, inputs)
    let isWhole = rejected.isEmpty
    while !rejected.isEmpty {
      let halves = halves()
      guard !halves.isEmpty else { break }
      attempts += halves.count
      try check(compile(halves), inputs)
    }
    if !isWhole { try join(inputs) }
  }

  /// The parts of the halves of what was rejected. Instructions that can't be halved, and all once there were too many
  /// attempts, are kept in libtorch.
  private mutating func halves() -> [Partition] {
    var found: [Partition] = []
    for part in rejected {
      guard part.range.count > 1, attempts + found.count + 2 <= Self.mostAttempts else {
        partitioner.keep(part.range, because: part.reason)
        continue
      }
      let middle = part.range.lowerBound + part.range.count / 2
      for half in [part.range.lowerBound..<middle, middle..<part.range.upperBound] {
        if let partition = partitioner.part(half) { found.append(partition) }
      }
    }
    rejected = []
    return found
  }

  /// Joins neighbours that passed: a cut costs time.
  private mutating func join(_ inputs: [Value]) throws(Program.Failure) {
    let pieces = passed
    var joined: [Partition] = []
    for partition in partitioner.partitions()
    where pieces.contains(where: { partition.range.contains($0.range.lowerBound) && $0.range != partition.range }) {
      joined.append(partition)
    }
    try check(compile(joined), inputs)
    // The pieces of what does not pass as a whole are used.
    rejected = []
    let all = passed
    passed.removeAll { piece in
      all.contains { $0.range.count > piece.range.count && $0.range.contains(piece.range.lowerBound) }
    }
  }

  private mutating func compile(_ partitions: [Partition]) -> [Candidate] {
    var lacking: Set<String> = []
    let candidates = compile(partitions, &lacking)
    partitioner.keep(operators: lacking) { "\(engine.name) lacks \($0)" }
    return candidates
  }

  private mutating func compile(_ partitions: [Partition], _ lacking: inout Set<String>) -> [Candidate] {
    var candidates: [Candidate] = []
    for partition in partitions {
      do throws(CompileFailure) {
        let graph = try partitioner.run.capture.compile(
          partition.nodes, inputs: partition.inputs.map(\.number), outputs: partition.outputs.map(\.number),
          with: engine, threads: threads, isReduced: options.reducesPrecision)
        candidates.append(
          Candidate(
            partition: partition, graph: graph,
            check: PartitionCheck(partition, graph, isReduced: options.reducesPrecision)))
      } catch {
        switch error {
        case .unknownOperators(let names): lacking.formUnion(names)
        case .failed(let reason):
          rejected.append(Rejected(range: partition.range, reason: "\(engine.name): \(reason.firstLine)"))
        }
      }
    }
    return candidates
  }

  private mutating func check(_ candidates: [Candidate], _ inputs: [Value]) throws(Program.Failure) {
    guard !candidates.isEmpty else { return }
    var checks = candidates.map(\.check)
    // Other elements first: what was taken for constant and is not shows.
    do throws(Program.Failure) { _ = try pass(&checks, CheckInputs.other(than: inputs)) } catch {
      // The model may refuse them.
      checks = candidates.map(\.check)
    }
    expected = try pass(&checks, inputs)
    for (candidate, check) in zip(candidates, checks) {
      var candidate = candidate
      candidate.check = check
      if let failure = check.failure {
        rejected.append(Rejected(range: candidate.range, reason: "\(engine.name) \(failure)"))
      } else {
        passed.append(candidate)
      }
    }
    passed.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// Runs the program once in libtorch, and each compiled part beside its instructions. What must not run again keeps
  /// its results.
  private func pass(_ checks: inout [PartitionCheck], _ inputs: [Value]) throws(Program.Failure) -> ProgramResult {
    let recorded = partitioner.run
    let order = checks.indices.sorted {
      checks[$0].partition.range.lowerBound < checks[$1].partition.range.lowerBound
    }
    return try program.withRun(inputs) { run throws(Program.Failure) in
      var next = 0
      for index in order {
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
}

extension String {
  fileprivate var firstLine: String { String(split(separator: "\n").first ?? "it gave no reason") }
}
