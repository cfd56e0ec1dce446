public import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemGraph
public import XylemTensor
public import XylemTrace

extension TraceDiffer {
  /// An input on which both graphs are run, to see which findings show.
  public struct WitnessInput: Sendable {
    /// The arguments of `forward`, by name. Other arguments take their defaults.
    public var arguments: [String: Value]
    /// The seed of every node's random state.
    public var seed: UInt64

    /// Creates an input from arguments and a seed.
    public init(_ arguments: [String: Value], seed: UInt64 = 0) {
      self.arguments = arguments
      self.seed = seed
    }
  }

  /// All differences between two traces of a model, and what a run on an input shows of them.
  ///
  /// Both graphs run completely, and the second runs again with the values of the first, node by node, so that a
  /// difference shows where it arises and not in later nodes. Nodes that draw random numbers have the same random state
  /// in both graphs. For findings about random numbers in eval mode, the second graph runs twice more, with different
  /// random states. All values are kept until the end. Tensors, attributes of an archive's modules, and the random
  /// state are restored; variables of Swift code and of plugins are not.
  ///
  /// - Parameters:
  ///   - train: the first trace.
  ///   - eval: the second trace.
  ///   - model: the model of both traces.
  ///   - input: the input to run on; nil to only compare.
  ///   - name: the model's name for reports; nil for its own.
  ///   - options: return nodes to check, limits and expectations.
  ///   - today: the date that decides which expectations have expired.
  /// - Throws: with an input, `extract.input`, `extract.execution`, `extract.guard` and the errors of operators if the
  ///   second graph does not run. If the first one does not run, every finding is undecided, and the run has the
  ///   reason.
  public static func diff(
    _ train: Trace, _ eval: Trace, of model: any TracedModel, on input: WitnessInput? = nil, name: String? = nil,
    options: DiffOptions = DiffOptions(), today: (year: Int, month: Int, day: Int)
  ) throws -> TraceDiff {
    var sides = (DiffSide(train, of: model), DiffSide(eval, of: model))
    var options = options
    for (trace, label) in [(train, sides.0.label), (eval, sides.1.label)] {
      options.requests[label] = try options.requests[label].map { try expanded($0, in: trace) }
    }
    let name = name ?? model.name
    guard let input else { return diff(sides.0, sides.1, model: name, options: options, today: today) }
    let plain = diff(sides.0, sides.1, model: name, today: today)
    let run = try WitnessRun(
      model, train, eval, rows: plain.rows, draws: plain.findings.contains { $0.rule == .randomInEval }, input: input)
    (sides.0.shapes, sides.1.shapes) = run.shapes
    return run.judged(diff(sides.0, sides.1, model: name, options: options, today: today))
  }
}

extension TraceDiffer {
  /// Requests with a trace's matches for their globs. Globs without a match are unchanged.
  private static func expanded(_ requests: [String], in trace: Trace) throws -> [String] {
    let resolver = RequestResolver(trace)
    return try requests.flatMap { request -> [String] in
      guard Glob.isPattern(request) else { return [request] }
      do { return try resolver.resolve([ReturnRequest(parsing: request)]).map(\.exact) } catch let error as XylemError
        where error.id == .extractUnknownNode
      { return [request] }
    }
  }
}
