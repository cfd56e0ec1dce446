internal import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// Both graphs, run on one input.
struct WitnessRun {
  let shapes: (train: [NodeID: [Int]], eval: [NodeID: [Int]])
  private let seed: UInt64
  /// Nil if the modes' results were not compared.
  private let output: ValueDifference?
  private let found: [NodeID: PairComparer.Found]
  private let rehearsed: [NodeID: ValueDifference]
  /// The results of nodes of the second graph with a different random state.
  private let redrawn: [NodeID: PairComparer.Found]
  private let changes: (train: [String: ModelSnapshot.Change], eval: [String: ModelSnapshot.Change])
  private let failure: String?
  private let plans: (train: ObservedPlan, eval: ObservedPlan)

  /// - Parameter draws: whether to examine random numbers in the second graph.
  init(
    _ model: any TracedModel, _ train: Trace, _ eval: Trace, rows: [TraceDiff.Row], draws: Bool,
    input: TraceDiffer.WitnessInput
  ) throws {
    var numbers: (train: [NodeID: Int], eval: [NodeID: Int]) = ([:], [:])
    var partners: [(train: NodeID, eval: NodeID)] = []
    for (number, row) in rows.enumerated() {
      if let id = row.train { numbers.train[id] = number }
      if let id = row.eval { numbers.eval[id] = number }
      if let first = row.train, let second = row.eval { partners.append((first, second)) }
    }
    let seeds = (train: RowSeeds(input.seed, rows: numbers.train), eval: RowSeeds(input.seed, rows: numbers.eval))
    let first = try ObservedPlan(model, train)
    let plans = (
      train: first, eval: try ObservedPlan(model, eval, rehearsals: Rehearsals.find(first, train, eval, partners))
    )
    let snapshot = try ModelSnapshot(model)
    let arguments = try input.arguments.mapValues { try $0.cloned() }

    var second = ValueKeeper(plans.eval, seeds: seeds.eval, keepsShapesOnly: true)
    let evalChanges = try Self.run(plans.eval, arguments, &second, snapshot)
    var kept = ValueKeeper(plans.train, seeds: seeds.train)
    var comparer = PairComparer(plans.eval, seeds: seeds.eval)
    var trainChanges: [String: ModelSnapshot.Change] = [:]
    var failure: String?
    do {
      trainChanges = try Self.run(plans.train, arguments, &kept, snapshot)
      for pair in partners { comparer.partners[pair.eval] = kept.values[pair.train] }
      comparer.others = kept.values
      // The second graph ran on its own values; on the first graph's it may fail. The comparisons up to then hold.
      do { _ = try Self.run(plans.eval, arguments, &comparer, snapshot) } catch { failure = Self.reason(error) }
    } catch {
      // Some models need more inputs in one mode than in the other, such as a detector its targets.
      failure = "\(train.mode.rawValue) mode does not run on this input: \(Self.reason(error))"
    }
    self.failure = failure
    self.plans = plans
    redrawn =
      draws
      ? try Self.redraw(plans.eval, arguments, seeds.eval, RowSeeds(~input.seed, rows: numbers.eval), snapshot) : [:]
    seed = input.seed
    shapes = (kept.shapes, second.shapes)
    changes = (trainChanges, evalChanges)
    found = comparer.found
    rehearsed = comparer.rehearsed
    if let (a, b) = kept.output.flatMap({ a in second.output.map { (a, $0) } }) {
      output = try ValueDifference(a, b)
    } else {
      output = nil
    }
  }

  /// The results of nodes with a different random state, on the values of the first run.
  private static func redraw(
    _ plan: ObservedPlan, _ arguments: [String: Value], _ seeds: RowSeeds, _ others: RowSeeds, _ snapshot: ModelSnapshot
  ) throws -> [NodeID: PairComparer.Found] {
    var kept = ValueKeeper(plan, seeds: seeds)
    _ = try run(plan, arguments, &kept, snapshot)
    var comparer = PairComparer(plan, seeds: others)
    comparer.partners = kept.values
    _ = try run(plan, arguments, &comparer, snapshot)
    return comparer.found
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? XylemError else { return "\(error)" }
    var reason = error.message + (error.place.node.map { " at \($0)" } ?? "")
    var cause = error.cause
    while let inner = cause {
      // The last line of an interpreter's long message is the error itself.
      let words = (inner as? XylemError)?.message ?? "\(inner)"
      reason += ": " + (words.split(separator: "\n").last.map(String.init) ?? words)
      cause = (inner as? XylemError)?.cause
    }
    return reason
  }

  /// Runs a plan, and returns its changes of the model, which are always reverted.
  private static func run(
    _ plan: ObservedPlan, _ arguments: [String: Value], _ observer: inout some ProgramObserver,
    _ snapshot: ModelSnapshot
  ) throws -> [String: ModelSnapshot.Change] {
    do {
      // An input that the model writes to is copied for each run.
      let own = try arguments.mapValues { try $0.cloned() }
      try TensorRuntime.withGradients(false) { try plan.run(own, observer: &observer) }
      let changes = try snapshot.changes()
      try snapshot.restore()
      return changes
    } catch {
      try snapshot.restore()
      throw error
    }
  }

  func judged(_ diff: TraceDiff) -> TraceDiff {
    var diff = diff
    let judge = WitnessJudge(
      diff: diff, found: found, rehearsed: rehearsed, redrawn: redrawn, changes: changes, failure: failure, plans: plans
    )
    for index in diff.findings.indices { diff.findings[index].witness = judge.witness(of: index) }
    var largest: Double?
    if case .elements(let difference) = output { largest = difference }
    diff.run = TraceDiff.Run(
      seed: seed, compared: found.count, differing: judge.differing, outputDifference: largest,
      outputDiffers: output.map { $0 != .none }, unexplained: judge.unexplained.map(judge.name), failure: failure)
    return diff
  }
}

/// The nodes that read different nodes in each graph. Running them in their places shows nothing about their own
/// behaviour.
private enum Rehearsals {
  /// For each such leaf or region of the second graph: for each node that it reads, the first graph's node whose value
  /// replaces it.
  ///
  /// Values that the first graph overwrites later are left out: its node did not read them.
  static func find(
    _ plan: ObservedPlan, _ train: Trace, _ eval: Trace, _ partners: [(train: NodeID, eval: NodeID)]
  ) -> [NodeID: [NodeID: NodeID]] {
    let kept = Set(plan.moments.filter { !$0.isWrittenLater }.map(\.node.id))
    let counterpart = Dictionary(uniqueKeysWithValues: partners.map { ($0.train, $0.eval) })
    var found: [NodeID: [NodeID: NodeID]] = [:]
    for pair in partners {
      let node = eval.graph[pair.eval]
      switch node.operation {
      case .leafModule, .leafFunction, .region: break
      default: continue
      }
      var (first, second): ([NodeID], [NodeID]) = ([], [])
      train.graph[pair.train].forEachInputNode { first.append($0) }
      node.forEachInputNode { second.append($0) }
      guard first.count == second.count, !first.isEmpty, first.map({ counterpart[$0] }) != second.map({ Optional($0) }),
        first.allSatisfy(kept.contains)
      else { continue }
      let inputs = Dictionary(zip(second, first), uniquingKeysWith: { first, _ in first })
      // If one node in the second graph corresponds to two in the first, it can't get the values of both.
      guard zip(second, first).allSatisfy({ inputs[$0] == $1 }) else { continue }
      found[pair.eval] = inputs
    }
    return found
  }
}
